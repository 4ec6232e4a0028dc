import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from '#process';
import type { ObjectStore } from '#storage';
import type { FfmpegRunner } from '../ffmpeg/run-ffmpeg.ts';
import { mediaNames, storeKeys } from '../streams/media-names.ts';
import type { RenditionRows, SegmentRow } from '../streams/media-rows.ts';
import type { ShowStream } from '../streams/show-stream.ts';
import { PictureIndex, sheetName, tileName } from './storyboard.ts';
import { makeSheet, SHEET_SIDE, takePicture } from './take-picture.ts';

/** Seconds of programme between pictures. */
const PICTURE_EVERY_S = 5;

const TILES_PER_SHEET = SHEET_SIDE * SHEET_SIDE;

export interface ShowPictureParts {
  runner: FfmpegRunner;
  store: ObjectStore;
  logger: Logger;
}

/**
 * Poster and storyboard of a show on the air. Each picture is one decoded key frame of the smallest running rung. Tiles lie
 * in the spool until a sheet is full, sheets in the store; what exists is one small index file, so a restart goes on.
 */
export class ShowPictures {
  /** The newest poster, or undefined before the first. */
  poster: Buffer | undefined;
  index: PictureIndex = { sheets: [], tiles: [] };
  private readonly stream: ShowStream;
  private readonly parts: ShowPictureParts;
  private working: Promise<void>;
  private busy = false;

  constructor(stream: ShowStream, parts: ShowPictureParts) {
    this.stream = stream;
    this.parts = parts;
    this.working = this.takeUp();
  }

  /** Takes a picture when the last one is old enough. One at a time: a machine that cannot keep up makes fewer. */
  handleSegment(): void {
    if (this.busy || !this.isDue()) return;
    this.busy = true;
    this.working = this.working
      .then(() => this.take())
      .catch((err: unknown) =>
        this.parts.logger.warn({ err, showId: this.stream.showId }, 'no picture of this moment'),
      )
      .finally(() => {
        this.busy = false;
      });
  }

  /** A tile that is not part of a sheet yet. */
  async tile(msn: number): Promise<Buffer | undefined> {
    return this.index.tiles.includes(msn) ? this.readFile(tileName(msn)) : undefined;
  }

  /** Brings everything into the store: the show is over. */
  async finish(): Promise<void> {
    await this.working;
    const { store } = this.parts;
    const { showId } = this.stream;
    if (this.index.tiles.length > 0) await this.joinTiles();
    const key = (name: string): string => storeKeys.picture(showId, name);
    if (this.poster) await store.put(key('poster.jpg'), this.poster, 'image/jpeg');
    await store.put(key('pictures.json'), Buffer.from(JSON.stringify(this.index)), 'application/json');
  }

  /** Waits for the picture being taken. */
  async stop(): Promise<void> {
    this.busy = true;
    await this.working.catch(() => undefined);
  }

  private async takeUp(): Promise<void> {
    await mkdir(this.folder, { recursive: true });
    const index = await this.readFile('index.json');
    if (index) this.index = PictureIndex.parse(JSON.parse(index.toString('utf8')));
    this.poster = await this.readFile('poster.jpg');
  }

  private isDue(): boolean {
    const newest = this.source()?.segment;
    const last = this.index.tiles.at(-1) ?? this.index.sheets.at(-1)?.at(-1);
    if (!newest || last === undefined) return newest !== undefined;
    const taken = this.source()?.rendition.segments.findLast(({ msn }) => msn <= last);
    return newest.msn > last && newest.pdt - (taken?.pdt ?? 0) >= PICTURE_EVERY_S * 1_000 - 50;
  }

  /** The newest complete segment of the smallest rung that runs. */
  private source(): { rendition: RenditionRows; segment: SegmentRow } | undefined {
    const { renditions, highestMsn } = this.stream.rows;
    const candidates = [...renditions.values()].flatMap((rendition) => {
      const segment = rendition.segments.findLast(({ closed }) => closed);
      const fresh = segment !== undefined && highestMsn - segment.msn <= 2;
      return rendition.declaration.kind === 'video' && fresh ? [{ rendition, segment }] : [];
    });
    const size = ({ rendition }: { rendition: RenditionRows }): number =>
      rendition.declaration.width ?? Infinity;
    return candidates.toSorted((a, b) => size(a) - size(b))[0];
  }

  private async take(): Promise<void> {
    const source = this.source();
    if (!source) return;
    const { rendition, segment } = source;
    const first = this.stream.recent.part(rendition.name, segment.msn, 0);
    const init = await this.readInit(rendition.name, segment.run);
    if (!first || !init) return;
    const { poster, tile } = await takePicture(this.parts.runner, init, first);
    await this.writeFile(tileName(segment.msn), tile);
    await this.writeFile('poster.jpg', poster);
    this.poster = poster;
    this.index.tiles.push(segment.msn);
    if (this.index.tiles.length >= TILES_PER_SHEET) await this.joinTiles();
    else await this.saveIndex();
  }

  private async joinTiles(): Promise<void> {
    const msns = this.index.tiles;
    const tiles = await Promise.all(msns.map((msn) => this.readFile(tileName(msn))));
    const present = msns.filter((_, at) => tiles[at] !== undefined);
    const [first] = present;
    if (first === undefined) return;
    const sheet = await makeSheet(
      this.parts.runner,
      tiles.filter((tile) => tile !== undefined),
    );
    await this.parts.store.put(storeKeys.picture(this.stream.showId, sheetName(first)), sheet, 'image/jpeg');
    this.index = { sheets: [...this.index.sheets, present], tiles: [] };
    await this.saveIndex();
    await Promise.all(msns.map((msn) => rm(join(this.folder, tileName(msn)), { force: true })));
  }

  private async readInit(rendition: string, run: string): Promise<Uint8Array | undefined> {
    const name = mediaNames.init(run);
    const spooled = await this.stream.spool.readFile(rendition, name);
    return spooled ?? this.parts.store.get(storeKeys.media(this.stream.showId, rendition, name));
  }

  private saveIndex(): Promise<void> {
    return this.writeFile('index.json', Buffer.from(JSON.stringify(this.index)));
  }

  private get folder(): string {
    return this.stream.spool.pathOf('.pictures', '');
  }

  private async readFile(name: string): Promise<Buffer | undefined> {
    return readFile(join(this.folder, name)).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      throw error;
    });
  }

  private async writeFile(name: string, bytes: Uint8Array): Promise<void> {
    const path = join(this.folder, name);
    await writeFile(`${path}.new`, bytes);
    await rename(`${path}.new`, path);
  }
}
