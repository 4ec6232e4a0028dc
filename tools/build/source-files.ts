import { existsSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A file's path against a mark of its content; size and time are enough to notice every edit, checkout and copy. */
export type Fingerprints = Record<string, string>;

const SKIPPED_FOLDERS = new Set(['node_modules', 'dist', '.data', 'fixtures', 'coverage']);

/** All files under the folders, by path relative to the root, that a build reads. */
export function fingerprint(
  root: string,
  folders: string[],
  isInput: (path: string) => boolean,
): Fingerprints {
  const found: Fingerprints = {};
  for (const folder of folders) visit(folder);
  return found;

  function visit(path: string): void {
    const full = join(root, path);
    const stats = statSync(full, { throwIfNoEntry: false });
    if (!stats) return;
    if (stats.isFile()) {
      if (isInput(path)) found[path] = `${stats.size}:${stats.mtimeMs}`;
      return;
    }
    for (const name of readdirSync(full)) {
      if (!SKIPPED_FOLDERS.has(name)) visit(`${path}/${name}`);
    }
  }
}

/** What was built last, or nothing when that is unknown. */
export function readFingerprints(file: string): Fingerprints {
  if (!existsSync(file)) return {};
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Fingerprints;
  } catch {
    return {}; // cut short by a kill: build everything again
  }
}

/** Remembers what was built. */
export function writeFingerprints(file: string, fingerprints: Fingerprints): void {
  writeFileSync(file, JSON.stringify(fingerprints));
}

/** Whether both list the same files in the same state. */
export function isSame(a: Fingerprints, b: Fingerprints): boolean {
  const paths = Object.keys(a);
  return paths.length === Object.keys(b).length && paths.every((path) => a[path] === b[path]);
}
