import { flvHeader, presentationTime, tagKind, writeTag, type FlvTag } from '#flv';

/** A stream with far key frames at a high rate; beyond it nobody can join until the next key frame. */
const MAX_VIDEO_BYTES = 32 * 1024 * 1024;
/** What is kept although it was cut: an encoder that stalls is replaced after five seconds and must begin before them. */
const KEPT_MS = 9_000;

interface Logged {
  pts: number;
  key: boolean;
  tag: FlvTag;
}

/** The newest tags of a stream on the programme's timeline, so that whoever works on them can begin in the past. */
export class TagLog {
  private avcConfig: FlvTag | undefined;
  private aacConfig: FlvTag | undefined;
  private video: Logged[] = [];
  private sound: Logged[] = [];
  private videoBytes = 0;
  private frames = 0;

  /** Keeps a tag. Key frames and frames older than `keepFromMs` are let go as whole groups. */
  add(tag: FlvTag, keepFromMs: number): void {
    const kind = tagKind(tag);
    if (kind === 'avc-config') this.avcConfig = tag;
    else if (kind === 'aac-config') this.aacConfig = tag;
    else if (kind === 'sound') this.addSound({ pts: tag.timestamp, key: true, tag });
    else if (kind === 'key-frame' || kind === 'frame') {
      this.addVideo({ pts: presentationTime(tag), key: kind === 'key-frame', tag }, keepFromMs);
    }
  }

  /** Frames that have been added so far. */
  get frameCount(): number {
    return this.frames;
  }

  get pictureSetup(): FlvTag | undefined {
    return this.avcConfig;
  }

  get soundSetup(): FlvTag | undefined {
    return this.aacConfig;
  }

  /** The frames that lead to those from `fromMs` on, from a key frame on; none when that is no longer kept. */
  framesFrom(fromMs: number): FlvTag[] {
    const start = this.video.findLastIndex((frame) => frame.key && frame.pts <= fromMs + 1);
    return start === -1 ? [] : this.video.slice(start).map(({ tag }) => tag);
  }

  /** The packets of sound from `fromMs` on. */
  packetsFrom(fromMs: number): FlvTag[] {
    return this.sound.filter(({ pts }) => pts >= fromMs).map(({ tag }) => tag);
  }

  /** What a picture encoder must read to produce frames from `fromMs` on; undefined when that is no longer kept. */
  videoFrom(fromMs: number): Buffer[] | undefined {
    const frames = this.framesFrom(fromMs);
    if (frames.length === 0 || !this.avcConfig) return undefined;
    return [flvHeader(), ...[this.avcConfig, ...frames].map(writeTag)];
  }

  /** What a sound encoder must read to begin at about `fromMs`. */
  soundFrom(fromMs: number): Buffer[] {
    const setup = this.aacConfig ? [this.aacConfig] : [];
    return [flvHeader(), ...[...setup, ...this.packetsFrom(fromMs)].map(writeTag)];
  }

  /** Presentation time of the first kept frame at or after `ms`. */
  firstFrameFrom(ms: number): number | undefined {
    const later = this.video.filter(({ pts }) => pts >= ms).map(({ pts }) => pts);
    return later.length > 0 ? Math.min(...later) : undefined;
  }

  private addVideo(frame: Logged, keepFromMs: number): void {
    this.video.push(frame);
    this.frames += 1;
    this.videoBytes += frame.tag.data.length;
    if (!frame.key && this.videoBytes <= MAX_VIDEO_BYTES) return;
    const keepMs = Math.min(keepFromMs, frame.pts - KEPT_MS);
    const start =
      this.videoBytes > MAX_VIDEO_BYTES
        ? this.video.findLastIndex(({ key }) => key)
        : this.video.findLastIndex(({ key, pts }) => key && pts <= keepMs + 1);
    for (const { tag } of this.video.splice(0, Math.max(0, start))) this.videoBytes -= tag.data.length;
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
