import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A habit that imports do not show: what must not stand in which files, and what to do instead. */
interface SourceRule {
  pattern: RegExp;
  /** Files that the rule is about. */
  applies(path: string): boolean;
  instead: string;
}

const isTest = (path: string) =>
  /(-contract|-harness|\.(spec|journey|fault))\.tsx?$|(^|\/)(test|contract)\//.test(path);
const isServer = (path: string) => /^(apps|libs|transcoder|infra)\//.test(path);

const RULES: SourceRule[] = [
  {
    pattern: /\bprocess\.env\b/,
    applies: (path) => isServer(path) && !/^libs\/(process|testing)\//.test(path) && !isTest(path),
    instead:
      "Add the variable to the process's *.env.ts and read it with readEnv; features receive plain values.",
  },
  {
    pattern: /\bforwardRef\s*\(/,
    applies: isServer,
    instead:
      'Two providers that need each other are one, or need a third: break the cycle instead of hiding it.',
  },
  {
    pattern: /\bimport\(\s*['"](\.|#)/,
    applies: (path) => isServer(path) && !isTest(path),
    instead: 'Import our own server code at the top of the file; a lazy import hides a cycle.',
  },
  {
    pattern: /@Global\(\)/,
    applies: (path) => path.startsWith('apps/'),
    instead:
      'Only configuration and logging are global, and libs/service provides them: import the module that provides it.',
  },
  {
    pattern: /\b(TODO|FIXME|XXX|HACK)\b/,
    applies: (path) => !path.startsWith('tools/rules/'),
    instead: 'Finish it, or leave it out and say so in the documentation.',
  },
  {
    pattern: /\.(only|skip)\(\s*['"`]|\bx(it|describe)\(/,
    applies: (path) => isTest(path) && !path.startsWith('tools/rules/'),
    instead: 'Every test runs: repair the skipped one, or delete it.',
  },
];

/** Every breach, as `file:line what instead`. */
export function findBreaches(root: string, files: string[]): string[] {
  return files.flatMap((path) => {
    const rules = RULES.filter((rule) => rule.applies(path));
    if (rules.length === 0) return [];
    return breachesIn(path, readFileSync(join(root, path), 'utf8'), rules);
  });
}

function breachesIn(path: string, text: string, rules: SourceRule[]): string[] {
  const found: string[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    for (const { pattern, instead } of rules) {
      if (pattern.test(line)) found.push(`${path}:${index + 1}  ${line.trim().slice(0, 80)}\n    ${instead}`);
    }
  }
  return found;
}
