import {
  presentationTime,
  readAacConfig,
  readAvcConfig,
  tagKind,
  type AacConfig,
  type AvcConfig,
  type FlvTag,
} from '#flv';

/** Figures look back this far. */
const WINDOW_MS = 5_000;
const KEPT_INTERVALS = 4;
/** A gap this many frames long is a loss, not a wavering clock. */
const GAP_FRAMES = 1.6;
/** Beyond this the publisher paused; nothing was dropped. */
const PAUSE_MS = 3_000;
/** Sound may come this much apart before it counts as a gap. */
const AUDIO_GAP_MS = 200;

interface Sample {
  arrivedAt: number;
  timestamp: number;
  bytes: number;
}

/** What a stream's arrival looks like at this moment. */
export interface StreamFigures {
  video: (AvcConfig & { measuredFrameRate: number; bitrateKbps: number; bFrames: boolean }) | undefined;
  audio: (AacConfig & { bitrateKbps: number }) | undefined;
  /** Longest of the last distances between key frames, milliseconds; the open one counts once it is the longest. */
  keyFrameIntervalMs: number | undefined;
  shortestKeyFrameIntervalMs: number | undefined;
  framesDropped: number;
  /** Of these, within the window. */
  framesDroppedLately: number;
  audioGaps: number;
  jitterMs: number;
}

/** Measures a publisher's stream tag by tag. Times are milliseconds of a monotonic clock. */
export class StreamMeter {
  private avc: AvcConfig | undefined;
  private aac: AacConfig | undefined;
  private frames: Sample[] = [];
  private sounds: Sample[] = [];
  private keyFrameAt: number | undefined;
  private intervals: number[] = [];
  private bFrames = false;
  private framesDropped = 0;
  private drops: { at: number; count: number }[] = [];
  private audioGaps = 0;

  add(tag: FlvTag, arrivedAt: number): void {
    const kind = tagKind(tag);
    const sample = { arrivedAt, timestamp: tag.timestamp, bytes: tag.data.length };
    if (kind === 'avc-config') this.avc = readAvcConfig(tag.data) ?? this.avc;
    if (kind === 'aac-config') this.aac = readAacConfig(tag.data) ?? this.aac;
    if (kind === 'key-frame') this.countKeyFrame(tag.timestamp);
    if (kind === 'key-frame' || kind === 'frame') this.countFrame(tag, sample);
    if (kind === 'sound') this.countSound(sample);
  }

  figures(now: number): StreamFigures {
    forgetBefore(this.frames, now - WINDOW_MS);
    forgetBefore(this.sounds, now - WINDOW_MS);
    this.drops = this.drops.filter(({ at }) => at > now - WINDOW_MS);
    const newest = this.frames.at(-1)?.timestamp;
    const open = newest !== undefined && this.keyFrameAt !== undefined ? newest - this.keyFrameAt : 0;
    const longest = Math.max(0, ...this.intervals);
    return {
      video: this.avc && {
        ...this.avc,
        measuredFrameRate: frameRate(this.frames),
        bitrateKbps: bitrate(this.frames),
        bFrames: this.bFrames,
      },
      audio:
        this.aac && this.sounds.length > 0 ? { ...this.aac, bitrateKbps: bitrate(this.sounds) } : undefined,
      keyFrameIntervalMs: this.intervals.length > 0 || open > WINDOW_MS ? Math.max(longest, open) : undefined,
      shortestKeyFrameIntervalMs: this.intervals.length > 0 ? Math.min(...this.intervals) : undefined,
      framesDropped: this.framesDropped,
      framesDroppedLately: this.drops.reduce((sum, { count }) => sum + count, 0),
      audioGaps: this.audioGaps,
      jitterMs: jitter(this.frames),
    };
  }

  private countKeyFrame(timestamp: number): void {
    if (this.keyFrameAt !== undefined && timestamp > this.keyFrameAt) {
      this.intervals = [...this.intervals, timestamp - this.keyFrameAt].slice(-KEPT_INTERVALS);
    }
    this.keyFrameAt = timestamp;
  }

  private countFrame(tag: FlvTag, sample: Sample): void {
    if (presentationTime(tag) !== tag.timestamp) this.bFrames = true;
    const before = this.frames.at(-1);
    const expected = this.frames.length > 10 ? 1_000 / Math.max(frameRate(this.frames), 1) : undefined;
    const gap = before ? sample.timestamp - before.timestamp : 0;
    if (expected && gap > expected * GAP_FRAMES && gap < PAUSE_MS) {
      const count = Math.round(gap / expected) - 1;
      this.framesDropped += count;
      this.drops.push({ at: sample.arrivedAt, count });
    }
    push(this.frames, sample);
  }

  private countSound(sample: Sample): void {
    const before = this.sounds.at(-1);
    if (before && sample.timestamp - before.timestamp > AUDIO_GAP_MS) this.audioGaps += 1;
    push(this.sounds, sample);
  }
}

/** Keeps the window while nobody asks for figures. */
function push(samples: Sample[], sample: Sample): void {
  samples.push(sample);
  if (samples.length > 2_000) forgetBefore(samples, sample.arrivedAt - WINDOW_MS);
  if (samples.length > 4_000) samples.splice(0, 2_000);
}

function forgetBefore(samples: Sample[], at: number): void {
  const first = samples.findIndex((sample) => sample.arrivedAt >= at);
  samples.splice(0, first === -1 ? samples.length : first);
}

/** From the usual distance between timestamps, so that drops do not lower it. */
function frameRate(samples: Sample[]): number {
  const gaps = samples.slice(1).map((sample, index) => sample.timestamp - (samples[index]?.timestamp ?? 0));
  const usual = gaps.filter((gap) => gap > 0).toSorted((a, b) => a - b);
  const middle = usual.slice(Math.floor(usual.length / 4), Math.ceil((usual.length * 3) / 4));
  const sum = middle.reduce((total, gap) => total + gap, 0);
  return sum > 0 ? (1_000 * middle.length) / sum : 0;
}

function bitrate(samples: Sample[]): number {
  const [first, last] = [samples[0], samples.at(-1)];
  if (!first || !last || last.timestamp <= first.timestamp) return 0;
  const bytes = samples.slice(1).reduce((sum, sample) => sum + sample.bytes, 0);
  return Math.round((bytes * 8) / (last.timestamp - first.timestamp));
}

/** How far arrival wavers against the timestamps. */
function jitter(samples: Sample[]): number {
  const delays = samples.map((sample) => sample.arrivedAt - sample.timestamp);
  return delays.length > 1 ? Math.round(Math.max(...delays) - Math.min(...delays)) : 0;
}
