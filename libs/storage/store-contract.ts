import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InvalidKeyError } from './object-store.ts';
import type { ObjectStore } from './object-store.ts';

/* oxlint-disable max-lines-per-function -- a suite, like the test files that call it */
/** What every engine must do; each engine's test file calls this with its own store. */
export function describeObjectStore(name: string, open: () => Promise<ObjectStore>, many = 1_050): void {
  describe(`${name}: an object store`, () => {
    let store: ObjectStore;
    let folder: string;
    beforeAll(async () => {
      store = await open();
      folder = await mkdtemp(join(tmpdir(), 'store-contract-'));
    });
    afterAll(async () => {
      store.stop();
      await rm(folder, { recursive: true, force: true });
    });
    const keys = async (prefix: string): Promise<string[]> => {
      const found: string[] = [];
      for await (const { key } of store.list(prefix)) found.push(key);
      return found.toSorted();
    };

    it('gives back what was put, and the newest of several', async () => {
      await store.put('a/one.bin', Buffer.from('first'));
      await store.put('a/one.bin', Buffer.from('second'), 'text/plain');
      expect(Buffer.from((await store.get('a/one.bin')) ?? []).toString()).toBe('second');
      expect(await store.size('a/one.bin')).toBe(6);
    });

    it('says nothing about what is not there', async () => {
      expect(await store.get('none/at/all')).toBeUndefined();
      expect(await store.size('none/at/all')).toBeUndefined();
      expect(await store.read('none/at/all')).toBeUndefined();
      expect(await keys('none/')).toEqual([]);
      expect(await store.deletePrefix('none/')).toBe(0);
      await store.delete(['none/at/all']);
    });

    it('takes files over', async () => {
      const bytes = randomBytes(300_000);
      const path = join(folder, 'segment.m4s');
      await writeFile(path, bytes);
      await store.putFile('b/segment.m4s', path, 'video/mp4');
      expect(existsSync(path)).toBe(false);
      expect(hash((await store.get('b/segment.m4s')) ?? [])).toBe(hash(bytes));
      await expect(store.putFile('b/other.m4s', path)).rejects.toThrow();
      expect(await store.size('b/other.m4s')).toBeUndefined();
    });

    it('reads whole objects and ranges as streams', async () => {
      const bytes = randomBytes(100_000);
      await store.put('c/ranged.bin', bytes);
      const whole = await store.read('c/ranged.bin');
      expect(whole?.size).toBe(100_000);
      expect(hash(await drain(whole?.stream))).toBe(hash(bytes));
      const range = await store.read('c/ranged.bin', { from: 500, to: 1_499 });
      expect(range?.size).toBe(100_000);
      expect(await drain(range?.stream)).toEqual(bytes.subarray(500, 1_500));
    });

    it('keeps an answer whole that began before a deletion', async () => {
      const bytes = randomBytes(200_000);
      await store.put('c/leaving.bin', bytes);
      const reading = await store.read('c/leaving.bin');
      const [read] = await Promise.all([drain(reading?.stream), store.delete(['c/leaving.bin'])]);
      expect(hash(read)).toBe(hash(bytes));
    });

    it('lists by prefix', async () => {
      const names = ['d/b', 'd/a-1', 'd/a/1', 'd/a/0', 'd/c/x/y', 'd/a.txt', 'dd/other'];
      for (const name of names) await store.put(name, Buffer.from(name));
      expect(await keys('d/')).toEqual(names.filter((name) => name.startsWith('d/')).toSorted());
      expect(await keys('d/a/')).toEqual(['d/a/0', 'd/a/1']);
    });

    it('deletes by key and by prefix, and nothing beside it', async () => {
      for (const name of ['e/1', 'e/2', 'e/in/3', 'ee/4']) await store.put(name, Buffer.from('x'));
      await store.delete(['e/1', 'e/never']);
      expect(await keys('e/')).toEqual(['e/2', 'e/in/3']);
      expect(await store.deletePrefix('e/')).toBe(2);
      expect(await keys('e/')).toEqual([]);
      expect(await keys('ee/')).toEqual(['ee/4']);
    });

    it('deletes many at once', async () => {
      for (let at = 0; at < many; at += 50) {
        await Promise.all(
          Array.from({ length: 50 }, (_, index) => store.put(`f/${at + index}`, Buffer.from('x'))),
        );
      }
      expect(await store.deletePrefix('f/')).toBe(many);
      expect(await keys('f/')).toEqual([]);
    }, 60_000);

    it('survives puts and deletions of neighbours at the same time', async () => {
      const round = async (index: number) => {
        const key = `g/x/${index % 4}/${index}`;
        for (let turn = 0; turn < 10; turn++) {
          await store.put(key, Buffer.from(String(turn)));
          await store.delete([key]);
        }
        await store.put(key, Buffer.from('kept'));
      };
      await Promise.all(Array.from({ length: 40 }, (_, index) => round(index)));
      expect(await keys('g/x/')).toHaveLength(40);
    });

    it('refuses keys that are none', async () => {
      for (const key of ['', '/a', 'a/', 'a//b', '../a', 'a/../b', '.hidden', 'a/.b', 'a b', 'ä']) {
        await expect(store.put(key, Buffer.from('x'))).rejects.toBeInstanceOf(InvalidKeyError);
        await expect(store.get(key)).rejects.toBeInstanceOf(InvalidKeyError);
      }
      await expect(store.deletePrefix('a')).rejects.toBeInstanceOf(InvalidKeyError);
      await expect(store.deletePrefix('../')).rejects.toBeInstanceOf(InvalidKeyError);
    });
  });
}

function hash(bytes: Uint8Array | readonly number[]): string {
  return createHash('sha256').update(Buffer.from(bytes)).digest('hex');
}

async function drain(stream: AsyncIterable<unknown> | undefined): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream ?? []) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
