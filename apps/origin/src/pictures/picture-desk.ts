import { boundedCache } from '#process';
import { placeSegments } from '../playlists/media-time.ts';
import { storeKeys } from '../streams/media-names.ts';
import type { ShowStream } from '../streams/show-stream.ts';
import { ShowPictures } from './show-pictures.ts';
import type { ShowPictureParts } from './show-pictures.ts';
import { PictureIndex, renderStoryboard } from './storyboard.ts';

/** Finished shows whose list of pictures stays in memory. */
const INDEXES_IN_MEMORY = 100;

/** A file of pictures as it is answered. */
export interface PictureFile {
  contentType: 'image/jpeg' | 'text/vtt';
  bytes: Uint8Array;
  /** It will never be another one under this name. */
  final: boolean;
}

/** Pictures of all shows: made for those on air, read from the store for recordings. */
export class PictureDesk {
  private readonly parts: ShowPictureParts;
  private readonly onAir = new Map<string, ShowPictures>();
  private readonly recorded = boundedCache<PictureIndex>(INDEXES_IN_MEMORY);

  constructor(parts: ShowPictureParts) {
    this.parts = parts;
  }

  /** Begins with the pictures of a stream, or goes on with them. */
  follow(stream: ShowStream): void {
    const pictures = new ShowPictures(stream, this.parts);
    this.onAir.set(stream.showId, pictures);
    stream.onChange(({ segmentEnded, phase }) => {
      if (segmentEnded && !phase && stream.rows.phase === 'live') pictures.handleSegment();
    });
  }

  /** The show is over: everything goes to the store. */
  async finish(stream: ShowStream): Promise<void> {
    await this.onAir.get(stream.showId)?.finish();
    this.onAir.delete(stream.showId);
  }

  /** The show was deleted. */
  async drop(showId: string): Promise<void> {
    const pictures = this.onAir.get(showId);
    this.onAir.delete(showId);
    this.recorded.delete(showId);
    await pictures?.stop();
  }

  async stop(): Promise<void> {
    await Promise.all([...this.onAir.values()].map((pictures) => pictures.stop()));
  }

  /** `poster.jpg`, `storyboard.vtt`, `sheet-<n>.jpg` or `tile-<n>.jpg`; undefined when there is none. */
  async file(stream: ShowStream, name: string): Promise<PictureFile | undefined> {
    if (name === 'storyboard.vtt') return this.storyboard(stream);
    const live = this.onAir.get(stream.showId);
    const jpeg = (bytes: Uint8Array | undefined, final: boolean): PictureFile | undefined =>
      bytes && { contentType: 'image/jpeg', bytes, final };
    if (name === 'poster.jpg' && live) return jpeg(live.poster, false);
    const [, tile] = /^tile-(\d{1,10})\.jpg$/.exec(name) ?? [];
    if (tile !== undefined) return jpeg(await live?.tile(Number(tile)), true);
    if (name !== 'poster.jpg' && !/^sheet-\d{1,10}\.jpg$/.test(name)) return undefined;
    return jpeg(await this.parts.store.get(storeKeys.picture(stream.showId, name)), true);
  }

  private async storyboard(stream: ShowStream): Promise<PictureFile | undefined> {
    const live = this.onAir.get(stream.showId);
    const index = live?.index ?? (await this.recordedIndex(stream.showId));
    if (!index) return undefined;
    const { placed, totalS } = placeSegments(stream.rows);
    const offsets = new Map(placed.map(({ row, offsetS }) => [row.msn, offsetS]));
    const offsetOf = (msn: number): number => offsets.get(msn) ?? totalS;
    const bytes = Buffer.from(renderStoryboard(index, offsetOf, totalS));
    return { contentType: 'text/vtt', bytes, final: live === undefined };
  }

  private async recordedIndex(showId: string): Promise<PictureIndex | undefined> {
    const known = this.recorded.get(showId);
    if (known) return known;
    const bytes = await this.parts.store.get(storeKeys.picture(showId, 'pictures.json'));
    const index = bytes && PictureIndex.parse(JSON.parse(Buffer.from(bytes).toString('utf8')));
    if (index) this.recorded.set(showId, index);
    return index;
  }
}
