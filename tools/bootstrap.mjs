// The door of every npm script. Plain JavaScript without packages: it runs on whatever Node a machine has, makes the machine
// ready (packages, native programs), and hands over to the TypeScript program of the command on Node 24.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { explain } from './bootstrap/failure.mjs';
import { requireNode, runProgram } from './bootstrap/node-version.mjs';
import { installPackages } from './bootstrap/packages.mjs';
import { CHROMIUM, SERVERS, installPrograms } from './bootstrap/programs.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** What each command needs of the machine, and the program that does it. */
const COMMANDS = {
  start: { programs: SERVERS, program: 'tools/start/main.ts' },
  dev: { programs: SERVERS, program: 'tools/dev/main.ts' },
  process: { programs: [], program: 'tools/start/one.ts' },
  build: { programs: [], program: 'tools/build/main.ts' },
  check: { programs: [], program: 'tools/check/main.ts' },
  test: { programs: [...SERVERS, CHROMIUM], program: 'tools/test/main.ts' },
  faults: { programs: [...SERVERS, CHROMIUM], program: 'tools/test/faults.ts' },
  bench: { programs: SERVERS, program: 'tools/bench/main.ts' },
};

try {
  const [name, ...args] = process.argv.slice(2);
  const command = COMMANDS[name];
  if (!command) throw new Error(`unknown command "${name}": one of ${Object.keys(COMMANDS).join(', ')}`);
  requireNode();
  if (name === 'start' && (args.includes('--help') || args.includes('-h'))) {
    process.stdout.write(readFileSync(new URL('start/usage.txt', import.meta.url)));
  } else {
    process.chdir(ROOT);
    await installPackages(ROOT);
    await installPrograms(command.programs);
    await runProgram(ROOT, command.program, args);
  }
} catch (error) {
  process.stderr.write(`\n${explain(error)}\n`);
  process.exitCode = 1;
}
