import { chownSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';

const PREFIX = 'showfloor-';

/** Who a server's files and process belong to, when not to the user who started it. */
export interface Owner {
  uid: number;
  gid: number;
}

/** A new folder under the system's temporary folder. Those of processes that no longer live are removed on the way. */
export function makePrivateFolder(kind: string, owner?: Owner): string {
  sweep();
  const folder = mkdtempSync(join(tmpdir(), `${PREFIX}${kind}-${process.pid}-`));
  if (owner) chownSync(folder, owner.uid, owner.gid);
  return folder;
}

/** Creates a given data folder where it is missing, and gives a new or empty one to its owner. */
export function prepareDataFolder(folder: string, owner?: Owner): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (owner && statSync(folder).uid !== owner.uid) chownTree(folder, owner);
}

/** Removes a folder made by makePrivateFolder; any other folder is somebody's data and stays. */
export function removePrivateFolder(folder: string): void {
  if (dirname(folder) !== tmpdir() || !basename(folder).startsWith(PREFIX)) return;
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}

function chownTree(path: string, owner: Owner): void {
  chownSync(path, owner.uid, owner.gid);
  for (const entry of readdirSync(path, { withFileTypes: true })) {
    const child = join(path, entry.name);
    if (entry.isDirectory()) chownTree(child, owner);
    else if (entry.isFile()) chownSync(child, owner.uid, owner.gid);
  }
}

let swept = false;

function sweep(): void {
  if (swept) return;
  swept = true;
  for (const name of readdirSync(tmpdir())) {
    const pid = Number(new RegExp(`^${PREFIX}[a-z]+-(\\d+)-`).exec(name)?.[1]);
    if (!pid || isAlive(pid)) continue;
    try {
      removePrivateFolder(join(tmpdir(), name));
    } catch {
      // Another user's, or being removed by another run: not ours to worry about.
    }
  }
}

/** Whether a process of this id exists, whoever owns it. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
