import { writeFragment, type TimedSample, type TrackInfo } from '#hls';
import type { PlannedSegment, SegmentPlan } from './segment-plan.ts';

/** Aimed-at length of a part. Parts lie on this grid from the segment's start, so none is longer by more than a sample. */
export const PART_MS = 500;
/** Least length of a part that is not its segment's last: 85 % of the origin's part target of 0.55 s. */
const LEAST_PART_MS = 468;
/** Sound waits this long at most for the picture to say where a segment begins. */
const MAX_HELD_MS = 700;
/** Timestamps are rounded on their way. */
const ROUNDING_MS = 8;
/** Fragment sequence numbers per segment; only their growth matters. */
const SEQUENCE_STEP = 64;

/** A part, ready for the origin. */
export interface CutPart {
  segment: PlannedSegment;
  index: number;
  /** Seconds. */
  duration: number;
  independent: boolean;
  /** Programme time of the segment's first sample in this rendition. */
  segmentStartMs: number;
  run: string;
  bytes: Uint8Array;
}

/** Where a cutter's results go. */
export interface CutterEvents {
  handlePart(part: CutPart): void;
  handleSegmentEnd(msn: number): void;
}

interface OpenSegment {
  planned: PlannedSegment;
  /** Decode time of the first sample, in ticks. */
  firstTick: number;
  startMs: number;
  index: number;
  run: string;
}

/**
 * Cuts one rendition's samples into parts on the stretch's plan. Survives its encoder: samples that were cut already are
 * dropped, so a restarted encoder may begin in the past.
 */
export class Cutter {
  private readonly kind: 'video' | 'audio';
  private readonly plan: SegmentPlan;
  private readonly events: CutterEvents;
  private open: OpenSegment | undefined;
  private pending: TimedSample[] = [];
  private held: { sample: TimedSample; track: TrackInfo }[] = [];
  private track: TrackInfo | undefined;
  private run = '';
  /** Decode time up to which samples have been taken. */
  private takenTick = -Infinity;
  private flushedTick: number | undefined;
  private isFinished = false;

  constructor(kind: 'video' | 'audio', plan: SegmentPlan, events: CutterEvents) {
    this.kind = kind;
    this.plan = plan;
    this.events = events;
  }

  /** Decode time up to which samples have been taken. */
  get endTick(): number | undefined {
    return this.takenTick > 0 ? this.takenTick : undefined;
  }

  /** Programme time up to which samples have been taken. */
  get endMs(): number | undefined {
    return this.track && this.takenTick > 0
      ? Math.round((this.takenTick * 1_000) / this.track.timescale)
      : undefined;
  }

  /** Programme time up to which parts have been given out. */
  get flushedMs(): number | undefined {
    return this.flushedTick !== undefined && this.track
      ? (this.flushedTick * 1_000) / this.track.timescale
      : undefined;
  }

  /** Whether a segment has begun and not ended. */
  get isOpen(): boolean {
    return this.open !== undefined;
  }

  /** From the next segment on the samples are of this run. */
  setRun(run: string): void {
    if (run !== this.run && this.open) this.closeSegment();
    this.run = run;
  }

  push(samples: readonly TimedSample[], track: TrackInfo): void {
    if (this.isFinished) return;
    this.track = track;
    for (const sample of samples) {
      if (this.kind === 'video') this.takePicture(sample, track);
      else this.held.push({ sample, track });
    }
    this.drain();
  }

  /** Takes what waited for the plan; to be called when the plan has advanced. */
  drain(): void {
    for (let first = this.held[0]; first; first = this.held[0]) {
      const ms = (first.sample.decodeTime * 1_000) / first.track.timescale;
      const newest = this.held.at(-1)?.sample.decodeTime ?? 0;
      const waitedMs = ((newest - first.sample.decodeTime) * 1_000) / first.track.timescale;
      if (ms > this.plan.horizonMs && waitedMs < MAX_HELD_MS) return;
      this.held.shift();
      this.takeSound(first.sample, first.track);
    }
  }

  /** Gives out what is left of the open segment and ends it: nothing more belongs to it. */
  endSegment(): void {
    this.closeSegment();
  }

  /** Gives out what is left before `untilMs`, but nothing of the segment `unshown`, and takes no more. */
  finish(untilMs = Infinity, unshown?: number): void {
    for (const { sample, track } of this.held.splice(0)) this.takeSound(sample, track);
    this.isFinished = true;
    if (this.open !== undefined && this.open.planned.msn === unshown) {
      this.open = undefined;
      this.pending = [];
    }
    const untilTick = this.track ? ((untilMs - ROUNDING_MS) * this.track.timescale) / 1_000 : Infinity;
    this.pending = this.pending.filter(({ decodeTime }) => decodeTime < untilTick);
    this.closeSegment();
  }

  private takePicture(sample: TimedSample, track: TrackInfo): void {
    if (this.wasTaken(sample)) return;
    const ms = ((sample.decodeTime + sample.compositionOffset) * 1_000) / track.timescale;
    if (sample.sync) this.enter(this.plan.at(ms), sample, ms);
    this.take(sample, track);
  }

  private takeSound(sample: TimedSample, track: TrackInfo): void {
    if (this.wasTaken(sample)) return;
    const ms = (sample.decodeTime * 1_000) / track.timescale;
    const halfMs = (sample.duration * 500) / track.timescale;
    this.enter(this.plan.at(ms, halfMs), sample, ms);
    this.take(sample, track);
  }

  /** A restarted encoder's timestamps may differ by rounding; half a sample tells old from new. */
  private wasTaken({ decodeTime, duration }: TimedSample): boolean {
    return decodeTime + duration / 2 < this.takenTick;
  }

  /** Sound that comes in the middle of a segment waits for the next: all renditions' segments begin together. */
  private isTooLate({ startMs }: PlannedSegment, ms: number): boolean {
    return this.kind === 'audio' && ms - startMs > PART_MS;
  }

  private enter(planned: PlannedSegment | undefined, { decodeTime }: TimedSample, startMs: number): void {
    if (!planned || planned.msn <= (this.open?.planned.msn ?? this.lastMsn)) return;
    if (!this.open && this.isTooLate(planned, startMs)) return;
    this.closeSegment();
    this.open = { planned, firstTick: decodeTime, startMs, index: 0, run: this.run };
  }

  private lastMsn = -1;

  private take(sample: TimedSample, track: TrackInfo): void {
    if (!this.open) return;
    this.pending.push(sample);
    this.takenTick = sample.decodeTime + sample.duration;
    const ticks = (ms: number): number => (ms * track.timescale) / 1_000;
    const elapsed = this.takenTick - this.open.firstTick + sample.duration / 2;
    const length = this.takenTick - (this.pending[0]?.decodeTime ?? this.takenTick);
    if (elapsed >= ticks((this.open.index + 1) * PART_MS) && length >= ticks(LEAST_PART_MS)) this.flushPart();
  }

  private flushPart(): void {
    const { open, track, pending } = this;
    const [first] = pending;
    if (!open || !track || !first) return;
    this.pending = [];
    this.flushedTick = this.takenTick;
    const ticks = pending.reduce((sum, { duration }) => sum + duration, 0);
    const { index, planned } = open;
    open.index += 1;
    this.events.handlePart({
      segment: planned,
      index,
      duration: ticks / track.timescale,
      independent: this.kind === 'audio' || first.sync,
      segmentStartMs: open.startMs,
      run: open.run,
      bytes: writeFragment({
        sequence: planned.msn * SEQUENCE_STEP + index + 1,
        trackId: track.id,
        baseDecodeTime: first.decodeTime,
        samples: pending,
      }),
    });
  }

  private closeSegment(): void {
    if (!this.open) return;
    this.flushPart();
    const { msn } = this.open.planned;
    this.lastMsn = msn;
    this.open = undefined;
    this.events.handleSegmentEnd(msn);
  }
}
