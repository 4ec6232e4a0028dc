import { tagKind, type FlvTag } from '#flv';
import { createLogger, newId } from '#process';
import { makeFlv } from '#testing';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { runningChildren } from '../src/process/supervise.ts';
import { SlateShelf } from '../src/slate/slate-media.ts';
import { StreamSession } from '../src/sessions/stream-session.ts';
import type { Trouble } from '../src/sessions/stretch-output.ts';
import { breaches, segmentsOf } from './check-media.ts';
import { FakeIngest, repeated } from './fake-ingest.ts';
import { OriginRecorder } from './origin-recorder.ts';

const logger = createLogger({ process: 'test', level: (process.env.TEST_LOG ?? 'silent') as 'silent' });
const SMALL = { size: '640x480', frameRate: 15, videoKbps: 300 };
const TIMEOUT_MS = 60_000;
/** Of the stream's own time: a slate that comes late begins late, at most 1.5 s before the present. */
const SLATE_WITHIN_MS = 2_000 - 1_500;
/** The recording's first frame does not stand at zero, nor does its sound. */
const FIRST_FRAME_MS = 200;

let steady: FlvTag[];
let farKeys: FlvTag[];
/** Silent, with sound from the third to the sixth second. */
let interrupted: FlvTag[];
/** Its sound is not what players are told, so that it has to be encoded. */
let oddSound: FlvTag[];
let ingest: FakeIngest;
let origin: OriginRecorder;
let session: StreamSession;
let troubles: Trouble[];
const slates = new SlateShelf(logger);

beforeAll(async () => {
  [steady, farKeys, interrupted, oddSound] = await Promise.all([
    makeFlv({ ...SMALL, durationS: 10, bFrames: 2, videoArgs: x264('-g 30 -keyint_min 30 -bf 2') }).then(
      (tags) => repeated(tags, 6),
    ),
    makeFlv({ ...SMALL, durationS: 24, videoArgs: x264('-g 125 -keyint_min 125 -bf 2') }).then((tags) =>
      repeated(tags, 3),
    ),
    makeFlv({ ...SMALL, durationS: 20 }).then((tags) =>
      tags.filter((tag) => tagKind(tag) !== 'sound' || (tag.timestamp >= 3_000 && tag.timestamp < 6_000)),
    ),
    makeFlv({ ...SMALL, durationS: 60, audioArgs: '-c:a aac -b:a 64k -ar 44100 -ac 1'.split(' ') }),
    slates.silence(),
  ]);
}, TIMEOUT_MS);

beforeEach(async () => {
  troubles = [];
  ingest = new FakeIngest();
  origin = new OriginRecorder();
  await Promise.all([ingest.start(), origin.start()]);
});

afterEach(async () => {
  await session?.stop('stopped');
  await Promise.all([ingest.stop(), origin.stop()]);
  await until(() => runningChildren() === 0);
});

describe('a stream', () => {
  it(
    'arrives as copied picture and sound, in parts of one timeline',
    async () => {
      begin(steady);
      await until(() => segmentsOf(origin, 'source').length >= 4);
      expect(breaches(origin)).toEqual([]);
      expect(new Set(origin.parts.map(({ rendition }) => rendition))).toEqual(new Set(['source', 'audio']));
      expect(origin.states).toEqual(['live']);
      expect(segmentsOf(origin, 'source').map(({ discontinuity }) => discontinuity)).not.toContain(true);
      expect(declaredStates()).toEqual({ source: 'running', audio: 'running', v360: 'listed' });
    },
    TIMEOUT_MS,
  );

  it(
    'is dated with the moment its pictures arrived at ingest',
    async () => {
      const before = Date.now();
      begin(steady);
      const after = Date.now();
      await until(() => segmentsOf(origin, 'source').length >= 3);
      for (const name of ['source', 'audio']) {
        const [first, ...rest] = segmentsOf(origin, name);
        expect(first?.pdt).toBeGreaterThan(before - FIRST_FRAME_MS);
        expect(first?.pdt).toBeLessThan(after + FIRST_FRAME_MS);
        for (const segment of rest)
          expect(segment.pdt - (first?.pdt ?? 0)).toBeCloseTo(segment.startMs - (first?.startMs ?? 0), -1);
      }
    },
    TIMEOUT_MS,
  );

  it(
    'without sound has silence, until the sound comes, and again when it goes',
    async () => {
      begin(interrupted);
      await until(() => segmentsOf(origin, 'source').length >= 6);
      expect(breaches(origin)).toEqual([]);
      expect(new Set(origin.of('audio').map(({ run }) => run)).size).toBe(1);
      const loud = (fromMs: number, toMs: number): boolean =>
        origin
          .of('audio')
          .flatMap(({ samples }) => samples)
          .filter(({ decodeTime }) => decodeTime / 48 > fromMs && decodeTime / 48 < toMs)
          .some(({ data }) => data.length > 60);
      const [{ startMs } = { startMs: 0 }] = segmentsOf(origin, 'source');
      expect([
        loud(startMs, startMs + 2_900),
        loud(startMs + 3_300, startMs + 5_900),
        loud(startMs + 6_500, startMs + 9_000),
      ]).toEqual([false, true, false]);
    },
    TIMEOUT_MS,
  );

  it(
    'ends with its show: the origin is told, the session is over',
    async () => {
      begin(steady);
      await until(() => origin.of('source').length >= 3);
      ingest.end();
      expect(await session.done).toBe('ended');
      expect(origin.states.at(-1)).toBe('ended');
      expect(new Set(origin.ended)).toEqual(
        new Set(
          ['source', 'audio'].flatMap((name) => segmentsOf(origin, name).map(({ msn }) => `${name} ${msn}`)),
        ),
      );
    },
    TIMEOUT_MS,
  );
});

describe('what is copied', () => {
  it(
    "is the publisher's own, sample by sample, and no process runs for it",
    async () => {
      begin(steady);
      await until(() => segmentsOf(origin, 'source').length >= 2);
      const sent = (isWanted: (tag: FlvTag) => boolean, header: number): Set<string> =>
        new Set(steady.filter(isWanted).map(({ data }) => data.toString('base64', header)));
      const frames = sent((tag) => ['key-frame', 'frame'].includes(tagKind(tag)), 5);
      const packets = sent((tag) => tagKind(tag) === 'sound', 2);
      const foreign = (rendition: string, own: Set<string>): number =>
        origin
          .of(rendition)
          .flatMap(({ samples }) => samples)
          .filter(({ data }) => !own.has(Buffer.from(data).toString('base64'))).length;
      expect([foreign('source', frames), foreign('audio', packets)]).toEqual([0, 0]);
    },
    TIMEOUT_MS,
  );
});

describe('rungs', () => {
  it(
    'run while somebody plays them, on the same key frames; the others do not notice',
    async () => {
      begin(steady);
      await until(() => segmentsOf(origin, 'source').length >= 2);
      origin.demand('v360');
      await until(() => origin.ended.some((name) => name.startsWith('v360')));
      await until(() => segmentsOf(origin, 'v360').length >= 3);
      origin.demandAgo(31_000, 'v360');
      await until(() => declaredStates().v360 === 'stopped');
      const last = segmentsOf(origin, 'v360').at(-1)?.msn ?? 0;
      await until(() => (origin.of('source').at(-1)?.msn ?? 0) > last + 1);
      expect(breaches(origin)).toEqual([]);
      expect(segmentsOf(origin, 'v360').at(-1)?.msn).toBe(last);
      expect(origin.parts.some(({ discontinuity }) => discontinuity)).toBe(false);
      origin.demand('v360');
      await until(() => (segmentsOf(origin, 'v360').at(-1)?.msn ?? 0) > last + 1);
      expect(breaches(origin)).toEqual([]);
    },
    TIMEOUT_MS,
  );

  it(
    'encode the top one too when key frames are too far apart',
    async () => {
      origin.demand('v360');
      begin(farKeys);
      await until(() => segmentsOf(origin, 'source').length >= 6 && segmentsOf(origin, 'v360').length >= 5);
      expect(breaches(origin)).toEqual([]);
      const source = segmentsOf(origin, 'source');
      expect(source.map(({ discontinuity }) => discontinuity).indexOf(true)).toBe(1);
      for (const { startMs, endMs } of source.slice(0, -1))
        expect(endMs - startMs).toBeLessThanOrEqual(3_400);
      expect(source.slice(2, -1).map(({ startMs, endMs }) => Math.round((endMs - startMs) / 100))).toEqual(
        source.slice(2, -1).map(() => 20),
      );
      expect(source[1]?.startMs).toBeCloseTo(source[0]?.endMs ?? 0, -1);
      expect(troubles).toEqual([
        {
          what: 'top_rung_encoded',
          blame: 'publisher',
          rendition: 'source',
          detail: 'key frames too far apart',
        },
      ]);
    },
    TIMEOUT_MS,
  );
});

describe('a publisher that vanishes', () => {
  it.each([
    ['leaves', () => ingest.leave()],
    ['falls silent', () => ingest.freeze()],
  ])(
    '%s: a slate, the same sequence, and on it goes when it comes back',
    async (_how, vanish) => {
      begin(steady);
      await until(() => segmentsOf(origin, 'source').length >= 3);
      vanish();
      await until(() => origin.states.at(-1) === 'slate');
      const slateMsn = (origin.of('source').at(-1)?.msn ?? 0) + 1;
      await until(() =>
        segmentsOf(origin, 'source').some(({ msn, discontinuity }) => discontinuity && msn <= slateMsn),
      );
      await until(
        () =>
          segmentsOf(origin, 'source').filter(({ discontinuity }) => discontinuity).length === 1 &&
          segmentsOf(origin, 'source').length >= 6,
      );
      ingest.publish(steady);
      await until(() => origin.states.at(-1) === 'live');
      const back = origin.of('source').at(-1)?.msn ?? 0;
      await until(() => (segmentsOf(origin, 'source').at(-1)?.msn ?? 0) > back + 1);
      expect(breaches(origin)).toEqual([]);
      const source = segmentsOf(origin, 'source');
      expect(source.filter(({ discontinuity }) => discontinuity)).toHaveLength(2);
      const slateAt = source.findIndex(({ discontinuity }) => discontinuity);
      const [before, slate] = [source[slateAt - 1], source[slateAt]];
      expect((slate?.startMs ?? Infinity) - (before?.endMs ?? 0)).toBeLessThanOrEqual(SLATE_WITHIN_MS);
      expect(source.map(({ msn }) => msn)).toEqual(source.map((_, index) => index));
      for (const [index, { pdt }] of source.slice(1).entries())
        expect(pdt).toBeGreaterThan(source[index]?.pdt ?? 0);
      expect(origin.states).toEqual(['live', 'slate', 'live']);
    },
    TIMEOUT_MS,
  );

  it(
    'is shown as slate in the rungs that are played, and in one that is asked for meanwhile',
    async () => {
      origin.demand();
      begin(steady);
      await until(() => segmentsOf(origin, 'source').length >= 2);
      ingest.leave();
      await until(() => origin.states.at(-1) === 'slate');
      origin.demand('v360');
      await until(() => segmentsOf(origin, 'v360').length >= 2);
      expect(breaches(origin)).toEqual([]);
    },
    TIMEOUT_MS,
  );

  it(
    'is not gone when only its reader was cut off: nothing is lost and nothing is seen',
    async () => {
      begin(steady);
      await until(() => segmentsOf(origin, 'source').length >= 2);
      ingest.cutReaders();
      const cutMsn = origin.of('source').at(-1)?.msn ?? 0;
      await until(() => (origin.of('source').at(-1)?.msn ?? 0) > cutMsn + 2);
      expect(breaches(origin)).toEqual([]);
      expect(origin.parts.some(({ discontinuity }) => discontinuity)).toBe(false);
      expect(origin.states).toEqual(['live']);
    },
    TIMEOUT_MS,
  );
});

describe('what breaks', () => {
  it(
    'ffmpeg killed: viewers miss nothing, the host is told',
    async () => {
      origin.demand('v360');
      begin(oddSound);
      await until(() => segmentsOf(origin, 'v360').length >= 2);
      for (const pid of ffmpegPids()) process.kill(pid, 'SIGKILL');
      const killedAt = origin.of('source').at(-1)?.msn ?? 0;
      await until(() =>
        ['source', 'audio', 'v360'].every((name) => (origin.of(name).at(-1)?.msn ?? 0) > killedAt + 2),
      );
      expect(breaches(origin)).toEqual([]);
      expect(
        troubles.map(({ what, blame, rendition }) => `${what} ${blame} ${rendition}`).toSorted(),
      ).toEqual(['restarted machine audio', 'restarted machine v360']);
    },
    TIMEOUT_MS,
  );

  it(
    'ffmpeg that stands still is ended after five seconds and replaced',
    async () => {
      begin(oddSound);
      await until(() => segmentsOf(origin, 'audio').length >= 2);
      const stopped = ffmpegPids();
      for (const pid of stopped) process.kill(pid, 'SIGSTOP');
      const stoppedAt = origin.of('audio').at(-1)?.msn ?? 0;
      await until(() => (origin.of('audio').at(-1)?.msn ?? 0) > stoppedAt + 3);
      expect(breaches(origin)).toEqual([]);
      expect(ffmpegPids().some((pid) => stopped.includes(pid))).toBe(false);
    },
    TIMEOUT_MS,
  );

  it(
    'the origin goes away for a moment: everything arrives once it is back',
    async () => {
      begin(steady);
      await until(() => segmentsOf(origin, 'source').length >= 2);
      await origin.restart(2_500);
      const backAt = origin.of('source').at(-1)?.msn ?? 0;
      await until(() => (origin.of('source').at(-1)?.msn ?? 0) > backAt + 2);
      expect(breaches(origin)).toEqual([]);
      expect(origin.seals).toHaveLength(1);
    },
    TIMEOUT_MS,
  );

  it(
    'a writer that is out of step seals and goes on behind a discontinuity',
    async () => {
      begin(steady);
      await until(() => segmentsOf(origin, 'source').length >= 2);
      origin.refuseWith = { status: 409, code: 'part_out_of_order' };
      await until(() => session !== undefined && origin.refuseWith !== undefined);
      const before = origin.parts.length;
      await new Promise((resolve) => setTimeout(resolve, 600));
      origin.refuseWith = undefined;
      await until(() => origin.seals.length === 2 && origin.parts.length > before + 8);
      expect(breaches(origin)).toEqual([]);
      expect(
        origin.parts.filter(({ rendition, discontinuity }) => rendition === 'source' && discontinuity),
      ).toHaveLength(1);
    },
    TIMEOUT_MS,
  );

  it.each([
    ['stale_generation', 'fenced'],
    ['stream_ended', 'ended'],
  ] as const)(
    '%s ends the session as %s',
    async (code, outcome) => {
      begin(steady);
      await until(() => origin.of('source').length >= 2);
      origin.refuseWith = { status: 409, code };
      expect(await session.done).toBe(outcome);
      await until(() => runningChildren() === 0);
    },
    TIMEOUT_MS,
  );
});

function begin(tags: FlvTag[]): void {
  ingest.publish(tags);
  session = new StreamSession({
    job: {
      streamId: newId(),
      showId: newId(),
      ingestUrl: ingest.url,
      width: 640,
      height: 480,
      frameRate: 15,
    },
    generation: 1 + Math.max(0, ...origin.seals),
    originUrl: origin.url,
    token: 'secret',
    slates,
    pinnedRungs: [],
    logger,
    onTrouble: (trouble) => void troubles.push(trouble),
  });
}

function declaredStates(): Record<string, string> {
  return Object.fromEntries([...origin.declared].map(([name, { state }]) => [name, state]));
}

/** ffmpeg children of this process. */
function ffmpegPids(): number[] {
  const lines = execFileSync('ps', ['-o', 'pid=,comm=', '--ppid', String(process.pid)])
    .toString()
    .split('\n');
  return lines.filter((line) => line.includes('ffmpeg')).map((line) => Number.parseInt(line, 10));
}

function x264(more: string): string[] {
  return `-c:v libx264 -preset ultrafast -b:v 300k -sc_threshold 0 ${more}`.split(' ');
}

async function until(isTrue: () => boolean, withinMs = 40_000): Promise<void> {
  const giveUpAt = performance.now() + withinMs;
  while (!isTrue()) {
    if (performance.now() > giveUpAt)
      throw new Error(
        `it did not become true within ${withinMs} ms; ${JSON.stringify(breaches(origin).slice(0, 5))}`,
      );
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
