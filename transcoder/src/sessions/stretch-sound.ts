import { writeTag, type FlvTag } from '#flv';
import type { TimedSample } from '#hls';
import type { Logger } from '#process';
import { SoundCopier } from '../copy/sound-copier.ts';
import { inStepWith, isUsualSound, SOUND_INIT, SOUND_TRACK } from '../copy/sound-setup.ts';
import type { TagLog } from '../feed/tag-log.ts';
import { audioPlan } from '../ffmpeg/arguments.ts';
import type { SlateMedia } from '../slate/slate-media.ts';
import type { SegmentPlan } from '../timeline/segment-plan.ts';
import { RenditionTrack } from './rendition-track.ts';
import { RestartingEncoder } from './restarting-encoder.ts';
import { SilenceFiller } from './silence-filler.ts';
import type { StretchOutput } from './stretch-output.ts';

/** The sound encoder's delay and its resampler's; earlier output is cut away. */
const SOUND_LEAD_MS = 100;

export interface StretchSoundOptions {
  plan: SegmentPlan;
  log: TagLog;
  /** Stands in for sound that does not come; undefined while it is being made. */
  silence: () => SlateMedia | undefined;
  out: StretchOutput;
  logger: Logger;
}

/**
 * The sound of a stretch: copied where players can take it as it comes, encoded where its form or its clock does not allow
 * that, and silence where there is none.
 */
export class StretchSound {
  private readonly options: StretchSoundOptions;
  private readonly track: RenditionTrack;
  private readonly filler: SilenceFiller;
  private copier: SoundCopier | undefined;
  private encoder: RestartingEncoder | undefined;
  /** Ticks by which the present encoder's packets are moved, once it has given some. */
  private shift: number | undefined;

  constructor(options: StretchSoundOptions) {
    const { plan, log, silence, out } = options;
    this.options = options;
    this.track = new RenditionTrack('audio', 'audio', plan, out);
    this.track.handleInit(SOUND_INIT, SOUND_TRACK);
    this.filler = new SilenceFiller(this.track, plan, silence);
    if (log.soundSetup) this.begin(log.soundSetup);
  }

  /** Programme time up to which packets have been taken. */
  get endMs(): number | undefined {
    return this.track.endMs;
  }

  /** The publisher says what its sound is, for the first time or again. */
  handleSetup(tag: FlvTag): void {
    if (this.encoder) this.encoder.write(writeTag(tag), tag.timestamp);
    else if (!this.copier) this.begin(tag);
    else if (!isUsualSound(tag)) this.encode();
  }

  handlePacket(tag: FlvTag): void {
    this.filler.handleSound(tag.timestamp);
    this.encoder?.write(writeTag(tag), tag.timestamp);
    this.copier?.take(tag);
    if (!this.copier?.isWavering) return;
    this.options.logger.info("the publisher's sound comes at a wavering pace; it is encoded from here on");
    this.encode();
  }

  /** Takes what waited for the plan; to be called when the plan has advanced. */
  drain(): void {
    this.track.drain();
  }

  checkTime(): void {
    this.encoder?.checkTime();
    this.filler.fill();
  }

  /** Gives out what is left before `untilMs`, but nothing of the segment `unshown`. */
  finish(untilMs?: number, unshown?: number): void {
    this.track.finish(untilMs, unshown);
  }

  async stop(): Promise<void> {
    await this.encoder?.stop();
  }

  private begin(setup: FlvTag): void {
    if (!isUsualSound(setup)) return this.encode();
    const { log, plan, silence } = this.options;
    this.copier = new SoundCopier(this.track, () => silence()?.samples[0]);
    for (const tag of log.packetsFrom(plan.current.startMs - SOUND_LEAD_MS)) this.copier.take(tag);
  }

  private encode(): void {
    const { log, plan, out, logger } = this.options;
    this.copier = undefined;
    this.encoder = new RestartingEncoder({
      name: 'audio',
      plan: audioPlan(),
      head: () => log.soundFrom((this.track.endMs ?? plan.current.startMs) - SOUND_LEAD_MS),
      events: {
        // A new process; its set-up is the one that players have.
        handleInit: () => (this.shift = undefined),
        handleSamples: (_output, samples) => this.pushEncoded(samples),
      },
      out,
      logger,
    });
  }

  private pushEncoded(samples: readonly TimedSample[]): void {
    const firstTick = samples[0]?.decodeTime ?? 0;
    const shift = (this.shift ??= inStepWith(this.track.endTick, firstTick) - firstTick);
    const moved = samples.map((sample) => ({ ...sample, decodeTime: sample.decodeTime + shift }));
    this.track.push(moved, SOUND_TRACK);
  }
}
