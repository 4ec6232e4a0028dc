import type { Logger } from '#process';
import { encodePlan, type KeyFrames } from '../ffmpeg/arguments.ts';
import { blame, lastWords, type FfmpegEnd } from '../ffmpeg/blame.ts';
import type { TagLog } from '../feed/tag-log.ts';
import { pixelRate, type Rung } from '../ladder/ladder.ts';
import type { PlannedSegment, SegmentPlan } from '../timeline/segment-plan.ts';
import { startEncoder, type RunningEncoder, type StartEncoder } from './encoder.ts';
import { RenditionTrack } from './rendition-track.ts';
import type { StretchOutput } from './stretch-output.ts';

/** Output this far behind input for this long is falling behind real time. */
const BEHIND_MS = 1_500;
const BEHIND_FOR_MS = 5_000;
/** A rung that was dropped is not tried again sooner. */
const REST_MS = 60_000;
/** Rounding of timestamps on their way through ffmpeg. */
const ROUNDING_MS = 8;
const MAX_FAILURES = 3;
const FAILURE_WINDOW_MS = 30_000;

/** One process for a set of rungs, so that the picture is decoded once. */
interface Group {
  encoder: RunningEncoder;
  rungs: Set<string>;
  /** Samples before this moment are another group's, per rung. */
  from: Map<string, number>;
  /** Samples from this moment on are another group's. */
  untilMs: number;
  /** How many frames the log had seen when the group was given its past. */
  headCount: number;
}

export interface EncodeBoardOptions {
  ladder: readonly Rung[];
  /** Rungs that run whether or not anybody asks. */
  always: readonly string[];
  follow: KeyFrames['follow'];
  plan: SegmentPlan;
  log: TagLog;
  out: StretchOutput;
  logger: Logger;
  start?: StartEncoder;
}

/**
 * Runs the encoded rungs that are wanted, in one process. When the set changes, a process for the new set starts in the past,
 * at the open segment's beginning; rungs that ran already change over at the next segment, and nobody notices.
 */
export class EncodeBoard {
  private readonly options: EncodeBoardOptions;
  private readonly tracks = new Map<string, RenditionTrack>();
  private readonly resting = new Map<string, number>();
  private readonly groups = new Set<Group>();
  private current: Group | undefined;
  private next: Group | undefined;
  private wanted = new Set<string>();
  private behindSince: number | undefined;
  private failures: number[] = [];
  private stopped = false;

  constructor(options: EncodeBoardOptions) {
    this.options = options;
    this.want([]);
  }

  /** The rungs that run or are about to. */
  get running(): ReadonlySet<string> {
    return (this.next ?? this.current)?.rungs ?? new Set();
  }

  /** Makes these rungs run, and no others but those that always do. */
  want(names: Iterable<string>): void {
    const { ladder, always } = this.options;
    const asked = new Set([...always, ...names]);
    this.wanted = new Set(ladder.map(({ name }) => name).filter((name) => asked.has(name)));
    this.apply();
  }

  /** A segment begins at `segment`; to be called before its first frame is written. */
  handleBoundary(segment: PlannedSegment): void {
    const former = this.current;
    if (this.next) {
      for (const [name, fromMs] of this.next.from)
        this.next.from.set(name, Math.min(fromMs, segment.startMs));
      this.retire(former, segment.startMs);
      this.current = this.next;
      this.next = undefined;
    } else if (former && this.allowed().size === 0) {
      this.retire(former, segment.startMs);
      this.current = undefined;
    }
    this.apply();
  }

  /** A frame, with its decoding and presentation time. */
  write(bytes: Buffer, decodeMs: number, ms: number): void {
    for (const group of this.groups) {
      // A group that has just started found this very frame in the log.
      if (group.headCount >= this.options.log.frameCount) continue;
      if (decodeMs < group.untilMs) group.encoder.write(bytes, ms);
      else group.encoder.end();
    }
  }

  /** Looks for processes that stall or fall behind; called several times a second. */
  checkTime(now = performance.now()): void {
    for (const { encoder } of this.groups) if (encoder.isStuck(now)) void encoder.abort();
    const isBehind =
      this.current !== undefined && this.next === undefined && this.current.encoder.lagMs > BEHIND_MS;
    if (!isBehind) this.behindSince = undefined;
    else this.behindSince ??= now;
    if (this.behindSince !== undefined && now - this.behindSince > BEHIND_FOR_MS) this.dropDearest();
    for (const [name, until] of this.resting) if (until < now) this.resting.delete(name);
  }

  /** Programme time up to which the rungs have been given out. */
  endMs(): number {
    return Math.max(0, ...[...this.tracks.values()].map((track) => track.endMs ?? 0));
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await Promise.all([...this.groups].map(({ encoder }) => encoder.stop()));
  }

  /** Ends the open segments. */
  finish(untilMs?: number): void {
    for (const track of this.tracks.values()) track.finish(untilMs);
  }

  private allowed(): Set<string> {
    return new Set([...this.wanted].filter((name) => !this.resting.has(name)));
  }

  private apply(): void {
    if (this.next || this.stopped) return;
    const names = this.allowed();
    const present = this.current?.rungs ?? new Set();
    // Leaving waits for the boundary, and so does everything while a change is under way.
    if (names.size === 0 || isSame(names, present)) return;
    const group = this.start(names, (name) => (present.has(name) ? Infinity : this.startMs()));
    if (!group) return;
    if (this.current) this.next = group;
    else this.current = group;
  }

  private startMs(): number {
    return this.options.plan.current.startMs;
  }

  private start(names: Set<string>, fromOf: (name: string) => number): Group | undefined {
    const { ladder, log, follow, logger } = this.options;
    const head = log.videoFrom(this.startMs());
    const rungs = ladder.filter(({ name }) => names.has(name));
    if (!head) return undefined;
    const fromMs = log.firstFrameFrom(this.startMs()) ?? this.startMs();
    const keyFrames: KeyFrames = follow === 'source' ? { follow } : { follow, fromMs };
    const group: Group = {
      rungs: names,
      from: new Map(rungs.map(({ name }) => [name, fromOf(name)])),
      untilMs: Infinity,
      headCount: log.frameCount,
      encoder: (this.options.start ?? startEncoder)(
        encodePlan(rungs, keyFrames),
        head,
        {
          handleInit: (name, bytes, track) => this.track(name).handleInit(bytes, track),
          handleSamples: (name, samples, track) => {
            const own = samples.filter((sample) => {
              const ms = ((sample.decodeTime + sample.compositionOffset) * 1_000) / track.timescale;
              const begin = (group.from.get(name) ?? Infinity) - ROUNDING_MS;
              return ms >= begin && ms < group.untilMs - ROUNDING_MS;
            });
            if (own.length > 0) this.track(name).push(own, track);
          },
          handleExit: (end) => this.handleExit(group, end),
        },
        logger,
      ),
    };
    this.groups.add(group);
    return group;
  }

  private track(name: string): RenditionTrack {
    const known = this.tracks.get(name);
    if (known) return known;
    const track = new RenditionTrack(name, 'video', this.options.plan, this.options.out);
    this.tracks.set(name, track);
    return track;
  }

  private retire(group: Group | undefined, untilMs: number): void {
    if (group) group.untilMs = untilMs;
  }

  private handleExit(group: Group, end: FfmpegEnd & { asked: boolean }): void {
    this.groups.delete(group);
    if (this.stopped) return;
    const isNeeded = group === this.current || group === this.next;
    if (isNeeded && !end.asked) this.replace(group, end);
    for (const name of group.rungs) {
      if (this.current?.rungs.has(name) || this.next?.rungs.has(name)) continue;
      this.tracks.get(name)?.finish();
      this.options.out.stopped(name);
    }
  }

  /** Starts a dead group anew in the past; the cutters drop what viewers have. */
  private replace(group: Group, end: FfmpegEnd): void {
    const { out, logger } = this.options;
    const whose = blame(end);
    const detail = lastWords(end);
    logger.warn({ rungs: [...group.rungs], blame: whose, detail }, 'an encoder ended; starting it again');
    out.trouble({ what: 'restarted', blame: whose, rendition: [...group.rungs].join(','), detail });
    const now = performance.now();
    this.failures = [...this.failures.filter((at) => at > now - FAILURE_WINDOW_MS), now];
    if (this.next === group) this.next = undefined;
    if (this.current === group) {
      this.current = this.next;
      this.next = undefined;
      for (const name of this.current?.rungs ?? []) this.current?.from.set(name, this.startMs());
    }
    if (this.failures.length > MAX_FAILURES) this.giveUp(group, now);
    this.apply();
  }

  private giveUp(group: Group, now: number): void {
    this.failures = [];
    if (this.options.always.some((name) => group.rungs.has(name))) {
      return this.options.out.broken('the encoder ends again and again');
    }
    for (const name of group.rungs) this.resting.set(name, now + REST_MS);
  }

  private dropDearest(): void {
    this.behindSince = undefined;
    const { ladder, always, out, logger } = this.options;
    const candidates = ladder.filter(({ name }) => this.running.has(name) && !always.includes(name));
    const [dearest] = candidates.toSorted((a, b) => pixelRate(b) - pixelRate(a));
    if (!dearest) return;
    logger.warn(
      { rung: dearest.name, lagMs: this.current?.encoder.lagMs },
      'encoding falls behind; a rung is dropped',
    );
    this.resting.set(dearest.name, performance.now() + REST_MS);
    out.trouble({
      what: 'rung_dropped',
      blame: 'machine',
      rendition: dearest.name,
      detail: 'slower than real time',
    });
    // At once: two processes side by side are what the machine can bear least.
    const former = this.current;
    this.retire(former, -Infinity);
    this.current = undefined;
    this.apply();
    void former?.encoder.stop();
  }
}

function isSame(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  return a.size === b.size && [...a].every((name) => b.has(name));
}
