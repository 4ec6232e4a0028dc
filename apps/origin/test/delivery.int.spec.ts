import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { newId } from '#process';
import { PartsWriter } from '#testing';
import { gunzipSync } from 'node:zlib';
import { get } from 'node:http';
import { ANCHOR_MS, audio, begin, declaration, done, putSegment, video } from './put-fixture.ts';
import { privateFolder, startTestOrigin } from './start-origin.ts';
import type { TestOrigin } from './start-origin.ts';
import { until } from './until.ts';

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
const hls = (writer: PartsWriter, path: string): string => `${origin.url}/hls/${writer.showId}/${path}`;
const text = async (url: string): Promise<string> => (await fetch(url)).text();

/** Segment 0 complete with sound, segment 1 open with two parts. */
async function onAir(): Promise<PartsWriter> {
  const writer = writerOf();
  await begin(writer, 'a', true);
  await putSegment(writer, { rendition: 'source', msn: 0, run: 'a', fragments: [0, 1, 2, 3] });
  await putSegment(writer, { rendition: 'audio', msn: 0, run: 'a', fragments: [0, 1, 2, 3], fixture: audio });
  await putSegment(writer, { rendition: 'source', msn: 1, run: 'a', fragments: [4, 5], open: true });
  return writer;
}

function nextPart(writer: PartsWriter, index: number): Promise<void> {
  const bytes = video.fragments[4 + index]?.bytes ?? new Uint8Array();
  return done(writer.part('source', [1, index], { duration: 0.5, independent: false, run: 'a' }, bytes));
}

describe('playlists as text', () => {
  it('lists the ladder', async () => {
    const writer = await onAir();
    await done(
      writer.declare(
        'v36',
        declaration('video', 'a', { width: 64, height: 36, default: false, name: '36p', state: 'listed' }),
      ),
    );
    expect(await text(hls(writer, 'index.m3u8'))).toBe(`#EXTM3U
#EXT-X-VERSION:10
#EXT-X-INDEPENDENT-SEGMENTS
#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="sound",NAME="Sound",DEFAULT=YES,AUTOSELECT=YES,CHANNELS="2",URI="audio/live.m3u8"
#EXT-X-STREAM-INF:BANDWIDTH=82482,AVERAGE-BANDWIDTH=82482,CODECS="avc1.64000a,mp4a.40.2",RESOLUTION=128x72,FRAME-RATE=30.000,AUDIO="sound",NAME="72p"
source/live.m3u8
#EXT-X-STREAM-INF:BANDWIDTH=95526,AVERAGE-BANDWIDTH=95526,CODECS="avc1.64000a,mp4a.40.2",RESOLUTION=64x36,FRAME-RATE=30.000,AUDIO="sound",NAME="36p"
v36/live.m3u8
#EXT-X-STREAM-INF:BANDWIDTH=35526,AVERAGE-BANDWIDTH=35526,CODECS="mp4a.40.2",AUDIO="sound",NAME="Sound"
audio/live.m3u8
`);
  });

  it('lists segments, parts, hint and reports of the live edge', async () => {
    expect(await text(hls(await onAir(), 'source/live.m3u8'))).toBe(`#EXTM3U
#EXT-X-VERSION:10
#EXT-X-TARGETDURATION:3
#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,PART-HOLD-BACK=1.65000,CAN-SKIP-UNTIL=18.00000,CAN-SKIP-DATERANGES=YES
#EXT-X-PART-INF:PART-TARGET=0.55000
#EXT-X-MEDIA-SEQUENCE:0
#EXT-X-MAP:URI="a-init.mp4"
#EXT-X-PROGRAM-DATE-TIME:2026-11-20T12:00:00.000Z
#EXT-X-PART:DURATION=0.50000,URI="a-0.0.m4s",INDEPENDENT=YES
#EXT-X-PART:DURATION=0.50000,URI="a-0.1.m4s"
#EXT-X-PART:DURATION=0.50000,URI="a-0.2.m4s"
#EXT-X-PART:DURATION=0.50000,URI="a-0.3.m4s"
#EXTINF:2.00000,
a-0.m4s
#EXT-X-PROGRAM-DATE-TIME:2026-11-20T12:00:02.000Z
#EXT-X-PART:DURATION=0.50000,URI="a-1.0.m4s",INDEPENDENT=YES
#EXT-X-PART:DURATION=0.50000,URI="a-1.1.m4s"
#EXT-X-PRELOAD-HINT:TYPE=PART,URI="a-1.2.m4s"
#EXT-X-RENDITION-REPORT:URI="../audio/live.m3u8",LAST-MSN=0,LAST-PART=3
`);
  });

  it('lists whole segments for those who rewind, and the replay when it is over', async () => {
    const writer = await onAir();
    expect(await text(hls(writer, 'source/dvr.m3u8'))).toBe(`#EXTM3U
#EXT-X-VERSION:10
#EXT-X-TARGETDURATION:3
#EXT-X-SERVER-CONTROL:CAN-SKIP-UNTIL=18.00000,CAN-SKIP-DATERANGES=YES
#EXT-X-PLAYLIST-TYPE:EVENT
#EXT-X-MEDIA-SEQUENCE:0
#EXT-X-MAP:URI="a-init.mp4"
#EXT-X-PROGRAM-DATE-TIME:2026-11-20T12:00:00.000Z
#EXTINF:2.00000,
a-0.m4s
`);
    expect((await fetch(hls(writer, 'replay.m3u8'))).status).toBe(404);
    await done(writer.state('ended'));
    expect(await text(hls(writer, 'index.m3u8'))).toContain('\nsource/replay.m3u8\n');
    expect(await text(hls(writer, 'source/replay.m3u8'))).toBe(`#EXTM3U
#EXT-X-VERSION:6
#EXT-X-TARGETDURATION:3
#EXT-X-PLAYLIST-TYPE:VOD
#EXT-X-MEDIA-SEQUENCE:0
#EXT-X-MAP:URI="a-init.mp4"
#EXT-X-PROGRAM-DATE-TIME:2026-11-20T12:00:00.000Z
#EXTINF:2.00000,
a-0.m4s
#EXT-X-PROGRAM-DATE-TIME:2026-11-20T12:00:02.000Z
#EXTINF:1.00000,
a-1.m4s
#EXT-X-ENDLIST
`);
  });
});

describe('blocking reload', () => {
  it('answers all waiters with the part they wait for, from one rendering', async () => {
    const writer = await onAir();
    const url = hls(writer, 'source/live.m3u8?_HLS_msn=1&_HLS_part=2');
    let answered = 0;
    const waiting = Array.from({ length: 50 }, async () => {
      const body = await text(url);
      answered++;
      return body;
    });
    await untilWaiting(50);
    expect(answered).toBe(0);
    await nextPart(writer, 2);
    const bodies = new Set(await Promise.all(waiting));
    expect(bodies.size).toBe(1);
    expect([...bodies][0]).toContain('URI="a-1.2.m4s"');
  });

  it('waits for the whole segment when no part is named', async () => {
    const writer = await onAir();
    const body = text(hls(writer, 'source/live.m3u8?_HLS_msn=1'));
    await untilWaiting(1);
    await nextPart(writer, 2);
    expect(origin.origin.desks.waiting).toBe(1);
    await done(writer.end('source', 1));
    expect(await body).toContain('#EXTINF:1.50000,\na-1.m4s');
  });

  it('refuses what lies too far ahead, and a part without a segment', async () => {
    const writer = await onAir();
    const status = async (query: string): Promise<number> =>
      (await fetch(hls(writer, `source/live.m3u8?${query}`))).status;
    expect(await status('_HLS_msn=4')).toBe(400);
    expect(await status('_HLS_part=1')).toBe(400);
    expect(await status('_HLS_msn=1&_HLS_part=40')).toBe(400);
    expect(await status('_HLS_msn=one')).toBe(400);
    expect(await status('_HLS_msn=0')).toBe(200);
  });

  it('lets go of viewers who leave', async () => {
    const writer = await onAir();
    const leaving = new AbortController();
    const asked = fetch(hls(writer, 'source/live.m3u8?_HLS_msn=2'), { signal: leaving.signal });
    await untilWaiting(1);
    leaving.abort();
    await expect(asked).rejects.toThrow();
    await untilWaiting(0);
  });

  it('answers the hinted part when it comes, and 404 for one that cannot come', async () => {
    const writer = await onAir();
    const hinted = fetch(hls(writer, 'source/a-1.2.m4s'));
    await nextPart(writer, 2);
    const bytes = Buffer.from(await (await hinted).arrayBuffer());
    expect(bytes.equals(video.fragments[6]?.bytes ?? new Uint8Array())).toBe(true);
    expect((await fetch(hls(writer, 'source/a-1.9.m4s'))).status).toBe(404);
    expect((await fetch(hls(writer, 'source/b-1.3.m4s'))).status).toBe(404);
    const outdated = fetch(hls(writer, 'source/a-1.3.m4s'));
    await done(writer.end('source', 1));
    expect((await outdated).status).toBe(404);
  });
});

describe('demand', () => {
  it('tells the writer which rung is asked for, and answers the viewer when its first segment is there', async () => {
    const writer = await onAir();
    const rung = declaration('video', 'a', { width: 64, height: 36, default: false, state: 'listed' });
    await done(writer.declare('v36', rung));
    const leaving = new AbortController();
    const demand = await writer.demand(leaving.signal);
    const lines = linesOf(demand);
    expect(await lines.next()).toMatchObject({ value: { askedMsAgo: {} } });
    const viewer = text(hls(writer, 'v36/live.m3u8'));
    expect((await lines.next()).value).toMatchObject({ askedMsAgo: { v36: 0 } });
    await done(writer.declare('v36', { ...rung, state: 'running' }));
    await done(writer.init('v36', 'a', video.init));
    await putSegment(writer, { rendition: 'v36', msn: 1, run: 'a', fragments: [4, 5, 6, 7] });
    expect(await viewer).toContain('#EXT-X-MEDIA-SEQUENCE:1\n');
    leaving.abort();
  });
});

describe('on the wire', () => {
  it('packs playlists for those who take it and lets everything be cached as long as it is true', async () => {
    const writer = await onAir();
    const packed = await raw(hls(writer, 'source/live.m3u8?_HLS_msn=0'), { 'accept-encoding': 'gzip, br' });
    expect(packed.headers).toMatchObject({
      'content-encoding': 'gzip',
      'content-type': 'application/vnd.apple.mpegurl',
      'cache-control': 'public, max-age=10',
      'access-control-allow-origin': '*',
      vary: 'Accept-Encoding',
    });
    expect(gunzipSync(packed.body).toString()).toBe(await text(hls(writer, 'source/live.m3u8')));
    const plain = await raw(hls(writer, 'source/live.m3u8'), { 'accept-encoding': 'gzip;q=0' });
    expect(plain.headers['content-encoding']).toBeUndefined();
    expect(plain.headers['cache-control']).toBe('public, max-age=1');
    for (const file of ['a-0.m4s', 'a-0.1.m4s', 'a-init.mp4']) {
      const answer = await raw(hls(writer, `source/${file}`), {});
      expect(answer.headers['cache-control']).toBe('public, max-age=31536000, s-maxage=86400, immutable');
      expect(answer.body.length).toBe(Number(answer.headers['content-length']));
    }
    const absent = await raw(hls(writer, 'source/a-9.m4s'), {});
    expect(absent).toMatchObject({ status: 404, headers: { 'cache-control': 'no-store' } });
  });
});

describe('a restart', () => {
  it('continues from the disk with the same playlists and media', async () => {
    const writer = await onAir();
    const before = await text(hls(writer, 'source/live.m3u8'));
    await origin.stop();
    origin = await startTestOrigin(folder.path);
    const again = new PartsWriter(origin.url, origin.internalToken, writer.showId);
    expect(await text(hls(again, 'source/live.m3u8'))).toBe(before);
    for (const [file, index] of [
      ['a-0.1.m4s', 1],
      ['a-1.1.m4s', 5],
    ] as const) {
      const bytes = Buffer.from(await (await fetch(hls(again, `source/${file}`))).arrayBuffer());
      expect(bytes.equals(video.fragments[index]?.bytes ?? new Uint8Array())).toBe(true);
    }
    await nextPart(again, 2);
    await done(again.end('source', 1));
    expect(await text(hls(again, 'source/live.m3u8'))).toContain('#EXTINF:1.50000,\na-1.m4s');
  });

  it('plays a finished show from the store alone', async () => {
    const writer = await onAir();
    await done(writer.state('ended'));
    const replay = await text(hls(writer, 'source/replay.m3u8'));
    await untilRecorded(writer.showId);
    await origin.stop();
    origin = await startTestOrigin(folder.path);
    expect(await text(hls(writer, 'source/replay.m3u8'))).toBe(replay);
    const segment = await raw(hls(writer, 'source/a-1.m4s'), {});
    expect(segment.body.length).toBe(
      video.fragments.slice(4, 6).reduce((sum, { bytes }) => sum + bytes.length, 0),
    );
    expect(ANCHOR_MS).toBe(Date.parse(/DATE-TIME:(.*)/.exec(replay)?.[1] ?? ''));
  });
});

describe('deletion', () => {
  it('leaves nothing in memory, on the disk or in the store', async () => {
    const finished = await onAir();
    await done(finished.state('ended'));
    await untilRecorded(finished.showId);
    const running = await onAir();
    for (const writer of [finished, running]) {
      await origin.origin.deleteShow(writer.showId, newId());
      for (const path of [
        'index.m3u8',
        'source/live.m3u8',
        'source/replay.m3u8',
        'source/a-0.m4s',
        'source/a-0.0.m4s',
      ]) {
        expect((await fetch(hls(writer, path))).status).toBe(404);
      }
      const left: string[] = [];
      for await (const { key } of origin.origin.store.list(`shows/${writer.showId}/`)) left.push(key);
      expect(left).toEqual([]);
    }
  });
});

async function untilWaiting(count: number): Promise<void> {
  await until(() => origin.origin.desks.waiting === count);
}

async function untilRecorded(showId: string): Promise<void> {
  await until(async () => (await origin.origin.shelf.all()).every((stream) => stream.showId !== showId));
}

async function* linesOf(response: Response): AsyncGenerator<unknown> {
  let rest = '';
  for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) yield JSON.parse(line) as unknown;
  }
}

/** Without fetch's own unpacking. */
function raw(
  url: string,
  headers: Record<string, string>,
): Promise<{ status: number | undefined; headers: Record<string, unknown>; body: Buffer }> {
  return new Promise((resolve, reject) => {
    get(url, { headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () =>
        resolve({ status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks) }),
      );
    }).on('error', reject);
  });
}
