import type { TimedSample } from '#hls';
import { RenditionTrack } from '../sessions/rendition-track.ts';
import type { StretchOutput } from '../sessions/stretch-output.ts';
import { PART_MS } from '../timeline/cutter.ts';
import { SegmentPlan, type SegmentNumbers } from '../timeline/segment-plan.ts';
import { SLATE_LOOP_MS, type SlateMedia } from './slate-media.ts';

/** Starts are rounded to whole ticks. */
const ROUNDING_TICKS = 2;
/** A packet of sound that is nearer to the next block belongs to that. */
const NEARER_TO_NEXT = 0.5;

interface Source {
  track: RenditionTrack;
  media: SlateMedia;
  /** Decode time of the next sample, in ticks. */
  nextTick: number;
  /** Which sample of the loop comes next. */
  position: number;
}

export interface SlateStretchOptions {
  startMs: number;
  numbers: SegmentNumbers;
  out: StretchOutput;
}

/** "Be right back": repeats ready-made samples at the speed of the clock. No process runs for it. */
export class SlateStretch {
  private readonly options: SlateStretchOptions;
  private readonly plan: SegmentPlan;
  private readonly sources = new Map<string, Source>();
  private blockEndMs: number;
  private blocks = 0;

  constructor(options: SlateStretchOptions) {
    this.options = options;
    this.plan = new SegmentPlan(options.numbers, options.startMs, true);
    this.plan.advance(options.startMs);
    this.blockEndMs = options.startMs;
  }

  get running(): ReadonlySet<string> {
    return new Set(this.sources.keys());
  }

  get endMs(): number {
    return this.blockEndMs;
  }

  /** Adds a rendition from the open segment on. */
  add(name: string, media: SlateMedia): void {
    if (this.sources.has(name)) return;
    const { timescale, kind } = media.track;
    const track = new RenditionTrack(name, kind, this.plan, this.options.out);
    track.handleInit(media.init, media.track);
    const nextTick = Math.round((this.plan.current.startMs * timescale) / 1_000);
    const source = { track, media, nextTick, position: 0 };
    this.sources.set(name, source);
    fill(source, this.blockEndMs);
  }

  /** Gives out all parts that are due at `nowMs` of programme time. */
  advance(nowMs: number): void {
    const blocksPerSegment = SLATE_LOOP_MS / PART_MS;
    while (this.blockEndMs + PART_MS <= nowMs) {
      // Not before there is something to fill it with: a slate may end at any moment.
      if (this.blocks > 0 && this.blocks % blocksPerSegment === 0) this.plan.begin(this.blockEndMs);
      this.blocks += 1;
      this.blockEndMs += PART_MS;
      this.plan.advance(this.blockEndMs);
      const isLast = this.blocks % blocksPerSegment === 0;
      for (const source of this.sources.values()) {
        fill(source, this.blockEndMs);
        if (isLast) source.track.endSegment();
      }
    }
  }

  finish(): void {
    for (const { track } of this.sources.values()) track.finish();
  }
}

/** Repeats the loop up to `untilMs`. */
function fill(source: Source, untilMs: number): void {
  const { media, track } = source;
  const { timescale, kind } = media.track;
  const untilTick = (untilMs * timescale) / 1_000;
  const samples: TimedSample[] = [];
  for (;;) {
    const sample = media.samples[source.position];
    if (!sample) break;
    const leastTicks = kind === 'audio' ? sample.duration * NEARER_TO_NEXT : ROUNDING_TICKS;
    if (source.nextTick + leastTicks > untilTick) break;
    samples.push({ ...sample, decodeTime: source.nextTick });
    source.nextTick += sample.duration;
    source.position = (source.position + 1) % media.samples.length;
  }
  if (samples.length > 0) track.push(samples, media.track);
}
