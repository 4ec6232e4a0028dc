import type { Identity } from '#contracts';
import { refuse } from '#service';
import type { ShowBook, ShowRecord } from '../shows/show-book.ts';

/** A show that the caller may watch, and whether that needs a signed address. */
export interface Watchable {
  show: Extract<ShowRecord, { kind: 'known' }> | undefined;
  signed: boolean;
}

/** Throws the refusal unless `caller` may watch the show: private ones and rehearsals are for the shop's people. */
export async function requireWatchable(
  shows: ShowBook,
  showId: string,
  caller: Identity | undefined,
): Promise<Watchable> {
  const show = await shows.find(showId);
  if (show === 'unreachable') throw refuse('unavailable');
  if (show === 'not found') {
    if (shows.trustsEveryone) return { show: undefined, signed: false };
    throw refuse('not_found');
  }
  if (show.kind === 'deleted') throw refuse('show_deleted');
  const { visibility, state, goLive, shopId } = show.facts;
  const signed = visibility === 'private' || (goLive === 'manual' && state === 'scheduled');
  // To strangers a private show does not exist.
  if (signed && !belongsToShop(caller, shopId)) throw refuse('not_found');
  return { show, signed };
}

function belongsToShop(caller: Identity | undefined, shopId: string): boolean {
  if (!caller || caller.kind === 'guest') return false;
  return caller.platformRoles.includes('admin') || caller.shops.some((shop) => shop.shopId === shopId);
}
