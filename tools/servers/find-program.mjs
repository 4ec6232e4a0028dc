import { accessSync, constants, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Folders that hold servers without being on an ordinary user's path: Debian, Red Hat, Homebrew on both kinds of Mac. */
const EXTRA_FOLDERS = [
  '/usr/lib/postgresql/*/bin',
  '/usr/pgsql-*/bin',
  '/opt/homebrew/bin',
  '/opt/homebrew/opt/postgresql@*/bin',
  '/usr/local/bin',
  '/usr/local/opt/postgresql@*/bin',
  '/usr/local/sbin',
  '/usr/sbin',
  '/sbin',
];

/** The absolute path of a native program, or undefined: first on PATH, then where package systems hide servers (newest version first). */
export function findProgram(name, searchPath = process.env['PATH'] ?? '') {
  const folders = [...searchPath.split(delimiter).filter(Boolean), ...EXTRA_FOLDERS.flatMap(expand)];
  return folders.map((folder) => join(folder, name)).find(isExecutable);
}

/** Folders that match a pattern with one `*` in one of its parts, highest version first. */
function expand(pattern) {
  const parts = pattern.split('/');
  const at = parts.findIndex((part) => part.includes('*'));
  if (at < 0) return [pattern];
  const parent = parts.slice(0, at).join('/') || '/';
  const [prefix = '', suffix = ''] = parts[at].split('*');
  return entries(parent)
    .filter((name) => name.startsWith(prefix) && name.endsWith(suffix))
    .toSorted((a, b) => version(b) - version(a))
    .map((name) => join(parent, name, ...parts.slice(at + 1)));
}

function entries(folder) {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function version(name) {
  return Number(/\d+(\.\d+)?/.exec(name)?.[0] ?? 0);
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
