import { afterEach, describe, expect, it, jest } from '@jest/globals';
import type { JournalEntry } from '../streams/media-rows.ts';
import { LiveStream } from '../streams/live-stream.ts';
import type { ShowStream, StreamChange } from '../streams/show-stream.ts';
import { PlaylistDesk } from './playlist-desk.ts';
import type { PlaylistAnswer } from './playlist-desk.ts';

const declaration = {
  kind: 'video',
  codecs: 'avc1.64001f',
  name: '720p',
  run: 'a',
  state: 'running',
} as const;
const part = { offset: 0, size: 1_000, duration: 0.5, independent: true };

/** A stream whose changes the test makes itself. */
function streamOf(rows: LiveStream) {
  let listener: (change: StreamChange) => void = () => undefined;
  const stream = {
    rows,
    showId: rows.showId,
    onChange: (given: typeof listener) => {
      listener = given;
      return () => undefined;
    },
  } as unknown as ShowStream;
  const apply = (...entries: JournalEntry[]): void => {
    for (const entry of entries) rows.apply(entry);
    listener({ renditions: new Set(['source']), segmentEnded: false, phase: false });
  };
  return { stream, apply };
}

function onAir() {
  const { stream, apply } = streamOf(new LiveStream('show'));
  apply(
    { t: 'rendition', r: 'source', declaration },
    { t: 'init', r: 'source', run: 'a', codec: 'x', timescale: 1 },
  );
  const desk = new PlaylistDesk(stream, () => []);
  const put = (msn: number, index: number): void => {
    const begin = { run: 'a', pdt: 1_000_000 + msn * 2_000, discontinuity: false };
    apply({ t: 'part', r: 'source', msn, index, part, ...(index === 0 ? { begin } : {}) });
  };
  put(0, 0);
  apply({ t: 'end', r: 'source', msn: 0 });
  return { desk, put };
}

afterEach(() => void jest.useRealTimers());

describe('a playlist desk', () => {
  it('keeps nobody waiting for longer than players do, and not shorter than three target durations', () => {
    jest.useFakeTimers();
    const { desk } = onAir();
    const kinds: string[] = [];
    desk.ask('source', { msn: 1, part: 0, skip: 'none' }, ({ kind }) => kinds.push(kind));
    jest.advanceTimersByTime(8_999);
    expect(kinds).toEqual([]);
    jest.advanceTimersByTime(1);
    expect([kinds, desk.waiting]).toEqual([['too late'], 0]);
  });

  it('answers everyone who waits, whatever arrives while it does', async () => {
    const { desk, put } = onAir();
    const answered: PlaylistAnswer[] = [];
    const ask = (msn: number, index: number): Promise<void> =>
      new Promise((resolve) => {
        desk.ask('source', { msn, part: index, skip: 'none' }, (answer) => {
          answered.push(answer);
          resolve();
        });
      });
    // Some wait for the next part, some already for the one after it; both come within one turn.
    const waiting = Array.from({ length: 300 }, (_, viewer) => ask(1, viewer % 3 === 0 ? 1 : 0));
    expect(desk.waiting).toBe(300);
    put(1, 0);
    put(1, 1);
    await Promise.all(waiting);
    expect(desk.waiting).toBe(0);
    expect(new Set(answered.map(({ kind }) => kind))).toEqual(new Set(['playlist']));
  });

  it('renders once for all', async () => {
    const { desk, put } = onAir();
    const playlists = new Set<unknown>();
    const waiting = Array.from(
      { length: 100 },
      () =>
        new Promise<void>((resolve) => {
          desk.ask('source', { msn: 1, part: 0, skip: 'none' }, (answer) => {
            if (answer.kind === 'playlist') playlists.add(answer.playlist);
            resolve();
          });
        }),
    );
    put(1, 0);
    await Promise.all(waiting);
    expect(playlists.size).toBe(1);
  });

  it('sends those who wait away when it stops', () => {
    const { desk } = onAir();
    const kinds: string[] = [];
    desk.ask('source', { msn: 1, part: 0, skip: 'none' }, ({ kind }) => kinds.push(kind));
    desk.stop();
    expect(kinds).toEqual(['too late']);
  });

  it('knows for how long nobody asked for a rung', () => {
    const { desk, put } = onAir();
    const now = Date.now();
    expect(desk.demand(now, 60_000)).toEqual({});
    const loseInterest = desk.ask('source', { msn: 1, part: 0, skip: 'none' }, () => undefined);
    expect(desk.demand(now + 50_000, 60_000)).toEqual({ source: 0 });
    loseInterest();
    expect(desk.demand(Date.now() + 50_000, 60_000).source).toBeGreaterThanOrEqual(49_000);
    expect(desk.demand(Date.now() + 70_000, 60_000)).toEqual({});
    put(1, 0);
  });
});
