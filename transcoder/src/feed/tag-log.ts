import { flvHeader, presentationTime, tagKind, writeTag, type FlvTag } from '#flv';

/** A stream with far key frames at a high rate; beyond it nobody can join until the next key frame. */
const MAX_VIDEO_BYTES = 32 * 1024 * 1024;
/** What is kept although it was cut: an encoder that stalls is replaced after five seconds and must begin before them. */
const KEPT_MS = 9_000;

interface Logged {
  pts: number;
  key: boolean;
  bytes: Buffer;
}

/** The newest tags of a stream on the programme's timeline, so that an encoder can begin in the past. */
export class TagLog {
  private avcConfig: Buffer | undefined;
  private aacConfig: Buffer | undefined;
  private video: Logged[] = [];
  private sound: Logged[] = [];
  private videoBytes = 0;
  private frames = 0;

  /** Keeps a tag and gives its bytes. Key frames and frames older than `keepFromMs` are let go as whole groups. */
  add(tag: FlvTag, keepFromMs: number): Buffer {
    const bytes = writeTag(tag);
    const kind = tagKind(tag);
    if (kind === 'avc-config') this.avcConfig = bytes;
    else if (kind === 'aac-config') this.aacConfig = bytes;
    else if (kind === 'sound') this.addSound({ pts: tag.timestamp, key: true, bytes });
    else if (kind === 'key-frame' || kind === 'frame') {
      this.addVideo({ pts: presentationTime(tag), key: kind === 'key-frame', bytes }, keepFromMs);
    }
    return bytes;
  }

  /** Frames that have been added so far. */
  get frameCount(): number {
    return this.frames;
  }

  get hasSound(): boolean {
    return this.aacConfig !== undefined;
  }

  /** What a picture encoder must read to produce frames from `fromMs` on; undefined when that is no longer kept. */
  videoFrom(fromMs: number): Buffer[] | undefined {
    const start = this.video.findLastIndex((frame) => frame.key && frame.pts <= fromMs + 1);
    if (start === -1 || !this.avcConfig) return undefined;
    return [flvHeader(), this.avcConfig, ...this.video.slice(start).map(({ bytes }) => bytes)];
  }

  /** What a sound encoder must read to begin at about `fromMs`. */
  soundFrom(fromMs: number): Buffer[] {
    const late = this.sound.filter(({ pts }) => pts >= fromMs).map(({ bytes }) => bytes);
    return [flvHeader(), ...(this.aacConfig ? [this.aacConfig] : []), ...late];
  }

  /** Presentation time of the first kept frame at or after `ms`. */
  firstFrameFrom(ms: number): number | undefined {
    const later = this.video.filter(({ pts }) => pts >= ms).map(({ pts }) => pts);
    return later.length > 0 ? Math.min(...later) : undefined;
  }

  private addVideo(frame: Logged, keepFromMs: number): void {
    this.video.push(frame);
    this.frames += 1;
    this.videoBytes += frame.bytes.length;
    if (!frame.key && this.videoBytes <= MAX_VIDEO_BYTES) return;
    const keepMs = Math.min(keepFromMs, frame.pts - KEPT_MS);
    const start =
      this.videoBytes > MAX_VIDEO_BYTES
        ? this.video.findLastIndex(({ key }) => key)
        : this.video.findLastIndex(({ key, pts }) => key && pts <= keepMs + 1);
    for (const { bytes } of this.video.splice(0, Math.max(0, start))) this.videoBytes -= bytes.length;
    if (this.videoBytes > MAX_VIDEO_BYTES) {
      this.video = [];
      this.videoBytes = 0;
    }
  }

  private addSound(sound: Logged): void {
    this.sound.push(sound);
    const first = this.sound[0];
    if (first && sound.pts - first.pts > 2 * KEPT_MS) {
      this.sound = this.sound.filter(({ pts }) => pts > sound.pts - KEPT_MS);
    }
  }
}
