import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CmafReader, joinBytes, rewriteFragment } from '#hls';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { checkDates, checkLivePlaylist, checkSuccession } from './playlist-rules.ts';
import { mergeDelta, readMediaPlaylist } from './read-playlist.ts';
import { Findings } from './report.ts';
import { validateStream } from './validate-stream.ts';

/** Files of a small finished show; a test changes one and sees what the validator says. */
let files: Map<string, string | Uint8Array>;
let server: Server;
let base: string;

beforeAll(async () => {
  server = createServer((request, response) => {
    const path = (request.url ?? '').split('?')[0]?.slice(1) ?? '';
    const file = files.get(path);
    if (file === undefined) return response.writeHead(404).end();
    if (typeof file === 'string') {
      response.writeHead(200, {
        'content-type': 'application/vnd.apple.mpegurl',
        'content-encoding': 'gzip',
      });
      return response.end(gzipSync(file));
    }
    response.writeHead(200, {
      'content-type': 'video/mp4',
      'cache-control': 'public, max-age=31536000, immutable',
    });
    return response.end(file);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => void server.close());

const cut = (name: string): { init: Uint8Array; fragments: Uint8Array[] } => {
  const file = new Uint8Array(readFileSync(new URL(`../../hls/fixtures/${name}.mp4`, import.meta.url)));
  const [init, ...rest] = new CmafReader().push(file);
  return { init: init?.bytes ?? new Uint8Array(), fragments: rest.map(({ bytes }) => bytes) };
};
const video = cut('video');
const audio = cut('audio');
const NOON = '2026-11-20T12:00:00.000Z';

const vod = (segments: [string, number][]): string => `#EXTM3U
#EXT-X-VERSION:6
#EXT-X-TARGETDURATION:3
#EXT-X-PLAYLIST-TYPE:VOD
#EXT-X-MEDIA-SEQUENCE:0
#EXT-X-MAP:URI="init.mp4"
#EXT-X-PROGRAM-DATE-TIME:${NOON}
${segments.map(([uri, duration]) => `#EXTINF:${duration.toFixed(5)},\n${uri}\n`).join('')}#EXT-X-ENDLIST
`;

function goodShow(): Map<string, string | Uint8Array> {
  const picture = [joinBytes(video.fragments.slice(0, 4)), joinBytes(video.fragments.slice(4))] as const;
  return new Map<string, string | Uint8Array>([
    [
      'index.m3u8',
      `#EXTM3U
#EXT-X-VERSION:10
#EXT-X-INDEPENDENT-SEGMENTS
#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="sound",NAME="Sound",DEFAULT=YES,AUTOSELECT=YES,URI="audio/v.m3u8"
#EXT-X-STREAM-INF:BANDWIDTH=80000,AVERAGE-BANDWIDTH=80000,CODECS="avc1.64000a,mp4a.40.2",RESOLUTION=128x72,FRAME-RATE=30.000,AUDIO="sound"
a/v.m3u8
#EXT-X-STREAM-INF:BANDWIDTH=80000,AVERAGE-BANDWIDTH=80000,CODECS="avc1.64000a,mp4a.40.2",RESOLUTION=128x72,FRAME-RATE=30.000,AUDIO="sound"
b/v.m3u8
`,
    ],
    ...['a', 'b'].flatMap((name): [string, string | Uint8Array][] => [
      [
        `${name}/v.m3u8`,
        vod([
          ['0.m4s', 2],
          ['1.m4s', 2],
        ]),
      ],
      [`${name}/init.mp4`, video.init],
      [`${name}/0.m4s`, picture[0]],
      [`${name}/1.m4s`, picture[1]],
    ]),
    ['audio/v.m3u8', vod([['0.m4s', 2.02133]])],
    ['audio/init.mp4', audio.init],
    ['audio/0.m4s', joinBytes(audio.fragments)],
  ]);
}

const edit = (path: string, from: string | RegExp, to: string): void => {
  const text = String(files.get(path));
  const changed = text.replace(from, to);
  if (changed === text) throw new Error(`nothing to change in ${path}`);
  files.set(path, changed);
};
const rulesBroken = async (): Promise<string[]> => {
  const { breaches } = await validateStream(`${base}/index.m3u8`, 5);
  return [...new Set(breaches.map(({ rule }) => rule))].toSorted();
};

describe('a finished show', () => {
  it('without a fault has none reported', async () => {
    files = goodShow();
    const report = await validateStream(`${base}/index.m3u8`, 5);
    expect(report.breaches).toEqual([]);
    expect(report.figures).toMatchObject({ renditions: 3, segments: 5 });
  });

  it.each<[string, () => void, string[]]>([
    ['a missing segment', () => files.delete('a/1.m4s'), ['status']],
    ['a missing playlist', () => files.delete('b/v.m3u8'), ['status']],
    ['a segment of another length', () => edit('a/v.m3u8', '2.00000,\n1', '1.50000,\n1'), ['part-duration']],
    [
      'a segment without a key frame',
      () => files.set('b/1.m4s', joinBytes(video.fragments.slice(5))),
      ['independent', 'key-frame', 'part-duration', 'rungs-aligned', 'time-line'],
    ],
    ['bytes that are no media', () => files.set('b/1.m4s', new Uint8Array(2_000)), ['media']],
    [
      'a jump in the dates',
      () =>
        edit(
          'a/v.m3u8',
          '#EXTINF:2.00000,\n1',
          `#EXT-X-PROGRAM-DATE-TIME:2026-11-20T12:00:09.000Z\n#EXTINF:2.00000,\n1`,
        ),
      ['date-jump'],
    ],
    ['sound that is late', () => edit('audio/v.m3u8', NOON, '2026-11-20T12:00:00.200Z'), ['sound-in-step']],
    [
      'a time line that jumps',
      () =>
        files.set(
          'audio/0.m4s',
          joinBytes(audio.fragments.map((bytes, at) => rewriteFragment(bytes, { shiftTicks: at * 2_000 }))),
        ),
      ['time-line'],
    ],
    ['a ladder without codecs', () => edit('index.m3u8', /CODECS="[^"]*",/, ''), ['variant-attributes']],
    [
      'a sound group that is not there',
      () => edit('index.m3u8', 'GROUP-ID="sound"', 'GROUP-ID="other"'),
      ['audio-group', 'strict-parser'],
    ],
    [
      'what a strict parser refuses',
      () => edit('a/v.m3u8', '#EXT-X-TARGETDURATION:3', '#EXT-X-TARGETDURATION:1'),
      ['strict-parser'],
    ],
  ])('with %s is found out', async (_name, spoil, expected) => {
    files = goodShow();
    spoil();
    expect(await rulesBroken()).toEqual(expected);
  });
});

const LIVE = `#EXTM3U
#EXT-X-VERSION:10
#EXT-X-TARGETDURATION:3
#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,PART-HOLD-BACK=1.50000,CAN-SKIP-UNTIL=18.00000
#EXT-X-PART-INF:PART-TARGET=0.50000
#EXT-X-MEDIA-SEQUENCE:4
#EXT-X-DISCONTINUITY-SEQUENCE:1
#EXT-X-MAP:URI="init.mp4"
#EXT-X-PROGRAM-DATE-TIME:${NOON}
#EXT-X-PART:DURATION=0.50000,URI="4.0.m4s",INDEPENDENT=YES
#EXT-X-PART:DURATION=0.50000,URI="4.1.m4s"
#EXTINF:1.00000,
4.m4s
#EXT-X-PROGRAM-DATE-TIME:2026-11-20T12:00:01.000Z
#EXT-X-PART:DURATION=0.50000,URI="5.0.m4s",INDEPENDENT=YES
#EXT-X-PRELOAD-HINT:TYPE=PART,URI="5.1.m4s"
`;

describe('a live playlist', () => {
  const rules = (text: string, before?: string): string[] => {
    const findings = new Findings();
    const playlist = readMediaPlaylist(text);
    checkLivePlaylist(playlist, 'x', findings);
    checkDates(playlist, 'x', findings);
    if (before !== undefined) checkSuccession(readMediaPlaylist(before), playlist, 'x', findings);
    return findings.report('x', 0, 0).breaches.map(({ rule }) => rule);
  };

  it('without a fault has none reported', () => {
    expect(rules(LIVE, LIVE)).toEqual([]);
  });

  it.each([
    ['CAN-BLOCK-RELOAD=YES,', '', 'blocking-reload'],
    ['PART-HOLD-BACK=1.50000', 'PART-HOLD-BACK=1.20000', 'hold-back'],
    ['#EXT-X-PRELOAD-HINT:TYPE=PART,URI="5.1.m4s"\n', '', 'preload-hint'],
    ['DURATION=0.50000,URI="4.1', 'DURATION=0.51000,URI="4.1', 'part-target'],
    ['DURATION=0.50000,URI="4.0.m4s",INDEPENDENT=YES', 'DURATION=0.30000,URI="4.0.m4s"', 'part-85'],
    ['#EXTINF:1.00000', '#EXTINF:1.60000', 'parts-fill-segment'],
    ['#EXTINF:1.00000', '#EXTINF:3.60000', 'target-duration'],
    [`#EXT-X-PROGRAM-DATE-TIME:${NOON}\n`, '', 'date-time'],
    ['#EXT-X-MAP:URI="init.mp4"\n', '', 'map'],
    ['12:00:01.000Z', '12:00:01.900Z', 'date-jump'],
    ['#EXT-X-MEDIA-SEQUENCE:4', '#EXT-X-MEDIA-SEQUENCE:3', 'sequence-back'],
    ['#EXT-X-MEDIA-SEQUENCE:4', '#EXT-X-MEDIA-SEQUENCE:5', 'segments-lost'],
    ['#EXT-X-TARGETDURATION:3', '#EXT-X-TARGETDURATION:4', 'target-changed'],
    ['\n4.m4s', '\n4-new.m4s', 'segment-changed'],
    ['#EXT-X-DISCONTINUITY-SEQUENCE:1', '#EXT-X-DISCONTINUITY-SEQUENCE:2', 'discontinuity-sequence'],
    ['URI="5.0.m4s"', 'URI="other.m4s"', 'part-changed'],
  ])('with %p as %p breaks the rule', (from, to, rule) => {
    expect(LIVE).toContain(from);
    expect(rules(LIVE.replace(from, to), LIVE)).toContain(rule);
  });

  it('is put together from a delta update', () => {
    const delta = LIVE.replace(
      /#EXT-X-DISCONTINUITY-SEQUENCE[\s\S]*?4\.m4s\n/,
      '#EXT-X-DISCONTINUITY-SEQUENCE:1\n#EXT-X-SKIP:SKIPPED-SEGMENTS=1\n',
    );
    const whole = readMediaPlaylist(LIVE);
    expect(mergeDelta(whole, readMediaPlaylist(delta))).toEqual(whole);
    expect(mergeDelta(undefined, readMediaPlaylist(delta))).toBeUndefined();
  });
});
