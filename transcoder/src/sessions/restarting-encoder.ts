import type { Logger } from '#process';
import type { FfmpegPlan } from '../ffmpeg/arguments.ts';
import { blame, lastWords, type FfmpegEnd } from '../ffmpeg/blame.ts';
import { Encoder, type EncoderEvents } from './encoder.ts';
import type { StretchOutput } from './stretch-output.ts';

/** More restarts than this within the window mean that beginning in the past does not help. */
const MAX_RESTARTS = 3;
const WINDOW_MS = 30_000;

export interface RestartingEncoderOptions {
  name: string;
  plan: FfmpegPlan;
  /** What a fresh encoder must read first; undefined when the past is no longer kept. */
  head: () => Buffer[] | undefined;
  events: Pick<EncoderEvents, 'handleInit' | 'handleSamples'>;
  out: StretchOutput;
  logger: Logger;
}

/**
 * An encoder that is replaced when it dies or stalls. The new one begins in the past, and the cutter drops what viewers
 * have, so that they miss nothing. After too many replacements the stretch is given up.
 */
export class RestartingEncoder {
  private readonly options: RestartingEncoderOptions;
  private encoder: Encoder | undefined;
  private stopped = false;
  private restarts: number[] = [];

  constructor(options: RestartingEncoderOptions) {
    this.options = options;
    this.start();
  }

  write(bytes: Buffer, ms: number): void {
    this.encoder?.write(bytes, ms);
  }

  get lagMs(): number {
    return this.encoder?.lagMs ?? 0;
  }

  /** Replaces an encoder that is stuck; called several times a second. */
  checkTime(): void {
    if (!this.encoder?.isStuck()) return;
    this.options.logger.warn({ output: this.options.name }, 'ffmpeg stalls');
    void this.encoder.abort();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await this.encoder?.stop();
  }

  private start(): void {
    const { plan, head, events, logger, out } = this.options;
    const first = head();
    if (!first) return out.broken('the past is no longer kept');
    const encoder: Encoder = new Encoder(
      plan,
      first,
      {
        handleInit: (output, bytes, track) =>
          this.encoder === encoder && events.handleInit(output, bytes, track),
        handleSamples: (output, samples, track) =>
          this.encoder === encoder && events.handleSamples(output, samples, track),
        handleExit: (end) => this.handleExit(end),
      },
      logger,
    );
    this.encoder = encoder;
  }

  private handleExit(end: FfmpegEnd): void {
    if (this.stopped) return;
    const { name, out, logger } = this.options;
    const whose = blame(end);
    const detail = lastWords(end);
    logger.warn(
      { output: name, blame: whose, code: end.code, signal: end.signal, detail },
      'ffmpeg ended; starting it again',
    );
    out.trouble({ what: 'restarted', blame: whose, rendition: name, detail });
    const now = performance.now();
    this.restarts = [...this.restarts.filter((at) => at > now - WINDOW_MS), now];
    if (this.restarts.length > MAX_RESTARTS) {
      this.stopped = true;
      out.broken(`ffmpeg for ${name} ends again and again`);
      return;
    }
    this.start();
  }
}
