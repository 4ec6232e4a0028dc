import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { copyFile, mkdir, open, readdir, readFile, rename, rm, rmdir, stat, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { checkKey, checkPrefix, StorageError } from './object-store.ts';
import type { ByteRange, ObjectReading, ObjectStore, StoredObject } from './object-store.ts';

export interface DiskStoreOptions {
  root: string;
  /** False leaves it to the system when bytes reach the disk: a loss of power may cost the last seconds. Default true. */
  durable?: boolean;
}

/** Folder for files that are not whole yet; on the same file system, so that renaming them is atomic. */
const UNFINISHED = '.unfinished';

/** Renames into a folder that another process may be removing at the same time. */
const RENAME_ATTEMPTS = 20;

/** An object store in a folder: one file per object, written aside and renamed into place. */
export function diskStore({ root, durable = true }: DiskStoreOptions): ObjectStore {
  return new DiskStore(root, durable);
}

class DiskStore implements ObjectStore {
  private readonly root: string;
  private readonly durable: boolean;
  /** Puts on their way into each folder (and into those above it): such a folder is not removed, though it be empty. */
  private readonly arrivals = new Map<string, number>();

  constructor(root: string, durable: boolean) {
    this.root = root;
    this.durable = durable;
  }

  async put(key: string, bytes: Uint8Array): Promise<void> {
    checkKey(key);
    await wrap(`put ${key}`, async () => {
      const aside = await this.aside();
      const file = await open(aside, 'wx');
      try {
        await file.writeFile(bytes);
        if (this.durable) await file.datasync();
      } finally {
        await file.close();
      }
      await this.moveInto(aside, key);
    });
  }

  async putFile(key: string, path: string): Promise<void> {
    checkKey(key);
    await wrap(`put file ${key}`, async () => {
      if (this.durable) await syncFile(path);
      try {
        await this.moveInto(path, key);
      } catch (error) {
        if (codeOf(error) !== 'EXDEV') throw error;
        const aside = await this.aside();
        await copyFile(path, aside);
        if (this.durable) await syncFile(aside);
        await this.moveInto(aside, key);
        await unlink(path);
      }
    });
  }

  async get(key: string): Promise<Uint8Array | undefined> {
    checkKey(key);
    return wrap(`get ${key}`, () => unlessMissing(readFile(this.pathOf(key))));
  }

  async read(key: string, range?: ByteRange): Promise<ObjectReading | undefined> {
    checkKey(key);
    return wrap(`read ${key}`, async () => {
      // The handle is opened before the answer begins, so that a deletion meanwhile cannot cut it short.
      const handle = await unlessMissing(open(this.pathOf(key), 'r'));
      if (!handle) return undefined;
      const { size } = await handle.stat();
      const stream = createReadStream('', {
        fd: handle,
        ...(range ? { start: range.from, end: range.to } : {}),
      });
      return { size, stream };
    });
  }

  async size(key: string): Promise<number | undefined> {
    checkKey(key);
    return wrap(`size ${key}`, async () => (await unlessMissing(stat(this.pathOf(key))))?.size);
  }

  async *list(prefix: string): AsyncGenerator<StoredObject> {
    checkPrefix(prefix);
    yield* this.walk(prefix.slice(0, -1));
  }

  async delete(keys: readonly string[]): Promise<void> {
    for (const key of keys) checkKey(key);
    await wrap('delete', async () => {
      for (const key of keys) {
        await unlessMissing(unlink(this.pathOf(key)));
        await this.removeEmptyFolders(dirname(key));
      }
    });
  }

  async deletePrefix(prefix: string): Promise<number> {
    checkPrefix(prefix);
    let count = 0;
    for await (const _ of this.list(prefix)) count++;
    await wrap(`delete ${prefix}`, async () => {
      await rm(join(this.root, prefix), { recursive: true, force: true });
      await this.removeEmptyFolders(dirname(prefix));
    });
    return count;
  }

  stop(): void {}

  private async *walk(folder: string): AsyncGenerator<StoredObject> {
    const entries = await wrap(`list ${folder}`, () =>
      unlessMissing(readdir(join(this.root, folder), { withFileTypes: true })),
    );
    for (const entry of entries ?? []) {
      if (entry.name.startsWith('.')) continue;
      const key = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory()) {
        yield* this.walk(key);
        continue;
      }
      const size = await this.size(key);
      if (size !== undefined) yield { key, size };
    }
  }

  private pathOf(key: string): string {
    return join(this.root, key);
  }

  private async aside(): Promise<string> {
    const folder = join(this.root, UNFINISHED);
    await mkdir(folder, { recursive: true });
    return join(folder, randomUUID());
  }

  private async moveInto(path: string, key: string): Promise<void> {
    const target = this.pathOf(key);
    const folders = foldersAbove(key);
    for (const folder of folders) this.arrivals.set(folder, (this.arrivals.get(folder) ?? 0) + 1);
    try {
      await this.renameInto(path, target);
    } finally {
      for (const folder of folders) this.arrived(folder);
    }
    // A deletion of this very key may have removed it, and the folder, in the meantime.
    if (this.durable) await unlessMissing(syncFile(dirname(target)));
  }

  private async renameInto(path: string, target: string): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        await mkdir(dirname(target), { recursive: true });
        await rename(path, target);
        return;
      } catch (error) {
        // A removal that had begun before this arrival was counted, or another process's, came between the two calls
        // (or between two of mkdir's own).
        if (codeOf(error) !== 'ENOENT' || attempt === RENAME_ATTEMPTS) throw error;
        await stat(path);
      }
    }
  }

  private arrived(folder: string): void {
    const left = (this.arrivals.get(folder) ?? 1) - 1;
    if (left === 0) this.arrivals.delete(folder);
    else this.arrivals.set(folder, left);
  }

  private async removeEmptyFolders(folder: string): Promise<void> {
    for (let at = folder; at !== '.' && at !== ''; at = dirname(at)) {
      if (this.arrivals.has(at)) return;
      try {
        await rmdir(join(this.root, at));
      } catch (error) {
        if (codeOf(error) === 'ENOENT') continue;
        return;
      }
    }
  }
}

/** 'a/b/c' lies in 'a/b' and in 'a'. */
function foldersAbove(key: string): string[] {
  const folders: string[] = [];
  for (let at = dirname(key); at !== '.'; at = dirname(at)) folders.push(at);
  return folders;
}

async function syncFile(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function unlessMissing<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return undefined;
    throw error;
  }
}

async function wrap<T>(what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    throw new StorageError(`disk store: ${what} failed (${codeOf(cause) ?? 'unknown'})`, { cause });
  }
}

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code;
}
