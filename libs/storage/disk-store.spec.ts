import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { chmodSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { diskStore } from './disk-store.ts';
import { StorageError } from './object-store.ts';
import { describeObjectStore } from './store-contract.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'disk-store-'));
});
afterAll(() => {
  chmodSync(folder, 0o700);
  rmSync(folder, { recursive: true, force: true });
});

describeObjectStore('disk, durable', async () => diskStore({ root: join(folder, 'durable') }));
describeObjectStore('disk, fast', async () => diskStore({ root: join(folder, 'fast'), durable: false }));

describe('on the disk', () => {
  it('nothing unfinished and no empty folder stays behind', async () => {
    const root = join(folder, 'tidy');
    const store = diskStore({ root });
    await store.put('shows/1/a', Buffer.from('x'));
    await store.delete(['shows/1/a']);
    expect(readdirSync(root)).toEqual(['.unfinished']);
    expect(readdirSync(join(root, '.unfinished'))).toEqual([]);
  });

  it('a fault of the file system is told as one, with its cause', async () => {
    const root = join(folder, 'file-instead-of-folder');
    writeFileSync(root, '');
    const failing = diskStore({ root }).put('a/b', Buffer.from('x'));
    await expect(failing).rejects.toBeInstanceOf(StorageError);
    await expect(failing).rejects.toMatchObject({
      cause: expect.objectContaining({ code: expect.any(String) }),
    });
  });
});
