import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { findLockFaults } from './lock-file.ts';
import { findBreaches } from './source-rules.ts';

const root = mkdtempSync(join(tmpdir(), 'rules-spec-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

function breaches(path: string, text: string): string[] {
  mkdirSync(join(root, path, '..'), { recursive: true });
  writeFileSync(join(root, path), text);
  return findBreaches(root, [path]);
}

describe('source rules', () => {
  it.each([
    ['apps/chat/src/main.ts', 'const url = process.env.NATS_URL;', 'readEnv'],
    ['apps/chat/src/a.ts', '@Inject(forwardRef(() => B))', 'break the cycle'],
    ['libs/bus/a.ts', `const { b } = await import('./b.ts');`, 'at the top of the file'],
    ['player/a.tsx', '// TODO later', 'Finish it'],
    ['apps/chat/src/a.spec.ts', `it.skip('works', () => {});`, 'Every test runs'],
  ])('in %s refuse %s', (path, line, instead) => {
    expect(breaches(path, `\n${line}\n`)).toEqual([expect.stringContaining(`${path}:2  ${line}`)]);
    expect(breaches(path, line)[0]).toContain(instead);
  });

  it.each([
    ['libs/process/env.ts', 'parse(process.env)'],
    ['apps/chat/src/a.int.spec.ts', 'process.env.HOME'],
    ['tools/start/main.ts', `await import('./x.ts')`],
  ])('allow in %s: %s', (path, line) => {
    expect(breaches(path, line)).toEqual([]);
  });
});

describe('the lock file', () => {
  it('has every optional package of every system, versions, and no addresses', () => {
    const packages = {
      '': {},
      'node_modules/a': {
        version: '1.0.0',
        optionalDependencies: { 'a-linux': '1.0.0', 'a-darwin': '1.0.0' },
      },
      'node_modules/a-linux': { version: '1.0.0', resolved: 'https://mirror.example/a-linux.tgz' },
      'node_modules/b': {},
    };
    writeFileSync(join(root, 'package-lock.json'), JSON.stringify({ packages }));
    expect(findLockFaults(root)).toEqual([
      expect.stringContaining('a-darwin (optional, of node_modules/a) is missing'),
      expect.stringContaining('node_modules/a-linux has an address'),
      'node_modules/b has no version',
    ]);
  });
});
