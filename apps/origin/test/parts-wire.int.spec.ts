import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { newId } from '#process';
import { PartsWriter } from '#testing';
import { begin, declaration, done, putSegment, video } from './put-fixture.ts';
import { privateFolder, startTestOrigin } from './start-origin.ts';
import type { TestOrigin } from './start-origin.ts';

jest.setTimeout(60_000);

let folder: Awaited<ReturnType<typeof privateFolder>>;
let origin: TestOrigin;

beforeAll(async () => {
  folder = await privateFolder();
  origin = await startTestOrigin(folder.path);
});
afterAll(async () => {
  await origin.stop();
  await folder.remove();
});

const writerOf = (showId = newId(), generation = 1): PartsWriter =>
  new PartsWriter(origin.url, origin.internalToken, showId, generation);

const [first] = video.fragments;
const query = { duration: 0.5, independent: true, run: 'a', pdt: 1_800_000_000_000 };
const bytes = first?.bytes ?? new Uint8Array();

async function problem(
  answer: Promise<Response>,
): Promise<{ status: number; code: string; expected?: unknown }> {
  const response = await answer;
  const { code, expected } = (await response.json()) as { code: string; expected?: unknown };
  return { status: response.status, code, ...(expected === undefined ? {} : { expected }) };
}

describe('who may write', () => {
  it('turns away whoever does not know the internal token', async () => {
    const stranger = new PartsWriter(origin.url, 'not-the-token', newId());
    expect(await problem(stranger.state('live'))).toEqual({ status: 401, code: 'unauthenticated' });
  });

  it('turns away a worker that was replaced, whatever it sends', async () => {
    const old = writerOf();
    await begin(old, 'a');
    const fresh = writerOf(old.showId, 2);
    await fresh.seal();
    const stale = { status: 409, code: 'stale_generation' };
    expect(await problem(old.part('source', [0, 0], query, bytes))).toMatchObject(stale);
    expect(await problem(old.end('source', 0))).toMatchObject(stale);
    expect(await problem(old.state('ended'))).toMatchObject(stale);
    expect(await problem(old.declare('source', declaration('video', 'a')))).toMatchObject(stale);
    expect(await problem(old.init('source', 'b', video.init))).toMatchObject(stale);
    await expect(old.seal()).rejects.toThrow('stale_generation');
  });

  it('remembers the generation over a restart', async () => {
    const fresh = writerOf(newId(), 7);
    await begin(fresh, 'a');
    await origin.stop();
    origin = await startTestOrigin(folder.path);
    await expect(writerOf(fresh.showId, 6).seal()).rejects.toThrow('stale_generation');
    expect(await writerOf(fresh.showId, 7).seal()).toEqual({ nextSequence: 0, discontinuitySequence: 0 });
  });
});

describe('a worker that writes without a word before', () => {
  it('takes over by that alone: behind the numbers there are, and for good', async () => {
    const old = writerOf();
    await begin(old, 'a');
    await putSegment(old, { rendition: 'source', msn: 4, run: 'a', fragments: [0], open: true });
    const fresh = writerOf(old.showId, 2);
    await done(fresh.declare('audio', declaration('audio', 'b')));
    await done(fresh.init('audio', 'b', video.init));
    expect(await problem(fresh.part('audio', [4, 0], { ...query, run: 'b' }, bytes))).toEqual({
      ...{ status: 409, code: 'part_out_of_order', expected: { msn: 5, index: 0 } },
    });
    await origin.stop();
    origin = await startTestOrigin(folder.path);
    const late = new PartsWriter(origin.url, origin.internalToken, old.showId, 1);
    expect(await problem(late.part('source', [4, 1], query, bytes))).toMatchObject({
      code: 'stale_generation',
    });
  });
});

describe('a full disk', () => {
  it('is said to be one, shows viewers nothing half, and takes the same part once there is room', async () => {
    const writer = writerOf();
    await begin(writer, 'a');
    await putSegment(writer, { rendition: 'source', msn: 0, run: 'a', fragments: [0, 1, 2, 3] });
    const playlist = async () => (await fetch(`${origin.url}/hls/${writer.showId}/source/live.m3u8`)).text();
    const before = await playlist();
    // The device that is always full, in place of the next segment's file.
    const file = join(folder.path, 'live', writer.showId, 'source', 'a-1.m4s');
    await symlink('/dev/full', file);
    expect(await problem(writer.part('source', [1, 0], query, bytes))).toMatchObject({
      status: 507,
      code: 'storage_full',
    });
    expect(await playlist()).toBe(before);
    await rm(file);
    await done(writer.part('source', [1, 0], query, bytes));
    expect(await playlist()).toContain('a-1.0.m4s');
  });
});

describe('seal', () => {
  it('closes what the former worker left open and counts on from the highest number of any rendition', async () => {
    const old = writerOf();
    await begin(old, 'a', true);
    await putSegment(old, { rendition: 'source', msn: 0, run: 'a', fragments: [0, 1, 2, 3] });
    await putSegment(old, { rendition: 'source', msn: 1, run: 'a', fragments: [4, 5], open: true });
    const fresh = writerOf(old.showId, 2);
    expect(await fresh.seal()).toEqual({ nextSequence: 2, discontinuitySequence: 0 });
    const text = await (await fetch(`${origin.url}/hls/${old.showId}/source/live.m3u8`)).text();
    expect(text).toContain('#EXTINF:1.00000,\na-1.m4s');
    await begin(fresh, 'b');
    await putSegment(fresh, {
      rendition: 'source',
      msn: 2,
      run: 'b',
      fragments: [0, 1],
      discontinuity: true,
    });
    expect(await writerOf(old.showId, 3).seal()).toEqual({ nextSequence: 3, discontinuitySequence: 1 });
  });

  it('keeps the new worker from numbers of the old one', async () => {
    const old = writerOf();
    await begin(old, 'a', true);
    await putSegment(old, { rendition: 'source', msn: 5, run: 'a', fragments: [0] });
    const fresh = writerOf(old.showId, 2);
    await begin(fresh, 'b', true);
    const answer = fresh.part('audio', [5, 0], { ...query, run: 'b' }, bytes);
    expect(await problem(answer)).toEqual({
      status: 409,
      code: 'part_out_of_order',
      expected: { msn: 6, index: 0 },
    });
  });
});

describe('parts', () => {
  it('end their segment when they are too short to be followed by another', async () => {
    const writer = writerOf();
    await begin(writer, 'a');
    await putSegment(writer, { rendition: 'source', msn: 0, run: 'a', fragments: [0, 1, 2], open: true });
    const playlist = `${origin.url}/hls/${writer.showId}/source/live.m3u8`;
    const fourth = video.fragments[3]?.bytes ?? bytes;
    await done(writer.part('source', [0, 3], { duration: 0.4, independent: false, run: 'a' }, fourth));
    expect(await (await fetch(playlist)).text()).toContain('#EXTINF:1.90000,\na-0.m4s');
    await done(writer.end('source', 0));
  });

  it('stores a part once, however often it is put', async () => {
    const writer = writerOf();
    await begin(writer, 'a');
    for (let round = 0; round < 3; round++) await done(writer.part('source', [0, 0], query, bytes));
    await putSegment(writer, { rendition: 'source', msn: 0, run: 'a', fragments: [0, 1] });
    await done(writer.part('source', [0, 1], query, bytes));
    const stored = await fetch(`${origin.url}/hls/${writer.showId}/source/a-0.m4s`);
    const sent = video.fragments.slice(0, 2).reduce((sum, fragment) => sum + fragment.bytes.length, 0);
    expect((await stored.arrayBuffer()).byteLength).toBe(sent);
  });

  it('refuses what is not next and says what is', async () => {
    const writer = writerOf();
    expect(await problem(writer.part('source', [0, 0], query, bytes))).toMatchObject({
      code: 'part_out_of_order',
    });
    await done(writer.declare('source', declaration('video', 'a')));
    expect(await problem(writer.part('source', [0, 0], query, bytes))).toMatchObject({
      code: 'part_out_of_order',
    });
    await done(writer.init('source', 'a', video.init));
    const expected = (msn: number, index: number) => ({
      status: 409,
      code: 'part_out_of_order',
      expected: { msn, index },
    });
    expect(await problem(writer.part('source', [3, 1], query, bytes))).toEqual(expected(0, 0));
    await done(writer.part('source', [3, 0], query, bytes));
    expect(await problem(writer.part('source', [3, 2], query, bytes))).toEqual(expected(3, 1));
    await done(writer.end('source', 3));
    expect(await problem(writer.part('source', [3, 1], query, bytes))).toEqual(expected(4, 0));
    expect(await problem(writer.part('source', [2, 0], query, bytes))).toEqual(expected(4, 0));
  });

  it('refuses bodies that are no fragments, and bad addresses', async () => {
    const writer = writerOf();
    await begin(writer, 'a');
    const invalid = { status: 400, code: 'invalid_request' };
    expect(await problem(writer.part('source', [0, 0], query, Buffer.from('hello')))).toEqual(invalid);
    expect(await problem(writer.part('source', [0, 0], query, bytes.subarray(0, 100)))).toEqual(invalid);
    expect(await problem(writer.part('source', [0, 0], { ...query, duration: -1 }, bytes))).toEqual(invalid);
    expect(await problem(writer.part('Sou rce', [0, 0], query, bytes))).toEqual(invalid);
    expect(await problem(writer.init('source', 'b', bytes))).toEqual(invalid);
  });

  it('takes parts that arrive at once in any order of arrival only in their own order', async () => {
    const writer = writerOf();
    await begin(writer, 'a');
    const answers = await Promise.all(
      [0, 1, 2, 3].map((index) =>
        writer.part('source', [0, index], { ...query, independent: index === 0 }, bytes),
      ),
    );
    const taken = answers.filter(({ status }) => status === 204).length;
    const stream = await origin.origin.shelf.find(writer.showId);
    expect(taken).toBeGreaterThan(0);
    expect(stream?.rows.segment('source', 0)?.parts).toHaveLength(taken);
  });
});

describe('the end', () => {
  it('closes the playlists and turns later parts away', async () => {
    const writer = writerOf();
    await begin(writer, 'a');
    await putSegment(writer, { rendition: 'source', msn: 0, run: 'a', fragments: [0, 1, 2, 3] });
    await done(writer.state('ended'));
    await done(writer.state('ended'));
    expect(await problem(writer.part('source', [1, 0], query, bytes))).toEqual({
      status: 409,
      code: 'stream_ended',
    });
    await expect(writerOf(writer.showId, 9).seal()).rejects.toThrow('stream_ended');
    const text = await (await fetch(`${origin.url}/hls/${writer.showId}/source/live.m3u8`)).text();
    expect(text.endsWith('a-0.m4s\n#EXT-X-ENDLIST\n')).toBe(true);
  });
});
