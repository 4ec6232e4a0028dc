import { presentationTime, tagKind, type FlvTag } from '#flv';
import type { Logger } from '#process';
import { PictureCopier } from '../copy/picture-copier.ts';
import { GRID_MS } from '../ffmpeg/arguments.ts';
import type { TagLog } from '../feed/tag-log.ts';
import { encodedTop, ladderBelow, type Rung, type SourcePicture } from '../ladder/ladder.ts';
import { BoundaryChooser, LONGEST_SEGMENT_MS } from '../timeline/choose-boundary.ts';
import { SegmentPlan, type SegmentNumbers } from '../timeline/segment-plan.ts';
import { EncodeBoard } from './encode-board.ts';
import { RenditionTrack } from './rendition-track.ts';
import type { StretchOutput } from './stretch-output.ts';
import { StretchSound } from './stretch-sound.ts';
import type { SlateMedia } from '../slate/slate-media.ts';

/** `copy`: the top rung is the source itself; `grid`: its key frames are too far apart and it is encoded. */
export type StretchMode = 'copy' | 'grid';

export interface LiveStretchOptions {
  mode: StretchMode;
  source: SourcePicture;
  startMs: number;
  discontinuity: boolean;
  numbers: SegmentNumbers;
  log: TagLog;
  /** Encoded rungs below the top that run from the beginning. */
  wanted: readonly string[];
  pinned: readonly string[];
  /** Stands in for sound that does not come; undefined while it is being made. */
  silence: () => SlateMedia | undefined;
  /** Short side of an encoded top rung. */
  topSide: number;
  out: StretchOutput;
  logger: Logger;
}

/** How the source stands to its key frames after a tag. */
export type TagOutcome = { kind: 'fine' } | { kind: 'key frames too far apart'; fromMs: number };

/** A continuous piece of the programme: one timeline, one set of encodings, one plan of segments. */
export class LiveStretch {
  readonly mode: StretchMode;
  private readonly options: LiveStretchOptions;
  private readonly plan: SegmentPlan;
  private readonly chooser = new BoundaryChooser();
  private readonly board: EncodeBoard;
  private readonly copy: { copier: PictureCopier; track: RenditionTrack } | undefined;
  private readonly sound: StretchSound;
  private over = false;

  constructor(options: LiveStretchOptions) {
    const { mode, source, startMs, discontinuity, numbers, log, out, logger } = options;
    this.options = options;
    this.mode = mode;
    this.plan = new SegmentPlan(numbers, startMs, discontinuity);
    this.plan.advance(startMs);
    const top: Rung[] = mode === 'grid' ? [encodedTop(source, options.topSide)] : [];
    this.board = new EncodeBoard({
      ladder: [...top, ...ladderBelow(source)],
      always: [...top.map(({ name }) => name), ...options.pinned],
      follow: mode === 'grid' ? 'grid' : 'source',
      plan: this.plan,
      log,
      wanted: options.wanted,
      out,
      logger,
    });
    if (mode === 'copy') this.copy = this.startCopy();
    this.sound = new StretchSound({ plan: this.plan, log, silence: options.silence, out, logger });
  }

  get running(): ReadonlySet<string> {
    return this.board.running;
  }

  want(names: Iterable<string>): void {
    if (!this.over) this.board.want(names);
  }

  /** Takes a tag on the programme's timeline. */
  handleTag(tag: FlvTag): TagOutcome {
    if (this.over) return { kind: 'fine' };
    const kind = tagKind(tag);
    if (kind === 'sound') this.sound.handlePacket(tag);
    if (kind === 'aac-config') this.sound.handleSetup(tag);
    if (kind !== 'key-frame' && kind !== 'frame') return { kind: 'fine' };
    const ms = presentationTime(tag);
    this.planBoundary(kind === 'key-frame', tag.timestamp, ms);
    this.plan.advance(tag.timestamp);
    this.copy?.copier.take(tag);
    this.board.write(tag, ms);
    this.sound.drain();
    const { startMs } = this.plan.current;
    if (this.mode === 'copy' && ms - startMs > LONGEST_SEGMENT_MS) {
      const givenMs = this.copy?.track.flushedMs ?? startMs;
      const fromMs = this.options.log.firstFrameFrom(Math.max(startMs + WHOLE_PARTS_MS, givenMs)) ?? ms;
      return { kind: 'key frames too far apart', fromMs };
    }
    return { kind: 'fine' };
  }

  checkTime(): void {
    if (this.over) return;
    this.sound.checkTime();
    this.board.checkTime();
  }

  /** Start of the open segment: the log must keep what leads to it. */
  get keepFromMs(): number {
    return this.plan.current.startMs;
  }

  /** Programme time up to which some rendition has been given out. */
  get endMs(): number {
    const { copy, sound, board } = this;
    return Math.max(copy?.copier.endMs ?? copy?.track.endMs ?? 0, sound.endMs ?? 0, board.endMs());
  }

  /**
   * Ends the stretch: what is left before `untilMs` is given out, encoders go. A segment that has only just begun, and of
   * which no rendition has shown a part, is left out everywhere: some would have it and some not.
   */
  finish(untilMs?: number): Promise<void> {
    if (this.over) return Promise.resolve();
    this.over = true;
    this.copy?.copier.finish(untilMs);
    const { msn } = this.plan.current;
    const unshown = this.options.numbers.isUsed(msn) ? undefined : msn;
    this.copy?.track.finish(untilMs, unshown);
    this.sound.finish(untilMs, unshown);
    this.board.finish(untilMs, unshown);
    return Promise.all([this.sound.stop(), this.board.stop()]).then(() => undefined);
  }

  private planBoundary(isKey: boolean, decodeMs: number, ms: number): void {
    const { startMs } = this.plan.current;
    if (this.mode === 'copy') {
      if (!isKey || ms <= startMs || !this.chooser.isBoundary(ms, startMs)) return;
      this.board.handleBoundary(this.plan.begin(ms));
      return;
    }
    const grid = (Math.floor(startMs / GRID_MS) + 1) * GRID_MS;
    // Every frame before the grid has been seen once decoding has come this far.
    if (decodeMs >= grid) this.board.handleBoundary(this.plan.begin(grid));
  }

  private startCopy() {
    const { out, log } = this.options;
    const track = new RenditionTrack('source', 'video', this.plan, out);
    const copier = log.pictureSetup && PictureCopier.begin(log.pictureSetup, track);
    for (const tag of log.framesFrom(this.plan.current.startMs)) copier?.take(tag);
    return copier && { copier, track };
  }
}

/** Length of a segment without a key frame when it is left for an encoded one. */
const WHOLE_PARTS_MS = 3_000;
