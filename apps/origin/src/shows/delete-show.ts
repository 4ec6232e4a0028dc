import type { ObjectStore } from '#storage';
import type { ShowDesks } from '../delivery/show-desks.ts';
import { storeKeys } from '../streams/media-names.ts';
import type { StoreKeeper } from '../streams/store-keeper.ts';
import type { StreamShelf } from '../streams/stream-shelf.ts';

export interface DeleteShowParts {
  shelf: StreamShelf;
  desks: ShowDesks;
  keeper: StoreKeeper;
  store: ObjectStore;
}

/** Removes every byte of a show: local files first, so that nothing more reaches the store, then the store's. May be repeated. */
export async function deleteShowMedia(
  showId: string,
  { shelf, desks, keeper, store }: DeleteShowParts,
): Promise<number> {
  const stream = await shelf.find(showId);
  if (stream) desks.close(stream);
  await shelf.remove(showId);
  await keeper.forget(showId);
  const objects = await store.deletePrefix(storeKeys.show(showId));
  // Whoever asked in between may have read the recording once more.
  await shelf.remove(showId);
  return objects;
}
