import type { ObjectStore } from '#storage';
import type { LiveStream } from '../streams/live-stream.ts';
import { storeKeys } from '../streams/media-names.ts';
import { fromRecording, Recording } from '../streams/recording.ts';

/** Reads a finished show from the store, or undefined. Throws when the store is away. */
export async function loadRecording(store: ObjectStore, showId: string): Promise<LiveStream | undefined> {
  const bytes = await store.get(storeKeys.recording(showId));
  return bytes && fromRecording(Recording.parse(JSON.parse(Buffer.from(bytes).toString('utf8'))));
}
