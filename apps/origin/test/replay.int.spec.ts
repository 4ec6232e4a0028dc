import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import {
  addLogEntriesEndpoint,
  deleteRecordingEndpoint,
  downloadClipEndpoint,
  listChaptersEndpoint,
  listRecordingsEndpoint,
  openPlaybackEndpoint,
  setRetentionEndpoint,
} from '#contracts';
import type { LogEntry } from '#contracts';
import { newId } from '#process';
import { PartsWriter, probe, testIdentity } from '#testing';
import { removeExpired } from '../src/retention/remove-expired.ts';
import { ANCHOR_MS, audio, begin, done, putSegment, video } from './put-fixture.ts';
import { privateFolder, startTestOrigin } from './start-origin.ts';
import type { TestOrigin } from './start-origin.ts';
import { until } from './until.ts';

jest.setTimeout(60_000);

let folder: Awaited<ReturnType<typeof privateFolder>>;
let origin: TestOrigin;
const shopId = newId();
const host = testIdentity({ shops: [{ shopId, role: 'owner' }] });
const stranger = testIdentity();

beforeAll(async () => {
  folder = await privateFolder();
  origin = await startTestOrigin(folder.path);
});
afterAll(async () => {
  await origin.stop();
  await folder.remove();
});

const hls = (showId: string, path: string): string => `${origin.url}/hls/${showId}/${path}`;
const text = async (url: string): Promise<string> => (await fetch(url)).text();

/** A show of our shop with `segments` of two seconds, on air. */
async function onAir(
  segments: number,
  facts: { visibility?: 'public' | 'private'; rehearsal?: boolean } = {},
) {
  const showId = newId();
  await origin.origin.shows.record(showId, {
    kind: 'known',
    version: 1,
    facts: {
      showId,
      shopId,
      title: 'Cups and saucers',
      visibility: facts.visibility ?? 'public',
      state: facts.rehearsal ? 'scheduled' : 'live',
      goLive: facts.rehearsal ? 'manual' : 'on_publish',
    },
  });
  const writer = new PartsWriter(origin.url, origin.internalToken, showId);
  await begin(writer, 'a', true);
  await done(writer.state('live'));
  for (let msn = 0; msn < segments; msn++) await putTwoSeconds(writer, msn, 'a');
  return writer;
}

async function putTwoSeconds(
  writer: PartsWriter,
  msn: number,
  run: string,
  discontinuity = false,
): Promise<void> {
  const first = (msn % 2) * 4;
  const fragments = [first, first + 1, first + 2, first + 3];
  const place = { msn, run, discontinuity, startS: msn * 2 };
  await putSegment(writer, { ...place, rendition: 'source', fragments });
  await putSegment(writer, { ...place, rendition: 'audio', fragments: [0, 1, 2, 3], fixture: audio });
}

async function finished(writer: PartsWriter): Promise<void> {
  await done(writer.state('ended'));
  await until(async () => (await origin.origin.shelf.all()).every(({ showId }) => showId !== writer.showId));
}

const pin = (seq: number, seconds: number, title: string, productId = newId()): LogEntry => ({
  seq,
  at: ANCHOR_MS + seconds * 1_000 + 80,
  mediaTime: ANCHOR_MS + seconds * 1_000,
  type: 'pinned',
  data: { productId, title, imageUrl: '/media/cup.webp' },
});

describe('pictures', () => {
  it('show the latest scene on cards, and every few seconds of the show on the seek bar', async () => {
    const writer = await onAir(1);
    const { showId } = writer;
    await until(async () => (await fetch(hls(showId, 'poster.jpg'))).status === 200);
    const poster = await fetch(hls(showId, 'poster.jpg'));
    expect(poster.headers.get('cache-control')).toBe('public, max-age=5');
    expect(await probe(Buffer.from(await poster.arrayBuffer()))).toMatchObject([
      { codec: 'mjpeg', width: 128, height: 72 },
    ]);
    for (let msn = 1; msn < 7; msn++) {
      await putTwoSeconds(writer, msn, 'a');
      if (msn % 3 === 0)
        await until(async () => (await text(hls(showId, 'storyboard.vtt'))).includes(`tile-${msn}.jpg`));
    }
    expect(await text(hls(showId, 'storyboard.vtt'))).toBe(`WEBVTT

00:00:00.000 --> 00:00:06.000
tile-0.jpg

00:00:06.000 --> 00:00:12.000
tile-3.jpg

00:00:12.000 --> 00:00:14.000
tile-6.jpg
`);
    const tile = await fetch(hls(showId, 'tile-3.jpg'));
    expect(await probe(Buffer.from(await tile.arrayBuffer()))).toMatchObject([{ width: 160, height: 90 }]);
    await finished(writer);
    expect(await text(hls(showId, 'storyboard.vtt'))).toContain(
      '00:00:06.000 --> 00:00:12.000\nsheet-0.jpg#xywh=160,0,160,90',
    );
    const sheet = await fetch(hls(showId, 'sheet-0.jpg'));
    expect(await probe(Buffer.from(await sheet.arrayBuffer()))).toMatchObject([{ width: 800, height: 450 }]);
    expect((await fetch(hls(showId, 'poster.jpg'))).status).toBe(200);
  });
});

describe('the show log', () => {
  it('stands in playlists as date ranges and makes chapters, also when it comes after the end', async () => {
    const writer = await onAir(4);
    const { showId } = writer;
    const cup = newId();
    const add = (entries: LogEntry[]) =>
      origin.service.call(
        addLogEntriesEndpoint,
        { params: { showId }, body: { entries } },
        { internal: true },
      );
    expect(await add([pin(1, 1, 'Cup', cup), pin(2, 2, 'Cup', cup)])).toMatchObject({ body: { added: 2 } });
    expect(await add([pin(2, 2, 'Cup', cup)])).toMatchObject({ body: { added: 0 } });
    expect(await text(hls(showId, 'source/live.m3u8'))).toContain(
      '#EXT-X-DATERANGE:ID="chapter-1",CLASS="showfloor.chapter",START-DATE="2026-11-20T12:00:01.000Z",X-TITLE="Cup"',
    );
    await finished(writer);
    await add([pin(5, 5, 'Saucer')]);
    const replay = await text(hls(showId, 'source/replay.m3u8'));
    const range =
      /#EXT-X-DATERANGE:ID="log-5",CLASS="showfloor.pinned",START-DATE="([^"]+)",X-SEQ=5,X-DATA="([^"]+)"/;
    const [, start = '', data = ''] = range.exec(replay) ?? [];
    expect(start).toBe('2026-11-20T12:00:05.000Z');
    expect(JSON.parse(decodeURIComponent(data))).toMatchObject({ title: 'Saucer' });
    const chapters = await origin.service.call(listChaptersEndpoint, { params: { showId } });
    expect(chapters).toMatchObject({
      body: {
        durationS: 8,
        chapters: [
          { startS: 1, endS: 5, title: 'Cup', productId: cup, imageUrl: '/media/cup.webp' },
          { startS: 5, endS: 8, title: 'Saucer' },
        ],
      },
    });
    await origin.stop();
    origin = await startTestOrigin(folder.path);
    expect(await text(hls(showId, 'source/replay.m3u8'))).toBe(replay);
  });
});

describe('clips', () => {
  it('are playlists over what is stored', async () => {
    const { showId } = await onAir(5);
    const playlist = await text(hls(showId, 'source/clip.m3u8?from=3&to=5.5'));
    expect(playlist).toContain('#EXT-X-PLAYLIST-TYPE:VOD\n#EXT-X-MEDIA-SEQUENCE:1\n');
    expect(playlist.match(/a-\d\.m4s/g)).toEqual(['a-1.m4s', 'a-2.m4s']);
    expect(playlist.endsWith('#EXT-X-ENDLIST\n')).toBe(true);
    expect(await text(hls(showId, 'clip.m3u8?from=3&to=5.5'))).toContain(
      '\nsource/clip.m3u8?from=3&to=5.5\n',
    );
    for (const span of ['from=5&to=3', 'from=0&to=900', 'from=900&to=901', 'from=x&to=1', '']) {
      expect((await fetch(hls(showId, `clip.m3u8?${span}`))).status).toBe(400);
    }
  });

  it('are files with picture and sound in step, copied without encoding', async () => {
    const { showId } = await onAir(5);
    const url = `${origin.url}/api/origin/v1/shows/${showId}/clip.mp4?from=2&to=5.9`;
    const answer = await fetch(url);
    expect(answer.headers.get('content-type')).toBe('video/mp4');
    expect(answer.headers.get('content-disposition')).toBe('attachment; filename="clip-2-6.mp4"');
    const [picture, sound] = await probe(Buffer.from(await answer.arrayBuffer()));
    expect(picture).toMatchObject({ codec: 'h264', width: 128, packets: 120 });
    expect(sound).toMatchObject({ codec: 'aac' });
    expect(Math.abs((picture?.start ?? 9) - (sound?.start ?? -9))).toBeLessThan(0.07);
    expect(
      await origin.service.call(downloadClipEndpoint, { params: { showId }, query: { from: 0, to: 500 } }),
    ).toMatchObject({
      status: 422,
      problem: { code: 'clip_span' },
    });
  });

  it('join two runs of an encoder by encoding', async () => {
    const writer = await onAir(2);
    await done(writer.init('source', 'b', video.init));
    await done(writer.init('audio', 'b', audio.init));
    await putTwoSeconds(writer, 2, 'b', true);
    const answer = await fetch(`${origin.url}/api/origin/v1/shows/${writer.showId}/clip.mp4?from=2&to=6`);
    const [picture, sound] = await probe(Buffer.from(await answer.arrayBuffer()));
    expect(picture).toMatchObject({ codec: 'h264', width: 1280 });
    // Four seconds, and what sound is longer than picture at the seam.
    expect(Math.abs((picture?.packets ?? 0) - 120)).toBeLessThan(8);
    expect(sound).toMatchObject({ codec: 'aac' });
  });
});

describe('who may watch', () => {
  it('gives signed addresses of private shows and rehearsals to the shop and to nobody else', async () => {
    for (const facts of [{ visibility: 'private' }, { rehearsal: true }] as const) {
      const { showId } = await onAir(1, facts);
      const open = (as?: typeof host) =>
        origin.service.call(openPlaybackEndpoint, { params: { showId } }, as ? { as } : {});
      expect(await open()).toMatchObject({ status: 404 });
      expect(await open(stranger)).toMatchObject({ status: 404 });
      const opened = await open(host);
      if (!opened.ok) throw new Error('the host may not watch');
      const [, token = ''] = /^\/hls\/~([^/]+)\/.*index\.m3u8$/.exec(opened.body.url) ?? [];
      const check = async (query: string): Promise<[number, string | null]> => {
        const answer = await fetch(`${origin.url}/playback/${showId}?token=${query}`);
        return [answer.status, answer.headers.get('x-show-state')];
      };
      expect(await check(token)).toEqual([204, null]);
      expect(await check('')).toEqual([403, 'private']);
      expect(await check(forged(token))).toEqual([403, 'private']);
      const other = await onAir(1, facts);
      expect((await fetch(`${origin.url}/playback/${other.showId}?token=${token}`)).status).toBe(403);
    }
  });

  it('needs nothing for public shows, and says what a show is that cannot be played', async () => {
    const { showId } = await onAir(1);
    const opened = await origin.service.call(openPlaybackEndpoint, { params: { showId } });
    expect(opened).toMatchObject({ body: { url: `/hls/${showId}/index.m3u8`, expiresAt: null } });
    await origin.origin.shows.record(showId, { kind: 'deleted', version: 9 });
    const check = await fetch(`${origin.url}/playback/${showId}?token=`);
    expect([check.status, check.headers.get('x-show-state')]).toEqual([403, 'deleted']);
    const late = new PartsWriter(origin.url, origin.internalToken, showId);
    await expect(late.seal()).rejects.toThrow('show_deleted');
  });
});

describe('recordings', () => {
  it('are listed for the shop and removed by hand or when their time is up, with every byte', async () => {
    const [first, second] = [await onAir(2), await onAir(1)];
    const list = async () => {
      const answer = await origin.service.call(listRecordingsEndpoint, { params: { shopId } }, { as: host });
      if (!answer.ok) throw new Error('no list');
      return answer.body.items.filter(({ showId }) => [first.showId, second.showId].includes(showId));
    };
    const remove = (showId: string, as = host) =>
      origin.service.call(deleteRecordingEndpoint, { params: { showId } }, { as });
    expect(await remove(first.showId)).toMatchObject({ status: 409, problem: { code: 'show_on_air' } });
    await finished(first);
    await finished(second);
    expect(await list()).toMatchObject([
      { showId: second.showId, durationS: 2, removedAt: null },
      { showId: first.showId, durationS: 4, title: 'Cups and saucers' },
    ]);
    expect(await remove(first.showId, stranger)).toMatchObject({ status: 403 });
    expect(await remove(first.showId)).toMatchObject({ status: 204 });
    expect(await bytesLeft(first.showId)).toEqual([]);
    expect((await fetch(`${origin.url}/playback/${first.showId}?token=`)).headers.get('x-show-state')).toBe(
      'deleted',
    );

    await origin.service.call(setRetentionEndpoint, { params: { shopId }, body: { days: 30 } }, { as: host });
    const { cards, retention, recordings, logger } = origin.origin;
    const look = (days: number) =>
      removeExpired(Date.now() + days * 86_400_000, {
        cards,
        retention,
        logger,
        remove: (card) => recordings.remove(card),
      });
    expect(await look(29)).toBe(0);
    expect(await look(31)).toBeGreaterThanOrEqual(1);
    expect(await bytesLeft(second.showId)).toEqual([]);
    expect((await fetch(hls(second.showId, 'index.m3u8'))).status).toBe(404);
    expect(await list()).toEqual([]);
  });
});

async function bytesLeft(showId: string): Promise<string[]> {
  const left: string[] = [];
  for await (const { key } of origin.origin.store.list(`shows/${showId}/`)) left.push(key);
  return left;
}

/** The token with one character changed; not the last, some of whose bits mean nothing. */
function forged(token: string): string {
  const other = token.at(-6) === 'A' ? 'B' : 'A';
  return `${token.slice(0, -6)}${other}${token.slice(-5)}`;
}
