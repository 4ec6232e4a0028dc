import { writeTag, type FlvTag } from '#flv';
import type { Logger } from '#process';
import type { KeyFrames } from '../ffmpeg/arguments.ts';
import { blame, lastWords, type FfmpegEnd } from '../ffmpeg/blame.ts';
import type { TagLog } from '../feed/tag-log.ts';
import { pixelRate, type Rung } from '../ladder/ladder.ts';
import type { PlannedSegment, SegmentPlan } from '../timeline/segment-plan.ts';
import { EncodeGroup } from './encode-group.ts';
import type { StartEncoder } from './encoder.ts';
import { RenditionTrack } from './rendition-track.ts';
import type { StretchOutput } from './stretch-output.ts';

/** Output this far behind input for this long is falling behind real time. */
const BEHIND_MS = 1_500;
const BEHIND_FOR_MS = 5_000;
/** A rung that was dropped is not tried again sooner. */
const REST_MS = 60_000;
const MAX_FAILURES = 3;
const FAILURE_WINDOW_MS = 30_000;

export interface EncodeBoardOptions {
  ladder: readonly Rung[];
  /** Rungs that run whether or not anybody asks. */
  always: readonly string[];
  follow: KeyFrames['follow'];
  plan: SegmentPlan;
  log: TagLog;
  /** Rungs that somebody plays already. */
  wanted?: readonly string[];
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
  private readonly groups = new Set<EncodeGroup>();
  private current: EncodeGroup | undefined;
  private next: EncodeGroup | undefined;
  private wanted = new Set<string>();
  private behindSince: number | undefined;
  private failures: number[] = [];
  private stopped = false;
  private readonly firstMs: number;

  constructor(options: EncodeBoardOptions) {
    this.options = options;
    this.firstMs = options.plan.current.startMs;
    this.want(options.wanted ?? []);
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
  handleBoundary({ startMs }: PlannedSegment): void {
    if (this.next) {
      this.next.takeOver(startMs);
      this.current?.retire(startMs);
      this.current = this.next;
      this.next = undefined;
    } else if (this.current && this.allowed().size === 0) {
      this.current.retire(startMs);
      this.current = undefined;
    }
    this.apply();
  }

  /** A frame, with its presentation time. */
  write(tag: FlvTag, ms: number): void {
    if (this.groups.size === 0) return;
    const bytes = writeTag(tag);
    for (const group of this.groups) group.write(bytes, tag.timestamp, ms);
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

  /** Ends the open segments; nothing of the segment `unshown` is given out. */
  finish(untilMs?: number, unshown?: number): void {
    for (const track of this.tracks.values()) track.finish(untilMs, unshown);
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
    const group = this.start(names, (name) => (present.has(name) ? Infinity : this.resumeMs(name)));
    if (!group) return;
    this.groups.add(group);
    if (!this.current) {
      this.current = group;
      return;
    }
    group.follow(this.current);
    this.next = group;
  }

  private start(names: ReadonlySet<string>, fromOf: (name: string) => number): EncodeGroup | undefined {
    const { ladder, log, follow, logger, start } = this.options;
    const rungs = ladder.filter(({ name }) => names.has(name));
    const from = new Map(rungs.map(({ name }) => [name, fromOf(name)]));
    const nearestMs = this.startMs();
    const beginMs = Math.min(nearestMs, ...from.values());
    return EncodeGroup.begin(
      {
        ...{ rungs, from, beginMs, follow, log, logger, start },
        trackOf: (name) => this.track(name),
        onExit: (group, end) => this.handleExit(group, end),
      },
      nearestMs,
    );
  }

  private startMs(): number {
    return this.options.plan.current.startMs;
  }

  /** Where a rung must go on: after what viewers have of its open segment, else at the plan's. */
  private resumeMs(name: string): number {
    const track = this.tracks.get(name);
    // A rung that must run and has given nothing yet still owes the stretch's beginning.
    const owed = this.options.always.includes(name) && track?.endMs === undefined ? this.firstMs : Infinity;
    return Math.min(track?.resumeMs ?? owed, this.startMs());
  }

  private track(name: string): RenditionTrack {
    const known = this.tracks.get(name);
    if (known) return known;
    const track = new RenditionTrack(name, 'video', this.options.plan, this.options.out);
    this.tracks.set(name, track);
    return track;
  }

  private handleExit(group: EncodeGroup, end: FfmpegEnd & { asked: boolean }): void {
    this.groups.delete(group);
    if (this.stopped) return;
    for (const heir of this.groups) heir.handleGone(group);
    const isNeeded = group === this.current || group === this.next;
    if (isNeeded && !end.asked) this.replace(group, end);
    for (const name of group.rungs) {
      if (this.current?.rungs.has(name) || this.next?.rungs.has(name)) continue;
      this.tracks.get(name)?.endSegment();
      this.options.out.stopped(name);
    }
  }

  /** Starts a dead group anew in the past; the cutters drop what viewers have. */
  private replace(group: EncodeGroup, end: FfmpegEnd): void {
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
      this.current?.inherit((name) => this.resumeMs(name));
    }
    if (this.failures.length > MAX_FAILURES) this.giveUp(group, now);
    this.apply();
  }

  private giveUp(group: EncodeGroup, now: number): void {
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
    former?.retire(-Infinity);
    this.current = undefined;
    this.apply();
    void former?.encoder.stop();
  }
}

function isSame(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  return a.size === b.size && [...a].every((name) => b.has(name));
}
