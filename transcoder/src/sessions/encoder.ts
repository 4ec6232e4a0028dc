import type { TimedSample, TrackInfo } from '#hls';
import type { Logger } from '#process';
import type { FfmpegPlan } from '../ffmpeg/arguments.ts';
import type { FfmpegEnd } from '../ffmpeg/blame.ts';
import { runFfmpeg, type RunningFfmpeg } from '../ffmpeg/run-ffmpeg.ts';

/** No output for this long while input flows is a stall. */
const STALL_MS = 5_000;
/** Output may be this far behind input before silence means anything. */
const SLACK_MS = 1_000;
/** What an encoder may leave unread before it is given up. */
const MAX_UNREAD_BYTES = 24 * 1024 * 1024;

export interface EncoderEvents {
  handleInit(output: string, bytes: Uint8Array, track: TrackInfo): void;
  handleSamples(output: string, samples: TimedSample[], track: TrackInfo): void;
  /** Called once. `asked` when we ended it ourselves. */
  handleExit(end: FfmpegEnd & { asked: boolean }): void;
}

/** What a stretch needs of an encoder. */
export type RunningEncoder = Pick<Encoder, 'write' | 'end' | 'stop' | 'abort' | 'lagMs' | 'isStuck'>;

/** Starts an encoder; tests give their own. */
export type StartEncoder = (
  plan: FfmpegPlan,
  head: Buffer[],
  events: EncoderEvents,
  logger: Logger,
) => RunningEncoder;

/** Starts ffmpeg. */
export const startEncoder: StartEncoder = (plan, head, events, logger) =>
  new Encoder(plan, head, events, logger);

/** One ffmpeg with an eye on its pace. Input may be given before the process runs. */
export class Encoder {
  private readonly events: EncoderEvents;
  private process: RunningFfmpeg | undefined;
  private early: Buffer[] | undefined;
  private endAsked = false;
  private asked = false;
  private over = false;
  private aborted = false;
  private newestInMs = -Infinity;
  private newestOutMs = -Infinity;
  private lastOutputAt: number;
  readonly exited: Promise<void>;

  constructor(plan: FfmpegPlan, head: Buffer[], events: EncoderEvents, logger: Logger) {
    this.events = events;
    this.early = [Buffer.concat(head)];
    this.lastOutputAt = performance.now();
    this.exited = this.run(plan, logger);
  }

  /** Gives it a tag; `ms` is the tag's presentation time. */
  write(bytes: Buffer, ms: number): void {
    if (this.endAsked) return;
    if (this.newestInMs === -Infinity) this.lastOutputAt = performance.now();
    this.newestInMs = Math.max(this.newestInMs, ms);
    if (this.early) this.early.push(bytes);
    else this.process?.write(bytes);
  }

  /** How far its output is behind its input, milliseconds. */
  get lagMs(): number {
    return this.newestOutMs === -Infinity ? 0 : Math.max(0, this.newestInMs - this.newestOutMs);
  }

  get isOver(): boolean {
    return this.over;
  }

  /** Whether it gives nothing although it has been given plenty, or leaves too much unread. */
  isStuck(now = performance.now()): boolean {
    if (this.over || this.aborted) return false;
    if ((this.process?.unreadBytes ?? 0) > MAX_UNREAD_BYTES) return true;
    return this.newestInMs - this.newestOutMs > SLACK_MS && now - this.lastOutputAt > STALL_MS;
  }

  /** No more input; what it holds still comes. */
  end(): void {
    this.endAsked = true;
    this.asked = true;
    if (!this.early) this.process?.end();
  }

  /** Ends it at once because it misbehaves. */
  async abort(): Promise<void> {
    if (this.aborted) return;
    this.aborted = true;
    this.endAsked = true;
    await this.process?.kill();
  }

  /** Ends it at once because it is not needed. */
  async stop(): Promise<void> {
    this.asked = true;
    this.endAsked = true;
    await this.process?.kill();
    await this.exited;
  }

  private async run(plan: FfmpegPlan, logger: Logger): Promise<void> {
    let end: FfmpegEnd;
    try {
      this.process = await runFfmpeg(
        plan,
        {
          handleInit: (output, bytes, track) => this.events.handleInit(output, bytes, track),
          handleSamples: (output, samples, track) => this.pass(output, samples, track),
          handleExit: () => undefined,
        },
        logger,
      );
      for (const bytes of this.early ?? []) this.process.write(bytes);
      this.early = undefined;
      if (this.endAsked) this.process.end();
      end = await this.process.exited;
    } catch (err) {
      end = { code: null, signal: null, lines: [String(err)] };
    }
    this.over = true;
    this.events.handleExit({ ...end, asked: this.asked });
  }

  private pass(output: string, samples: TimedSample[], track: TrackInfo): void {
    const last = samples.at(-1);
    if (last) {
      const ms = ((last.decodeTime + last.compositionOffset) * 1_000) / track.timescale;
      this.newestOutMs = Math.max(this.newestOutMs, ms);
      this.lastOutputAt = performance.now();
    }
    this.events.handleSamples(output, samples, track);
  }
}
