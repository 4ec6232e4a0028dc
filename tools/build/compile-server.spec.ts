import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { compileServer } from './compile-server.ts';

const REPOSITORY = join(import.meta.dirname, '../..');
let root = '';

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'compile-spec-'));
  cpSync(join(REPOSITORY, '.swcrc'), join(root, '.swcrc'));
  mkdirSync(join(root, 'libs/a/test'), { recursive: true });
  writeFileSync(
    join(root, 'libs/a/one.ts'),
    `import { two } from './two.ts';\nexport const one: number = two;\n`,
  );
  writeFileSync(join(root, 'libs/a/two.ts'), 'export const two = 2;\n');
  writeFileSync(join(root, 'libs/a/one.spec.ts'), 'test();\n');
  writeFileSync(join(root, 'libs/a/test/b.ts'), 'test();\n');
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

describe('compileServer', () => {
  it('writes modules that name compiled files, and leaves tests out', async () => {
    const { written } = await compileServer(root);
    expect(written.toSorted()).toEqual(['libs/a/one.ts', 'libs/a/two.ts']);
    expect(readFileSync(join(root, 'dist/libs/a/one.js'), 'utf8')).toContain('from "./two.js"');
    expect(existsSync(join(root, 'dist/libs/a/one.js.map'))).toBe(true);
  });

  it('compiles only what changed, and removes what is gone', async () => {
    await compileServer(root);
    expect(await compileServer(root)).toEqual({ written: [], removed: [] });
    writeFileSync(join(root, 'libs/a/one.ts'), 'export const one = 11;\n');
    rmSync(join(root, 'libs/a/two.ts'));
    expect(await compileServer(root)).toEqual({ written: ['libs/a/one.ts'], removed: ['libs/a/two.ts'] });
    expect(existsSync(join(root, 'dist/libs/a/two.js'))).toBe(false);
  });

  it('compiles everything again when the settings changed', async () => {
    await compileServer(root);
    writeFileSync(join(root, '.swcrc'), `${readFileSync(join(root, '.swcrc'), 'utf8')}\n`);
    expect((await compileServer(root)).written).toHaveLength(2);
  });

  it('does not take a broken build for a finished one', async () => {
    writeFileSync(join(root, 'libs/a/two.ts'), 'export const = ;\n');
    await expect(compileServer(root)).rejects.toThrow();
    writeFileSync(join(root, 'libs/a/two.ts'), 'export const two = 2;\n');
    expect((await compileServer(root)).written.toSorted()).toEqual(['libs/a/one.ts', 'libs/a/two.ts']);
  });
});
