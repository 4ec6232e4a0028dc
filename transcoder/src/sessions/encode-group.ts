import type { TimedSample, TrackInfo } from '#hls';
import type { Logger } from '#process';
import { encodePlan, type KeyFrames } from '../ffmpeg/arguments.ts';
import type { FfmpegEnd } from '../ffmpeg/blame.ts';
import type { TagLog } from '../feed/tag-log.ts';
import type { Rung } from '../ladder/ladder.ts';
import { startEncoder, type RunningEncoder, type StartEncoder } from './encoder.ts';
import type { RenditionTrack } from './rendition-track.ts';

/** Rounding of timestamps on their way through ffmpeg. */
const ROUNDING_MS = 8;

export interface EncodeGroupOptions {
  rungs: readonly Rung[];
  /** Samples of a rung before this moment are another group's. */
  from: ReadonlyMap<string, number>;
  /** The moment in the past that it begins to encode at. */
  beginMs: number;
  follow: KeyFrames['follow'];
  log: TagLog;
  trackOf: (name: string) => RenditionTrack;
  onExit: (group: EncodeGroup, end: FfmpegEnd & { asked: boolean }) => void;
  logger: Logger;
  start?: StartEncoder;
}

/** One process for a set of rungs, so that the picture is decoded once; a stretch's rungs pass from group to group. */
export class EncodeGroup {
  readonly rungs: ReadonlySet<string>;
  readonly encoder: RunningEncoder;
  private readonly options: EncodeGroupOptions;
  private readonly from: Map<string, number>;
  /** Frames that the log had seen when the group was given its past. */
  private readonly headCount: number;
  private untilMs = Infinity;
  /** Whom it takes over from: what it gives of common rungs is held until that one has given its last. */
  private former: EncodeGroup | undefined;
  private held: (() => void)[] = [];

  private constructor(options: EncodeGroupOptions, head: Buffer[], beginMs: number) {
    const { rungs, log, follow, logger, start = startEncoder } = options;
    this.options = options;
    this.rungs = new Set(rungs.map(({ name }) => name));
    this.from = new Map(options.from);
    this.headCount = log.frameCount;
    const fromMs = log.firstFrameFrom(beginMs) ?? beginMs;
    const keyFrames: KeyFrames = follow === 'source' ? { follow } : { follow, fromMs };
    this.encoder = start(
      encodePlan(rungs, keyFrames),
      head,
      {
        handleInit: (name, bytes, track) =>
          this.give(name, () => options.trackOf(name).handleInit(bytes, track)),
        handleSamples: (name, samples, track) => this.handleSamples(name, samples, track),
        handleExit: (end) => options.onExit(this, end),
      },
      logger,
    );
  }

  /** Starts a group in the past, or as near to it as the log reaches; undefined when it holds no key frame. */
  static begin(options: EncodeGroupOptions, nearestMs: number): EncodeGroup | undefined {
    for (const beginMs of [options.beginMs, nearestMs]) {
      const head = options.log.videoFrom(beginMs);
      if (head) return new EncodeGroup(options, head, beginMs);
    }
    return undefined;
  }

  /** From now on it waits for `former`, whose rungs it will go on with. */
  follow(former: EncodeGroup): void {
    this.former = former;
  }

  /** Its rungs are its own from `ms` on. */
  takeOver(ms: number): void {
    for (const [name, fromMs] of this.from) this.from.set(name, Math.min(fromMs, ms));
  }

  /** The former one has died without a successor's moment: each rung goes on where `resumeMs` says. */
  inherit(resumeMs: (name: string) => number): void {
    for (const name of this.from.keys()) this.from.set(name, resumeMs(name));
    this.release();
  }

  /** Samples from `ms` on are another group's. */
  retire(ms: number): void {
    this.untilMs = ms;
  }

  /** The former one is gone. */
  handleGone(group: EncodeGroup): void {
    if (this.former === group) this.release();
  }

  /** A frame; input ends when decoding has passed the group's last moment. */
  write(bytes: Buffer, decodeMs: number, ms: number): void {
    // A group that has just started found this very frame in the log.
    if (this.headCount >= this.options.log.frameCount) return;
    if (decodeMs < this.untilMs) this.encoder.write(bytes, ms);
    else this.encoder.end();
  }

  private handleSamples(name: string, samples: TimedSample[], track: TrackInfo): void {
    const fromMs = (this.from.get(name) ?? Infinity) - ROUNDING_MS;
    const own = samples.filter((sample) => {
      const ms = ((sample.decodeTime + sample.compositionOffset) * 1_000) / track.timescale;
      return ms >= fromMs && ms < this.untilMs - ROUNDING_MS;
    });
    if (own.length > 0) this.give(name, () => this.options.trackOf(name).push(own, track));
  }

  private give(name: string, action: () => void): void {
    if (this.former?.rungs.has(name)) this.held.push(action);
    else action();
  }

  private release(): void {
    this.former = undefined;
    for (const action of this.held.splice(0)) action();
  }
}
