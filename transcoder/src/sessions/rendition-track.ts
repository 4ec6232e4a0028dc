import type { TimedSample, TrackInfo } from '#hls';
import { Cutter } from '../timeline/cutter.ts';
import type { SegmentPlan } from '../timeline/segment-plan.ts';
import type { StretchOutput } from './stretch-output.ts';

/** One rendition of a stretch: its init segment and its cutter, whichever encoder feeds it. */
export class RenditionTrack {
  readonly name: string;
  private readonly out: StretchOutput;
  private readonly cutter: Cutter;
  private init: Uint8Array | undefined;

  constructor(name: string, kind: 'video' | 'audio', plan: SegmentPlan, out: StretchOutput) {
    this.name = name;
    this.out = out;
    this.cutter = new Cutter(kind, plan, {
      handlePart: (part) => out.part(name, part),
      handleSegmentEnd: (msn) => out.end(name, msn),
    });
  }

  /** Programme time up to which parts have been given out. */
  get flushedMs(): number | undefined {
    return this.cutter.flushedMs;
  }

  /** Decode time up to which samples have been taken. */
  get endTick(): number | undefined {
    return this.cutter.endTick;
  }

  /** Programme time up to which samples have been taken. */
  get endMs(): number | undefined {
    return this.cutter.endMs;
  }

  /** Where a new encoder must go on, when a segment is open; undefined when the next segment will do. */
  get resumeMs(): number | undefined {
    return this.cutter.isOpen ? this.cutter.endMs : undefined;
  }

  /** A new encoder with the same set-up continues the run, so that players need no new init segment. */
  handleInit(bytes: Uint8Array, track: TrackInfo): void {
    if (this.init && Buffer.compare(this.init, bytes) === 0) return;
    this.init = bytes;
    const run = this.out.newRun();
    this.out.init(this.name, run, bytes, track);
    this.cutter.setRun(run);
  }

  push(samples: readonly TimedSample[], track: TrackInfo): void {
    this.cutter.push(samples, track);
  }

  /** The open segment is complete. */
  endSegment(): void {
    this.cutter.endSegment();
  }

  drain(): void {
    this.cutter.drain();
  }

  /** Gives out what is left before `untilMs`, but nothing of the segment `unshown`, and takes no more. */
  finish(untilMs?: number, unshown?: number): void {
    this.cutter.finish(untilMs, unshown);
  }
}
