import type { Identity, ShowFacts } from '#contracts';

/** Private shows are for the shop's own people and platform staff; all others are open to whoever has the address. */
export function maySee(show: ShowFacts, identity: Identity | undefined): boolean {
  if (show.visibility !== 'private') return true;
  if (!identity) return false;
  return identity.platformRoles.length > 0 || identity.shops.some(({ shopId }) => shopId === show.shopId);
}
