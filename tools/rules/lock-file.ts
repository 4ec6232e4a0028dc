import { readFileSync } from 'node:fs';
import { join } from 'node:path';

interface LockEntry {
  version?: string;
  resolved?: string;
  link?: boolean;
  optionalDependencies?: Record<string, string>;
}

/**
 * What is wrong with package-lock.json. npm forgets packages of other systems when it rewrites a lock file next to an installed
 * tree, and then `npm ci` refuses the file; and addresses of a private registry must not be written into it.
 */
export function findLockFaults(root: string): string[] {
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, LockEntry>;
  };
  return Object.entries(lock.packages).flatMap(([path, entry]) => {
    if (path === '') return [];
    const faults = Object.keys(entry.optionalDependencies ?? {})
      .filter((name) => !isLocked(lock.packages, path, name))
      .map(
        (name) =>
          `${name} (optional, of ${path}) is missing: choose a version of which every platform package exists`,
      );
    if (!entry.version && !entry.link) faults.push(`${path} has no version`);
    if (entry.resolved?.startsWith('http'))
      faults.push(`${path} has an address: set omit-lockfile-registry-resolved`);
    return faults;
  });
}

/** Members of package.json that stand there twice: JSON silently keeps the last one. */
export function findDoubleMembers(root: string): string[] {
  const text = readFileSync(join(root, 'package.json'), 'utf8');
  const names = [...text.matchAll(/^ {2}"([^"]+)":/gm)].map(([, name]) => name);
  const doubles = names.filter((name, index) => names.indexOf(name) !== index);
  return doubles.map((name) => `package.json has "${name}" twice: join the two`);
}

/** Whether a dependency of the package at `path` stands in the lock file, beside it or above it. */
function isLocked(packages: Record<string, LockEntry>, path: string, name: string): boolean {
  const parts = path.split('/node_modules/');
  for (let depth = parts.length; depth >= 0; depth -= 1) {
    const folder = parts.slice(0, depth).join('/node_modules/');
    if (packages[folder ? `${folder}/node_modules/${name}` : `node_modules/${name}`]) return true;
  }
  return false;
}
