import type { TranscodeJob } from '#contracts';
import type { Logger } from '#process';
import { ladderBelow, type SourcePicture } from '../ladder/ladder.ts';
import type { SlateMedia, SlateShelf } from '../slate/slate-media.ts';
import { SlateStretch } from '../slate/slate-stretch.ts';
import type { SegmentNumbers } from '../timeline/segment-plan.ts';
import type { LadderBook } from './ladder-book.ts';
import type { StretchOutput } from './stretch-output.ts';

const RETRY_SILENCE_MS = 5_000;

export interface SessionSlateOptions {
  job: Pick<TranscodeJob, 'width' | 'height'>;
  slates: SlateShelf;
  ladder: LadderBook;
  numbers: SegmentNumbers;
  out: StretchOutput;
  logger: Logger;
  stopped: AbortSignal;
}

/** "Be right back" of one session: its pictures are made ready early, and shown while the publisher is gone. */
export class SessionSlate {
  private readonly options: SessionSlateOptions;
  private stretch: SlateStretch | undefined;
  private coming = false;
  private sound: SlateMedia | undefined;

  constructor(options: SessionSlateOptions) {
    this.options = options;
    this.fetchSilence();
  }

  get isOn(): boolean {
    return this.stretch !== undefined;
  }

  /** A packet without sound; undefined while it is being made. */
  get silence(): SlateMedia | undefined {
    return this.sound;
  }

  /** Makes the pictures of a ladder ready. */
  prepare(source: SourcePicture): void {
    const { slates, logger, stopped } = this.options;
    if (stopped.aborted) return;
    const sizes = [source, ...ladderBelow(source)];
    void sizes
      .reduce(
        (before, { width, height }) => before.then(() => slates.picture(width, height)),
        slates.silence(),
      )
      .catch((err: unknown) => logger.warn({ err }, 'a slate could not be made ready'));
  }

  /**
   * Shows the slate in these renditions. The publisher may come back while its pictures are made: `begin` says then where it
   * begins (programme milliseconds), or that it is not wanted any more.
   */
  async show(names: ReadonlySet<string>, begin: () => number | undefined): Promise<void> {
    if (this.coming) return;
    this.coming = true;
    try {
      const media = await this.mediaOf(names);
      const startMs = this.stretch ? undefined : begin();
      if (startMs === undefined) return;
      const { numbers, out, logger } = this.options;
      this.stretch = new SlateStretch({ startMs, numbers, out });
      for (const [name, one] of media) this.stretch.add(name, one);
      logger.info({ startMs }, 'slate');
    } catch (err) {
      this.options.logger.error({ err }, 'the slate could not be shown');
    } finally {
      this.coming = false;
    }
  }

  /** Gives out what is due at `nowMs` of programme time. */
  advance(nowMs: number): void {
    this.stretch?.advance(nowMs);
  }

  /** Shows the slate in these rungs too. */
  async want(names: readonly string[]): Promise<void> {
    const { stretch } = this;
    if (!stretch) return;
    const { ladder, slates, job } = this.options;
    const missing = names.filter((name) => !stretch.running.has(name) && ladder.sizeOf(name));
    for (const name of missing) {
      const { width, height } = ladder.sizeOf(name) ?? job;
      const media = await slates.picture(width, height);
      if (this.stretch === stretch) stretch.add(name, media);
    }
  }

  end(): void {
    this.stretch?.finish();
    this.stretch = undefined;
  }

  private async mediaOf(names: ReadonlySet<string>) {
    const { slates, job, ladder } = this.options;
    const pictures = [...names].map(async (name) => {
      const { width, height } = ladder.sizeOf(name) ?? job;
      return [name, await slates.picture(width, height)] as const;
    });
    const media = await Promise.all(pictures);
    return [...media, ['audio', await slates.silence()] as const];
  }

  private fetchSilence(): void {
    const { slates, logger, stopped } = this.options;
    slates.silence().then(
      (media) => (this.sound = media),
      (err: unknown) => {
        logger.error({ err }, 'there is no silence to fill gaps with; trying again');
        if (!stopped.aborted) setTimeout(() => this.fetchSilence(), RETRY_SILENCE_MS).unref();
      },
    );
  }
}
