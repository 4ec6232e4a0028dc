import { presentationTime, readAvcConfig, tagKind, type FlvTag } from '#flv';
import { readInitSegment, writeInitSegment, type TimedSample, type TrackInfo } from '#hls';

/** Ticks of a millisecond: the clock that HLS has always used for pictures. */
const TICKS_PER_MS = 90;
const TIMESCALE = 1_000 * TICKS_PER_MS;
/** An FLV picture tag: frame and codec, packet type, composition offset; then what MP4 holds as well. */
const TAG_HEADER_BYTES = 5;
/** Of the very last frame, when none has been seen to follow another. */
const USUAL_FRAME_MS = 33;

/** Where copied samples go. */
export interface CopySink {
  handleInit(bytes: Uint8Array, track: TrackInfo): void;
  push(samples: readonly TimedSample[], track: TrackInfo): void;
}

interface Held {
  timeMs: number;
  offsetMs: number;
  sync: boolean;
  data: Buffer;
}

/**
 * The source's picture as it is: FLV and MP4 hold H.264 in the same form, so that its frames only change their wrapping. A
 * frame waits for the next one, which tells how long it lasts.
 */
export class PictureCopier {
  private readonly sink: CopySink;
  private readonly track: TrackInfo;
  private held: Held | undefined;
  private frameMs = USUAL_FRAME_MS;

  private constructor(sink: CopySink, init: Uint8Array, track: TrackInfo) {
    this.sink = sink;
    this.track = track;
    sink.handleInit(init, track);
  }

  /** Begins with the set-up of the stream (`avc-config`); undefined when that cannot be read. */
  static begin(setup: FlvTag, sink: CopySink): PictureCopier | undefined {
    const picture = readAvcConfig(setup.data);
    if (!picture) return undefined;
    const { width, height } = picture;
    const config = setup.data.subarray(TAG_HEADER_BYTES);
    const init = writeInitSegment({ kind: 'video', timescale: TIMESCALE, width, height, config });
    const [track] = readInitSegment(init);
    return track && new PictureCopier(sink, init, track);
  }

  /** Takes a frame's tag, in decoding order. */
  take(tag: FlvTag): void {
    const data = tag.data.subarray(TAG_HEADER_BYTES);
    if (data.length === 0) return;
    const { held } = this;
    // Decode times only grow; a clock that stands still for a frame is helped on.
    const timeMs = Math.max(tag.timestamp, (held?.timeMs ?? -Infinity) + 1);
    const offsetMs = presentationTime(tag) - timeMs;
    this.held = { timeMs, offsetMs, sync: tagKind(tag) === 'key-frame', data };
    if (!held) return;
    this.frameMs = timeMs - held.timeMs;
    this.give(held);
  }

  /** Decode time at which the last frame ends, milliseconds. */
  get endMs(): number | undefined {
    return this.held && this.held.timeMs + this.frameMs;
  }

  /** Gives out the frame that waits, unless it is shown at `untilMs` or later. */
  finish(untilMs = Infinity): void {
    const { held } = this;
    this.held = undefined;
    if (held && held.timeMs + held.offsetMs < untilMs) this.give(held);
  }

  private give({ timeMs, offsetMs, sync, data }: Held): void {
    const sample: TimedSample = {
      data,
      sync,
      decodeTime: timeMs * TICKS_PER_MS,
      duration: this.frameMs * TICKS_PER_MS,
      compositionOffset: offsetMs * TICKS_PER_MS,
    };
    this.sink.push([sample], this.track);
  }
}
