import { flvHeader, presentationTime, readAvcConfig, tagKind, type AvcConfig, type FlvTag } from '#flv';
import { StreamMeter } from '../health/stream-meter.ts';
import { checkTag, NO_VIDEO, type Refusal } from './check-codecs.ts';
import { GopCache } from './gop-cache.ts';
import { ProgrammeClock } from './programme-clock.ts';

/** A publisher that sends sound only is given this long to add a picture. */
const NO_VIDEO_AFTER_MS = 8_000;
/** A reader with this much unread is cut off; it asks again and begins at the newest key frame. */
const MAX_UNREAD_BYTES = 16 * 1024 * 1024;

/** Somebody who takes a stream as FLV. */
export interface FeedReader {
  readonly unreadBytes: number;
  write(bytes: Buffer): void;
  /** There will be nothing more from this connection. */
  end(): void;
  /** Too slow. */
  cut(): void;
}

/** What a stream tells its owner. */
export interface LiveStreamEvents {
  /** The first key frame of a picture that browsers can play. */
  onUsable(picture: AvcConfig): void;
  onRefused(refusal: Refusal): void;
  /** The publisher's clock was measured, or began anew. */
  onClock(): void;
}

/** The stream of one connection: checked, measured, and passed on to readers. */
export class LiveStream {
  readonly meter = new StreamMeter();
  readonly clock = new ProgrammeClock();
  private readonly events: LiveStreamEvents;
  private readonly cache = new GopCache();
  private readonly readers = new Set<FeedReader>();
  private readonly openedAt = performance.now();
  private picture: AvcConfig | undefined;
  private usable = false;
  private refused = false;

  constructor(events: LiveStreamEvents) {
    this.events = events;
  }

  /** Since when nobody has read a stream that could be read; milliseconds of the monotonic clock. */
  unreadSince: number | undefined;

  /** Whether a reader can begin now. */
  get isJoinable(): boolean {
    return this.usable && this.cache.isJoinable;
  }

  handleTag(tag: FlvTag): void {
    if (this.refused) return;
    const refusal = checkTag(tag);
    if (refusal) return this.refuse(refusal);
    const kind = tagKind(tag);
    if (kind === 'other' || kind === 'end-of-sequence') return;
    this.meter.add(tag, performance.now());
    if (kind === 'avc-config') this.picture = readAvcConfig(tag.data);
    if (kind === 'key-frame' || kind === 'frame') this.keepTime(tag);
    const bytes = this.cache.add(tag);
    for (const reader of this.readers) this.pass(reader, bytes);
    if (kind === 'key-frame' && !this.usable && this.picture) {
      this.usable = true;
      this.unreadSince = performance.now();
      this.events.onUsable(this.picture);
    }
  }

  /** Called every second. */
  checkTime(): void {
    if (!this.picture && performance.now() - this.openedAt > NO_VIDEO_AFTER_MS) this.refuse(NO_VIDEO);
  }

  /** Begins a reader at the newest key frame. False when there is none yet. */
  attach(reader: FeedReader): boolean {
    if (!this.isJoinable) return false;
    reader.write(Buffer.concat([flvHeader(), ...this.cache.snapshot()]));
    this.readers.add(reader);
    this.unreadSince = undefined;
    return true;
  }

  detach(reader: FeedReader): void {
    this.readers.delete(reader);
    if (this.readers.size === 0) this.unreadSince ??= performance.now();
  }

  /** Ends all readers: the publisher has left. */
  end(): void {
    for (const reader of this.readers) reader.end();
    this.readers.clear();
  }

  private keepTime(tag: FlvTag): void {
    const outcome = this.clock.add(presentationTime(tag), Date.now());
    // Readers take the new clock with a new connection.
    if (outcome === 'jumped') {
      this.end();
      this.cache.restart();
    }
    if (outcome !== 'steady') this.events.onClock();
  }

  private pass(reader: FeedReader, bytes: Buffer): void {
    reader.write(bytes);
    if (reader.unreadBytes <= MAX_UNREAD_BYTES) return;
    this.detach(reader);
    reader.cut();
  }

  private refuse(refusal: Refusal): void {
    if (this.refused) return;
    this.refused = true;
    this.end();
    this.events.onRefused(refusal);
  }
}
