import { readChunk, type TimedSample, type TrackInfo } from '#hls';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { BoundaryChooser } from './choose-boundary.ts';
import { Cutter, type CutPart } from './cutter.ts';
import { SegmentNumbers, SegmentPlan } from './segment-plan.ts';

const START_MS = 10_000;
/** What TARGETDURATION 3 allows. */
const LONGEST_MS = 3_499;
/** The origin's part target, and the least that it accepts of a part that is not its segment's last. */
const PART_TARGET_S = 0.55;
const LEAST_PART_S = 0.85 * PART_TARGET_S;

const track = (kind: 'video' | 'audio', timescale: number): TrackInfo => ({
  id: 1,
  kind,
  timescale,
  codec: '',
  editStart: 0,
  defaults: { duration: 0, size: 0, flags: 0 },
});
const VIDEO = track('video', 16_000);
const AUDIO = track('audio', 48_000);

interface Frame {
  ms: number;
  isKey: boolean;
}

/** Frames of a source whose key frames lie as `gaps` say. */
function framesOf(frameRate: number, gaps: number[]): Frame[] {
  const frames: Frame[] = [];
  let at = 0;
  for (const gap of gaps) {
    const count = Math.max(1, Math.round((gap * frameRate) / 1_000));
    for (let index = 0; index < count; index += 1, at += 1) {
      frames.push({ ms: START_MS + Math.round((at * 1_000) / frameRate), isKey: index === 0 });
    }
  }
  return frames;
}

function samplesOf(frames: Frame[], frameRate: number): TimedSample[] {
  return frames.map(({ ms, isKey }, index) => {
    const next = frames[index + 1]?.ms ?? ms + Math.round(1_000 / frameRate);
    return {
      data: Uint8Array.of(index & 0xff),
      duration: (next - ms) * 16,
      sync: isKey,
      compositionOffset: 0,
      decodeTime: ms * 16,
    };
  });
}

function soundOf(seconds: number): TimedSample[] {
  return Array.from({ length: Math.floor((seconds * 48_000) / 1_024) }, (_, index) => ({
    data: Uint8Array.of(index & 0xff),
    duration: 1_024,
    sync: true,
    compositionOffset: 0,
    decodeTime: START_MS * 48 + index * 1_024,
  }));
}

function collect() {
  const parts: CutPart[] = [];
  const ended: number[] = [];
  return {
    parts,
    ended,
    events: {
      handlePart: (part: CutPart) => void parts.push(part),
      handleSegmentEnd: (msn: number) => void ended.push(msn),
    },
  };
}

const gapLists = fc.array(fc.integer({ min: 100, max: 3_000 }), { minLength: 4, maxLength: 25 });
const frameRates = fc.constantFrom(10, 15, 23.976, 24, 25, 29.97, 30, 48, 50, 59.94, 60);

/** Lets a plan follow the frames as a stretch does; gives it and the frames before which `each` is to run. */
function planned(frames: Frame[], each: (frame: Frame, plan: SegmentPlan) => void): SegmentPlan {
  const plan = new SegmentPlan(new SegmentNumbers(7), START_MS, false);
  const chooser = new BoundaryChooser();
  for (const frame of frames) {
    if (frame.isKey && frame.ms > START_MS && chooser.isBoundary(frame.ms, plan.current.startMs))
      plan.begin(frame.ms);
    else if (frame.isKey && frame.ms === START_MS) chooser.isBoundary(frame.ms, START_MS);
    plan.advance(frame.ms);
    each(frame, plan);
  }
  return plan;
}

describe('boundaries', () => {
  it('lie on key frames, and no segment is longer than TARGETDURATION allows while gaps stay regular', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 250, max: 3_000 }),
        fc.integer({ min: 3, max: 40 }),
        frameRates,
        (gap, count, frameRate) => {
          const starts: number[] = [];
          const frames = framesOf(
            frameRate,
            Array.from({ length: count }, () => gap),
          );
          planned(frames, (_, plan) => {
            if (starts.at(-1) !== plan.current.startMs) starts.push(plan.current.startMs);
          });
          const keys = new Set(frames.filter(({ isKey }) => isKey).map(({ ms }) => ms));
          expect(starts.every((ms) => keys.has(ms))).toBe(true);
          for (const [index, ms] of starts.slice(1).entries())
            expect(ms - (starts[index] ?? 0)).toBeLessThanOrEqual(LONGEST_MS);
        },
      ),
    );
  });

  it.each([
    [500, 1_500],
    [1_000, 2_000],
    [1_500, 1_500],
    [2_000, 2_000],
    [3_000, 3_000],
  ])('key frames every %i ms give segments of %i ms', (gap, length) => {
    const starts = new Set<number>();
    planned(
      framesOf(
        30,
        Array.from({ length: 20 }, () => gap),
      ),
      (_, plan) => starts.add(plan.current.startMs),
    );
    const lengths = [...starts].slice(3).map((ms, index) => ms - ([...starts][index + 2] ?? 0));
    expect(new Set(lengths)).toEqual(new Set([length]));
  });
});

describe('numbers of segments', () => {
  it('are given again when no part bears them, and continue where the origin says', () => {
    const numbers = new SegmentNumbers(0);
    const first = new SegmentPlan(numbers, 0, false);
    numbers.handleUsed(first.current.msn);
    expect(first.begin(2_000).msn).toBe(1);
    expect(first.begin(4_000).msn).toBe(2);
    numbers.handleUsed(1);
    expect(new SegmentPlan(numbers, 5_000, true).current.msn).toBe(2);
    numbers.continueAt(9);
    expect(new SegmentPlan(numbers, 6_000, true).current.msn).toBe(9);
    expect([numbers.isUsed(8), numbers.isUsed(9)]).toEqual([true, false]);
  });
});

describe('a cutter of pictures', () => {
  it('gives every sample once, in parts that keep the rules', () => {
    fc.assert(
      fc.property(frameRates, gapLists, (frameRate, gaps) => {
        const frames = framesOf(frameRate, gaps);
        const { parts, ended, events } = collect();
        const samples = samplesOf(frames, frameRate);
        let cutter: Cutter | undefined;
        planned(frames, (frame, plan) => {
          cutter ??= new Cutter('video', plan, events);
          cutter.push(samples.slice(frames.indexOf(frame), frames.indexOf(frame) + 1), VIDEO);
        });
        cutter?.finish();
        expect(bytesOf(parts)).toEqual(samples.map(({ data }) => data[0]));
        checkParts(parts, frameRate);
        expect(ended).toEqual([...new Set(parts.map(({ segment }) => segment.msn))]);
      }),
      { numRuns: 60 },
    );
  });

  it('says which parts can be begun at', () => {
    const { parts, events } = collect();
    const frames = framesOf(30, [2_000, 2_000]);
    const samples = samplesOf(frames, 30);
    let cutter: Cutter | undefined;
    planned(frames, (frame, plan) => {
      cutter ??= new Cutter('video', plan, events);
      cutter.push(samples.slice(frames.indexOf(frame), frames.indexOf(frame) + 1), VIDEO);
    });
    cutter?.finish();
    expect(
      parts.map(({ segment, index, independent, duration }) => [segment.msn, index, independent, duration]),
    ).toEqual(
      [7, 8].flatMap((msn) => [0, 1, 2, 3].map((index) => [msn, index, index === 0, expect.closeTo(0.5, 2)])),
    );
    expect(parts.map(({ segmentStartMs }) => segmentStartMs)).toEqual([
      ...Array(4).fill(10_000),
      ...Array(4).fill(12_000),
    ]);
  });

  it('goes on where its encoder died: what a new one repeats is dropped', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 119 }),
        fc.integer({ min: -1, max: 1 }),
        (diedAfter, jitterTicks) => {
          const frames = framesOf(30, [2_000, 2_000]);
          const samples = samplesOf(frames, 30);
          const { parts, events } = collect();
          const plan = new SegmentPlan(new SegmentNumbers(0), START_MS, false);
          plan.begin(START_MS + 2_000);
          const cutter = new Cutter('video', plan, events);
          cutter.push(samples.slice(0, diedAfter), VIDEO);
          const restart = diedAfter > 60 ? 60 : 0;
          cutter.push(
            samples
              .slice(restart)
              .map((sample) => ({ ...sample, decodeTime: sample.decodeTime + jitterTicks * 8 })),
            VIDEO,
          );
          cutter.finish();
          expect(bytesOf(parts)).toEqual(samples.map(({ data }) => data[0]));
        },
      ),
    );
  });

  it('lets go what comes after a stretch’s end', () => {
    const { parts, ended, events } = collect();
    const plan = new SegmentPlan(new SegmentNumbers(0), START_MS, false);
    const cutter = new Cutter('video', plan, events);
    cutter.push(samplesOf(framesOf(30, [3_400]), 30), VIDEO);
    cutter.finish(START_MS + 3_000);
    expect(parts.reduce((sum, { duration }) => sum + duration, 0)).toBeCloseTo(3, 3);
    expect(ended).toEqual([0]);
  });

  it('gives nothing of a segment that nobody has seen a part of, and takes nothing after the end', () => {
    const { parts, ended, events } = collect();
    const plan = new SegmentPlan(new SegmentNumbers(0), START_MS, false);
    const cutter = new Cutter('video', plan, events);
    const next = plan.begin(START_MS + 2_000);
    const samples = samplesOf(framesOf(30, [2_000, 2_000]), 30);
    cutter.push(samples.slice(0, 65), VIDEO);
    cutter.finish(undefined, next.msn);
    cutter.push(samples.slice(65), VIDEO);
    expect(new Set(parts.map(({ segment }) => segment.msn))).toEqual(new Set([0]));
    expect(ended).toEqual([0]);
  });

  it('begins with a key frame that the plan knows', () => {
    const { parts, events } = collect();
    const plan = new SegmentPlan(new SegmentNumbers(0), START_MS + 2_000, false);
    const cutter = new Cutter('video', plan, events);
    cutter.push(samplesOf(framesOf(30, [2_000, 2_000]), 30), VIDEO);
    expect(parts[0]?.segmentStartMs).toBe(12_000);
  });
});

describe('a cutter of sound', () => {
  it('changes segments with the picture, within half a packet', () => {
    const { parts, events } = collect();
    const plan = new SegmentPlan(new SegmentNumbers(0), START_MS, false);
    const cutter = new Cutter('audio', plan, events);
    const sound = soundOf(9);
    for (let second = 0; second < 9; second += 1) {
      cutter.push(sound.slice(Math.floor(second * 46.9), Math.floor((second + 1) * 46.9)), AUDIO);
      if (second % 2 === 1) plan.begin(START_MS + (second + 1) * 1_000);
      plan.advance(START_MS + (second + 1) * 1_000);
      cutter.drain();
    }
    cutter.finish();
    const starts = parts.filter(({ index }) => index === 0).map(({ segmentStartMs }) => segmentStartMs);
    for (const [index, ms] of starts.entries())
      expect(Math.abs(ms - (START_MS + index * 2_000))).toBeLessThanOrEqual(10.7);
    expect(starts).toHaveLength(5);
    checkParts(parts, 46.875);
  });

  it('waits for the picture to say where a segment begins, but not for ever', () => {
    const { parts, events } = collect();
    const plan = new SegmentPlan(new SegmentNumbers(0), START_MS, false);
    const cutter = new Cutter('audio', plan, events);
    const sound = soundOf(3);
    cutter.push(sound.slice(0, 25), AUDIO);
    expect(parts).toEqual([]);
    plan.advance(START_MS + 600);
    cutter.drain();
    expect(parts).toHaveLength(1);
    cutter.push(sound.slice(25), AUDIO);
    expect(parts.length).toBeGreaterThan(2);
  });
});

function bytesOf(parts: CutPart[]): (number | undefined)[] {
  return parts.flatMap(({ bytes }) => readChunk(bytes, VIDEO).map(({ data }) => data[0]));
}

function checkParts(parts: CutPart[], frameRate: number): void {
  const frameS = 1 / frameRate;
  for (const [position, part] of parts.entries()) {
    const next = parts[position + 1];
    const isLast = next?.segment.msn !== part.segment.msn;
    expect(part.index).toBe(
      parts[position - 1]?.segment.msn === part.segment.msn ? (parts[position - 1]?.index ?? 0) + 1 : 0,
    );
    if (frameS <= 0.07) expect(part.duration).toBeLessThanOrEqual(PART_TARGET_S);
    if (!isLast && frameS <= 0.05) expect(part.duration).toBeGreaterThanOrEqual(LEAST_PART_S);
    if (next) expect(next.segment.msn).toBeGreaterThanOrEqual(part.segment.msn);
  }
}
