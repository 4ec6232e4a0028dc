import type { FlvTag } from '#flv';
import type { TimedSample, TrackInfo } from '#hls';
import { createLogger } from '#process';
import { describe, expect, it } from '@jest/globals';
import type { FfmpegPlan } from '../ffmpeg/arguments.ts';
import { TagLog } from '../feed/tag-log.ts';
import { ladderBelow } from '../ladder/ladder.ts';
import { SegmentNumbers, SegmentPlan } from '../timeline/segment-plan.ts';
import { EncodeBoard } from './encode-board.ts';
import type { EncoderEvents, RunningEncoder } from './encoder.ts';
import type { Trouble } from './stretch-output.ts';

const TRACK: TrackInfo = {
  id: 1,
  kind: 'video',
  timescale: 1_000,
  codec: 'avc1.64001f',
  editStart: 0,
  defaults: { duration: 0, size: 0, flags: 0 },
};
const FRAME_MS = 100;
const GROUP_MS = 2_000;
const ALL = ['v720', 'v480', 'v360'];

/** An encoder that gives a sample for each frame it is given, as soon as it is told to. */
class FakeEncoder implements RunningEncoder {
  readonly outputs: string[];
  readonly frames: number[] = [];
  state: 'running' | 'ending' | 'stopped' | 'dead' = 'running';
  lagMs = 0;
  stuck = false;
  private given = 0;
  private readonly events: EncoderEvents;

  constructor(plan: FfmpegPlan, head: Buffer[], events: EncoderEvents) {
    this.outputs = plan.outputs.map(({ name }) => name);
    this.events = events;
    // Heads are header, set-up, then frames, which carry their time in their data.
    for (const bytes of head.slice(2)) this.frames.push(bytes.readUInt32BE(16));
  }
  write(bytes: Buffer): void {
    if (this.state === 'running') this.frames.push(bytes.readUInt32BE(16));
  }
  end(): void {
    if (this.state === 'running') this.state = 'ending';
  }
  async stop(): Promise<void> {
    this.exit('stopped');
  }
  async abort(): Promise<void> {
    this.exit('dead');
  }
  isStuck(): boolean {
    return this.stuck;
  }
  /** Gives out what it has been given, and ends if it was told to. */
  work(): void {
    for (const name of this.outputs) {
      if (this.given === 0 && this.frames.length > 0) this.events.handleInit(name, Buffer.from(name), TRACK);
      this.events.handleSamples(name, this.frames.slice(this.given).map(sampleAt), TRACK);
    }
    this.given = this.frames.length;
    if (this.state === 'ending') this.exit('stopped');
  }
  exit(state: 'stopped' | 'dead'): void {
    if (this.state === 'stopped' || this.state === 'dead') return;
    this.state = state;
    this.events.handleExit({ code: 1, signal: null, lines: [], asked: state === 'stopped' });
  }
}

function sampleAt(ms: number): TimedSample {
  const data = Buffer.alloc(4);
  data.writeUInt32BE(ms);
  return { data, duration: FRAME_MS, sync: ms % GROUP_MS === 0, compositionOffset: 0, decodeTime: ms };
}

function tagAt(ms: number): FlvTag {
  const data = Buffer.alloc(9);
  data.set([ms % GROUP_MS === 0 ? 0x17 : 0x27, 1]);
  data.writeUInt32BE(ms, 5);
  return { type: 9, timestamp: ms, data };
}

/** A stretch as far as a board sees it: frames come, boundaries are set, encoders work. */
function stage(always: string[] = []) {
  const log = new TagLog();
  log.add({ type: 9, timestamp: 0, data: Buffer.from('1700000000', 'hex') }, 0);
  const plan = new SegmentPlan(new SegmentNumbers(0), GROUP_MS, false);
  const encoders: FakeEncoder[] = [];
  const media = new Map<string, { msn: number; ms: number }[]>();
  const told: { stopped: string[]; troubles: Trouble[]; broken: string[]; runs: number } = {
    stopped: [],
    troubles: [],
    broken: [],
    runs: 0,
  };
  let now = GROUP_MS;
  log.add(tagAt(now), 0);
  const board = new EncodeBoard({
    ladder: ladderBelow({ codecs: '', width: 1920, height: 1080, frameRate: 10 }),
    always,
    follow: 'source',
    plan,
    log,
    logger: createLogger({ process: 'test', level: 'silent' }),
    start: (steps, head, events) => {
      const encoder = new FakeEncoder(steps, head, events);
      encoders.push(encoder);
      return encoder;
    },
    out: {
      newRun: () => `r${(told.runs += 1)}`,
      init: () => undefined,
      part: (name, { segment, bytes }) => {
        const view = Buffer.from(bytes);
        const mdat = view.indexOf('mdat') + 4;
        const list = media.get(name) ?? [];
        for (let at = mdat; at < view.length; at += 4)
          list.push({ msn: segment.msn, ms: view.readUInt32BE(at) });
        media.set(name, list);
      },
      end: () => undefined,
      stopped: (name) => void told.stopped.push(name),
      trouble: (trouble) => void told.troubles.push(trouble),
      broken: (why) => void told.broken.push(why),
    },
  });
  return {
    board,
    encoders,
    told,
    /** Lets time pass up to `ms`. */
    play(ms: number, works = true) {
      while (now + FRAME_MS <= ms) {
        now += FRAME_MS;
        const tag = tagAt(now);
        log.add(tag, plan.current.startMs);
        if (now % GROUP_MS === 0) board.handleBoundary(plan.begin(now));
        board.write(tag, now);
        if (works) for (const encoder of encoders) encoder.work();
      }
      if (works) for (const encoder of encoders) encoder.work();
    },
    running: () => encoders.filter(({ state }) => state === 'running').map(({ outputs }) => outputs),
    /** Frames of a rung, as viewers get them: [from, to, whether all are there once]. */
    span(name: string): [number, number, boolean] {
      const times = (media.get(name) ?? []).map(({ ms }) => ms);
      const [first = -1, last = -1] = [times[0], times.at(-1)];
      const expected = Array.from(
        { length: (last - first) / FRAME_MS + 1 },
        (_, index) => first + index * FRAME_MS,
      );
      return [first, last, times.join() === expected.join()];
    },
    segmentsOf: (name: string) => [...new Set((media.get(name) ?? []).map(({ msn }) => msn))],
  };
}

describe('rungs on demand', () => {
  it('no rung runs while nobody asks', () => {
    const { encoders, play } = stage();
    play(9_000);
    expect(encoders).toEqual([]);
  });

  it('a rung that is asked for begins at the open segment’s start, in the past', () => {
    const { board, play, span, segmentsOf } = stage();
    play(5_300);
    board.want(['v480']);
    play(9_000);
    expect(span('v480')).toEqual([4_000, expect.any(Number), true]);
    expect(segmentsOf('v480')).toEqual([1, 2, 3]);
  });

  it('a further rung joins in one process with the first, which does not notice', () => {
    const { board, play, span, running, told } = stage();
    board.want(['v480']);
    play(5_300);
    board.want(['v480', 'v360']);
    play(9_950);
    expect(span('v480')).toEqual([2_000, 9_900, true]);
    expect(span('v360')).toEqual([4_000, 9_900, true]);
    expect(running()).toEqual([['v480', 'v360']]);
    expect(told).toMatchObject({ stopped: [], troubles: [], runs: 2 });
  });

  it('a successor that is faster than the one it follows waits for its last frames', () => {
    const { board, encoders, play, span } = stage();
    board.want(['v480']);
    play(5_300);
    board.want(['v480', 'v360']);
    play(5_900);
    play(6_500, false);
    // The former process gives its last frames only after its successor's first.
    encoders[1]?.work();
    encoders[0]?.work();
    play(9_950);
    expect(span('v480')).toEqual([2_000, 9_900, true]);
    expect(span('v360')).toEqual([4_000, 9_900, true]);
  });

  it('a rung that nobody asks for any more ends with its segment', () => {
    const { board, play, span, running, told } = stage();
    board.want(ALL);
    play(5_300);
    board.want(['v720']);
    play(9_950);
    expect(span('v360')).toEqual([2_000, 5_900, true]);
    expect(span('v720')).toEqual([2_000, 9_900, true]);
    expect([told.stopped.toSorted(), running()]).toEqual([['v360', 'v480'], [['v720']]]);
    board.want([]);
    play(13_000);
    expect([told.stopped.at(-1), running()]).toEqual(['v720', []]);
    expect(span('v720')).toEqual([2_000, 9_900, true]);
  });

  it('changes of mind while a change is under way are made after it', () => {
    const { board, play, span, running } = stage();
    board.want(['v480']);
    play(4_500);
    board.want(['v480', 'v360']);
    play(5_000);
    board.want(['v720', 'v480']);
    play(9_950);
    expect(running()).toEqual([['v720', 'v480']]);
    expect(span('v480')).toEqual([2_000, 9_900, true]);
    expect(span('v720')[2]).toBe(true);
  });

  it('what an operator pinned runs from the beginning, whatever is asked', () => {
    const { board, play, running } = stage(['v360']);
    expect(running()).toEqual([['v360']]);
    board.want([]);
    play(9_000);
    expect(running()).toEqual([['v360']]);
  });
});

describe('an encoder that dies', () => {
  it('is replaced; viewers miss no frame', () => {
    const { board, play, encoders, span, told } = stage();
    board.want(['v480']);
    play(5_300);
    encoders[0]?.exit('dead');
    play(9_950);
    expect(span('v480')).toEqual([2_000, 9_900, true]);
    expect(told.troubles).toEqual([{ what: 'restarted', blame: 'us', rendition: 'v480', detail: 'exit 1' }]);
  });

  it('is replaced by its successor when that is ready already', () => {
    const { board, play, encoders, span } = stage();
    board.want(['v480']);
    play(5_300);
    board.want(['v480', 'v360']);
    play(5_500);
    encoders[0]?.exit('dead');
    play(9_950);
    expect(span('v480')).toEqual([2_000, 9_900, true]);
    expect(encoders).toHaveLength(2);
  });

  it('again and again is given a rest; others do not suffer', () => {
    const { board, play, encoders, told } = stage();
    board.want(['v480']);
    for (let turn = 0; turn < 6; turn += 1) {
      play(3_000 + turn * 100);
      encoders.at(-1)?.exit('dead');
    }
    expect(told).toMatchObject({ stopped: ['v480'], broken: [] });
    expect(encoders.length).toBeLessThan(6);
    board.want(['v480', 'v360']);
    play(5_000);
    expect(encoders.at(-1)?.outputs).toEqual(['v360']);
  });

  it('again and again breaks the stretch when the rung is one that must run', () => {
    const { encoders, told, play } = stage(['v720']);
    for (let turn = 0; turn < 6; turn += 1) {
      play(3_000 + turn * 100);
      encoders.at(-1)?.exit('dead');
    }
    expect(told.broken).toHaveLength(1);
  });

  it('or only stalls is ended', () => {
    const { board, play, encoders, span } = stage();
    board.want(['v480']);
    play(3_000);
    Object.assign(encoders[0] ?? {}, { stuck: true });
    board.checkTime();
    play(9_950);
    expect([encoders[0]?.state, span('v480')]).toEqual(['dead', [2_000, 9_900, true]]);
  });
});

describe('falling behind', () => {
  it('for five seconds drops the dearest rung and tells the host; the others go on', () => {
    const { board, play, encoders, span, told, running } = stage();
    board.want(ALL);
    play(5_300);
    Object.assign(encoders[0] ?? {}, { lagMs: 2_000 });
    const now = performance.now();
    board.checkTime(now);
    board.checkTime(now + 4_900);
    expect(told.troubles).toEqual([]);
    board.checkTime(now + 5_100);
    play(9_950);
    expect(running()).toEqual([['v480', 'v360']]);
    expect(told.stopped).toEqual(['v720']);
    expect(told.troubles).toEqual([
      { what: 'rung_dropped', blame: 'machine', rendition: 'v720', detail: 'slower than real time' },
    ]);
    expect(span('v480')).toEqual([2_000, 9_900, true]);
    board.want(ALL);
    expect(running()).toEqual([['v480', 'v360']]);
  });

  it('for a moment is nothing', () => {
    const { board, play, encoders, told } = stage();
    board.want(ALL);
    play(3_000);
    const now = performance.now();
    for (let second = 0; second < 20; second += 1) {
      Object.assign(encoders[0] ?? {}, { lagMs: second % 4 === 0 ? 100 : 2_000 });
      board.checkTime(now + second * 1_000);
    }
    expect(told.troubles).toEqual([]);
  });
});
