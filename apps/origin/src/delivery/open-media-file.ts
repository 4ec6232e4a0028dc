import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import type { ObjectStore } from '#storage';
import { storeKeys } from '../streams/media-names.ts';
import type { PartRow } from '../streams/media-rows.ts';
import type { ShowStream } from '../streams/show-stream.ts';

/** Media being read. */
export interface MediaFile {
  length: number;
  stream: Readable;
}

/** A media file, or a part of one: from the spool, or from the store once it has moved there. Undefined when it is nowhere. */
export async function openMediaFile(
  stream: ShowStream,
  store: ObjectStore,
  rendition: string,
  name: string,
  range?: PartRow,
): Promise<MediaFile | undefined> {
  const spooled = await openSpooled(stream.spool.pathOf(rendition, name), range);
  return spooled ?? openStored(store, storeKeys.media(stream.showId, rendition, name), range);
}

async function openSpooled(path: string, range?: PartRow): Promise<MediaFile | undefined> {
  const file = await open(path, 'r').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (!file) return undefined;
  const length = range?.size ?? (await file.stat()).size;
  const start = range?.offset ?? 0;
  return { length, stream: createReadStream('', { fd: file, start, end: start + length - 1 }) };
}

async function openStored(store: ObjectStore, key: string, range?: PartRow): Promise<MediaFile | undefined> {
  const bounds = range && { from: range.offset, to: range.offset + range.size - 1 };
  const reading = await store.read(key, bounds);
  return reading && { length: range?.size ?? reading.size, stream: reading.stream };
}
