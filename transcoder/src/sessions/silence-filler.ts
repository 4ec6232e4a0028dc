import type { TimedSample } from '#hls';
import type { SlateMedia } from '../slate/slate-media.ts';
import type { SegmentPlan } from '../timeline/segment-plan.ts';
import type { RenditionTrack } from './rendition-track.ts';

/** Sound that has not come this long after the picture is missing; publishers interleave closer. */
const MISSING_MS = 800;
/** Silence stays this far behind the picture, so that sound that is only late still finds its place. */
const BEHIND_MS = 400;

/** Fills the sound's place while the publisher sends none: players would wait for it for ever. */
export class SilenceFiller {
  private readonly track: RenditionTrack;
  private readonly plan: SegmentPlan;
  private readonly media: () => SlateMedia | undefined;
  private readonly startMs: number;
  private newestSoundMs: number;

  constructor(track: RenditionTrack, plan: SegmentPlan, media: () => SlateMedia | undefined) {
    this.track = track;
    this.plan = plan;
    this.media = media;
    this.startMs = plan.current.startMs;
    this.newestSoundMs = plan.current.startMs;
  }

  /** A sound tag has arrived: its place is the encoder's to fill, and the silence before it ours. */
  handleSound(ms: number): void {
    if (ms - this.newestSoundMs > MISSING_MS) this.fillUntil(ms);
    this.newestSoundMs = Math.max(this.newestSoundMs, ms);
  }

  /** Puts silence where sound is missing; called several times a second. */
  fill(): void {
    const { horizonMs } = this.plan;
    if (horizonMs - this.newestSoundMs > MISSING_MS) this.fillUntil(horizonMs - BEHIND_MS);
  }

  private fillUntil(untilMs: number): void {
    const media = this.media();
    const packet = media?.samples[0];
    if (!media || !packet) return;
    const { timescale } = media.track;
    const samples: TimedSample[] = [];
    const untilTick = (untilMs * timescale) / 1_000 - packet.duration / 2;
    let tick = this.track.endTick ?? Math.round((this.startMs * timescale) / 1_000);
    for (; tick < untilTick; tick += packet.duration) samples.push({ ...packet, decodeTime: tick });
    if (samples.length === 0) return;
    this.track.push(samples, media.track);
  }
}
