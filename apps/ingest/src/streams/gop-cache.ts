import { tagKind, writeTag, type FlvTag } from '#flv';

/** OBS's default leaves 8.3 s between key frames; a stream at 20 Mbit/s then needs this much. */
const MAX_BYTES = 24 * 1024 * 1024;

/** What a reader that joins now needs: the set-ups and everything since the newest key frame. */
export class GopCache {
  private readonly setups = new Map<'metadata' | 'avc-config' | 'aac-config', Buffer>();
  private group: Buffer[] = [];
  private bytes = 0;

  /** Keeps what the tag changes; gives the tag as FLV bytes. */
  add(tag: FlvTag): Buffer {
    const kind = tagKind(tag);
    const written = writeTag(tag);
    if (kind === 'metadata' || kind === 'avc-config' || kind === 'aac-config') {
      this.setups.set(kind, written);
      return written;
    }
    if (kind === 'key-frame') this.clearGroup();
    if (kind === 'key-frame' || this.group.length > 0) this.keep(written);
    return written;
  }

  /** False until the first key frame, and while a group is too large to be kept. */
  get isJoinable(): boolean {
    return this.group.length > 0;
  }

  /** The bytes a joining reader begins with, after the FLV header. */
  snapshot(): Buffer[] {
    const order = ['metadata', 'avc-config', 'aac-config'] as const;
    return [...order.flatMap((kind) => this.setups.get(kind) ?? []), ...this.group];
  }

  /** Drops the frames, so that the next key frame begins anew. */
  restart(): void {
    this.clearGroup();
  }

  private keep(written: Buffer): void {
    this.group.push(written);
    this.bytes += written.length;
    if (this.bytes > MAX_BYTES) this.clearGroup();
  }

  private clearGroup(): void {
    this.group = [];
    this.bytes = 0;
  }
}
