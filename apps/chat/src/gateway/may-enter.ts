import type { Client } from './client.ts';
import type { RoomFeed } from './room-feed.ts';

/** Private shows are for the shop's own people; all others are open to whoever has the address. */
export function mayEnter({ show }: Pick<RoomFeed, 'show'>, { identity }: Pick<Client, 'identity'>): boolean {
  if (show.visibility !== 'private') return true;
  if (!identity) return false;
  return (
    identity.platformRoles.length > 0 ||
    identity.shops.some((membership) => membership.shopId === show.shopId)
  );
}
