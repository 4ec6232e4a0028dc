/** One thing that `npm run check` holds against the code. */
export interface Step {
  name: string;
  /** Module below the repository's root, run by this Node with these flags before it and arguments after it. */
  module: string;
  flags?: string[];
  args: string[];
  /** What to do when it fails and its own output does not say so. */
  remedy: string;
}

const SOURCE = ['--conditions=source', '--disable-warning=ExperimentalWarning'];

/** All steps, the slow ones first so that two processors are busy to the end. */
export const STEPS: Step[] = [
  {
    name: 'unit tests',
    module: 'node_modules/jest/bin/jest.js',
    flags: ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'],
    args: ['--selectProjects', 'unit', '--silent', '--reporters', 'summary'],
    remedy: 'npm run jest -- --selectProjects unit <path> runs one file.',
  },
  {
    name: 'types',
    module: 'node_modules/typescript/bin/tsc',
    args: ['--noEmit'],
    remedy: 'npm run typecheck',
  },
  {
    name: 'types of the pages',
    module: 'node_modules/typescript/bin/tsc',
    args: ['-p', 'player', '--noEmit'],
    remedy: 'npm run typecheck',
  },
  {
    name: 'rules',
    module: 'tools/rules/main.ts',
    flags: SOURCE,
    args: [],
    remedy: 'Each line above says what to do instead; the rules stand in tools/rules.',
  },
  {
    name: 'dead code',
    module: 'node_modules/knip/bin/knip.js',
    args: ['--no-progress', '--no-config-hints'],
    remedy: 'Delete what nothing uses, or list a new entry in knip.json.',
  },
  {
    name: 'generated documents',
    module: 'tools/generate/main.ts',
    flags: SOURCE,
    args: ['--check'],
    remedy: 'npm run generate',
  },
  {
    name: 'generated Lua commands',
    module: 'tools/generate/lua.ts',
    flags: SOURCE,
    args: ['--check'],
    remedy: 'npm run generate:lua',
  },
  {
    name: 'format',
    module: 'node_modules/prettier/bin/prettier.cjs',
    args: ['--check', '--log-level', 'warn', '.'],
    remedy: 'npm run format',
  },
  {
    name: 'lint',
    module: 'node_modules/oxlint/bin/oxlint',
    args: [],
    remedy: 'Each line above says what it asks for; the settings stand in .oxlintrc.json.',
  },
];
