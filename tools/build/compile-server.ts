import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { transformFile } from '@swc/core';
import { fingerprint, readFingerprints, writeFingerprints } from './source-files.ts';
import type { Fingerprints } from './source-files.ts';

/** What runs compiled: decorators keep these from running as they are. Everything else (tools, bench) runs from its sources. */
const FOLDERS = ['apps', 'libs', 'transcoder', 'infra'];
/** A change of one of these changes every output. */
const SETTINGS = ['.swcrc', 'package-lock.json', 'tools/build/compile-server.ts'];
const AT_ONCE = 32;

/** Compiles the server sources that changed since the last time into dist/, and removes outputs whose source is gone. Answers how many files it wrote. */
export async function compileServer(root: string): Promise<{ written: string[]; removed: string[] }> {
  const record = join(root, 'dist/.server.json');
  const before = readFingerprints(record);
  const now = { ...fingerprint(root, FOLDERS, isSource), ...fingerprint(root, SETTINGS, () => true) };
  const all = SETTINGS.some((path) => before[path] !== now[path]);
  const sources = Object.keys(now).filter((path) => isSource(path) && !SETTINGS.includes(path));
  const changed = sources.filter((path) => all || before[path] !== now[path]);
  const gone = Object.keys(before).filter((path) => !(path in now) && isSource(path));
  for (const path of gone) removeOutput(root, path);
  if (changed.length > 0 || gone.length > 0) await writeOutputs(root, changed, record, now);
  return { written: changed, removed: gone };
}

async function writeOutputs(root: string, paths: string[], record: string, now: Fingerprints): Promise<void> {
  rmSync(record, { force: true }); // unknown until all are written
  const queue = [...paths];
  const worker = async () => {
    for (let path = queue.shift(); path !== undefined; path = queue.shift()) await compile(root, path);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  mkdirSync(dirname(record), { recursive: true });
  writeFingerprints(record, now);
}

async function compile(root: string, path: string): Promise<void> {
  const { code, map } = await transformFile(join(root, path), { cwd: root, sourceMaps: true });
  const output = outputOf(root, path);
  mkdirSync(dirname(output), { recursive: true });
  writeFileSync(output, `${code}\n//# sourceMappingURL=${basename(output)}.map\n`);
  if (map) writeFileSync(`${output}.map`, map);
}

function removeOutput(root: string, path: string): void {
  const output = outputOf(root, path);
  rmSync(output, { force: true });
  rmSync(`${output}.map`, { force: true });
}

function outputOf(root: string, path: string): string {
  return join(root, 'dist', path.replace(/\.ts$/, '.js'));
}

function isSource(path: string): boolean {
  return path.endsWith('.ts') && !/\.(spec|d)\.ts$/.test(path) && !/(^|\/)(test|contract)\//.test(path);
}
