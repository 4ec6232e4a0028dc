import { AUDIO_TAG, readAvcConfig, tagKind, type FlvTag } from '#flv';
import type { FeedAnchor } from '../feed/open-feed.ts';
import { TagLog } from '../feed/tag-log.ts';
import type { SourcePicture } from '../ladder/ladder.ts';

/** Programme time begins above zero, so that no decode time is negative. */
export const PROGRAMME_START_MS = 10_000;
/** Timestamps that leave the line by more than this begin a new stretch. */
const GAP_MS = 2_000;
const BACK_MS = 500;

/** What a tag means for whoever cuts the stream. */
export type Incoming = { kind: 'tag'; tag: FlvTag; breaks: boolean } | { kind: 'skip' };

/** One connection of the publisher on the programme's timeline: tags moved, logged, and checked for breaks. */
export class ProgrammeFeed {
  readonly connection: string;
  readonly log = new TagLog();
  /** Added to the publisher's timestamps. */
  private readonly offset: number;
  private readonly fallback: SourcePicture;
  private picture: SourcePicture | undefined;
  private config: Buffer | undefined;
  private readonly newest = new Map<number, number>();
  private reopened = false;

  constructor(connection: string, anchor: FeedAnchor, epochMs: number, fallback: SourcePicture) {
    this.connection = connection;
    this.offset = Math.round(anchor.mediaTime - anchor.pts - epochMs);
    this.fallback = fallback;
  }

  get source(): SourcePicture | undefined {
    return this.picture;
  }

  /** The same connection is read again: what was taken already will come a second time. */
  handleReopen(): void {
    this.reopened = true;
  }

  take(incoming: FlvTag, keepFromMs: number): Incoming {
    const kind = tagKind(incoming);
    const tag = { ...incoming, timestamp: Math.max(0, incoming.timestamp + this.offset) };
    if (kind === 'avc-config') return this.takePictureSetup(tag, keepFromMs);
    if (kind === 'other' || kind === 'metadata' || kind === 'end-of-sequence') return { kind: 'skip' };
    if (kind === 'aac-config') return this.keep(tag, keepFromMs, false);
    const before = this.newest.get(tag.type);
    if (this.reopened && before !== undefined && tag.timestamp <= before) return { kind: 'skip' };
    this.newest.set(tag.type, tag.timestamp);
    const step = before === undefined ? 0 : tag.timestamp - before;
    const breaks = tag.type !== AUDIO_TAG && (step > GAP_MS || step < -BACK_MS);
    return this.keep(tag, keepFromMs, breaks);
  }

  private takePictureSetup(tag: FlvTag, keepFromMs: number): Incoming {
    const isSame = this.config?.equals(tag.data) ?? false;
    const isFirst = this.config === undefined;
    this.config = tag.data;
    if (isSame) return { kind: 'skip' };
    const config = readAvcConfig(tag.data);
    if (config) {
      const { codecs, width, height, frameRate = this.fallback.frameRate } = config;
      this.picture = { codecs, width, height, frameRate };
    }
    return this.keep(tag, keepFromMs, !isFirst);
  }

  private keep(tag: FlvTag, keepFromMs: number, breaks: boolean): Incoming {
    this.log.add(tag, keepFromMs);
    return { kind: 'tag', tag, breaks };
  }
}
