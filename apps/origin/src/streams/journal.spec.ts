import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { appendFile, mkdir, mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Journal, readJournal } from './journal.ts';
import { LiveStream } from './live-stream.ts';
import { mediaNames } from './media-names.ts';
import type { JournalEntry } from './media-rows.ts';
import { recoverStream } from './recover-stream.ts';
import { Spool } from './spool.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'journal-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const declaration = {
  kind: 'video',
  codecs: 'avc1.64001f',
  name: '720p',
  run: 'a',
  state: 'running',
} as const;
const begin = { run: 'a', pdt: 1_000, discontinuity: false };
const part = (msn: number, index: number): JournalEntry => ({
  t: 'part',
  r: 'source',
  msn,
  index,
  part: { offset: index * 100, size: 100, duration: 0.5, independent: index === 0 },
  ...(index === 0 ? { begin } : {}),
});
const entries: JournalEntry[] = [
  { t: 'generation', generation: 3, floor: 0 },
  { t: 'rendition', r: 'source', declaration },
  { t: 'init', r: 'source', run: 'a', codec: 'avc1.64001f', timescale: 90_000 },
  part(0, 0),
  part(0, 1),
  { t: 'end', r: 'source', msn: 0 },
  part(1, 0),
  part(1, 1),
];

describe('a journal', () => {
  it('gives back what was appended, and goes on after a line that a crash cut short', async () => {
    const path = join(folder, 'torn.ndjson');
    const journal = await Journal.open(path);
    await journal.append(entries.slice(0, 4));
    await journal.append(entries.slice(4, 6), true);
    await journal.close();
    await appendFile(path, '{"t":"part","r":"sou');
    expect(await readJournal(path)).toEqual({ entries: entries.slice(0, 6), cutBytes: 20 });
    const again = await Journal.open(path);
    await again.append(entries.slice(6));
    await again.close();
    expect(await readJournal(path)).toEqual({ entries, cutBytes: 0 });
  });

  it('ends before the first line that cannot be read', async () => {
    const path = join(folder, 'damaged.ndjson');
    await writeFile(path, `${JSON.stringify(entries[0])}\n\0\0\0\0\n${JSON.stringify(entries[1])}\n`);
    expect((await readJournal(path)).entries).toEqual([entries[0]]);
    expect(await readFile(path, 'utf8')).toBe(`${JSON.stringify(entries[0])}\n`);
  });
});

describe('a stream taken up from disk', () => {
  async function onDisk(name: string, openBytes: number): Promise<{ rows: LiveStream; spool: Spool }> {
    const spool = new Spool(join(folder, name));
    await mkdir(join(spool.folder, 'source'), { recursive: true });
    await writeFile(spool.pathOf('source', mediaNames.segment('a', 0)), Buffer.alloc(200));
    await writeFile(spool.pathOf('source', mediaNames.segment('a', 1)), Buffer.alloc(200));
    await truncate(spool.pathOf('source', mediaNames.segment('a', 1)), openBytes);
    const rows = new LiveStream('show');
    for (const entry of entries) rows.apply(entry);
    return { rows, spool };
  }

  it('keeps everything after a kill, and brings what is complete to the store', async () => {
    const { rows, spool } = await onDisk('killed', 200);
    expect(await recoverStream(rows, spool)).toEqual({
      cuts: [],
      toKeep: [{ rendition: 'source', name: 'a-0.m4s' }],
    });
    expect([rows.generation, rows.highestMsn]).toEqual([3, 1]);
  });

  it.each([
    [150, 1],
    [20, 0],
  ])('forgets parts that a loss of power took (%i bytes left)', async (bytes, left) => {
    const { rows, spool } = await onDisk(`power-${bytes}`, bytes);
    const { cuts } = await recoverStream(rows, spool);
    expect(cuts).toEqual([{ t: 'cut', r: 'source', msn: 1, parts: left }]);
    for (const cut of cuts) rows.apply(cut);
    expect(rows.segment('source', 1)?.parts?.length ?? 0).toBe(left);
    // Numbers never go back: the next writer begins above the lost segment.
    expect(rows.highestMsn).toBe(1);
  });
});
