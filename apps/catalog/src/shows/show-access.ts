import { mayInShop, type Identity, type Permission } from '#contracts';
import { refuse } from '#service';
import { ShopAccess } from '../access/shop-access.ts';
import type { Show } from '../database/entities/show.entity.ts';
import { ReadShows } from './read-shows.ts';

/** Finds shows for callers: what they may not know of is not there. */
export class ShowAccess {
  private readonly shops: ShopAccess;
  private readonly shows: ReadShows;

  constructor(shops: ShopAccess, shows: ReadShows) {
    this.shops = shops;
    this.shows = shows;
  }

  /** The show, and whether the caller belongs to its shop; throws `show_not_found`. */
  async see(caller: Identity | undefined, showId: string): Promise<{ show: Show; inside: boolean }> {
    const show = await this.shows.find(showId);
    const inside = show !== null && (await this.shops.isInside(caller, show.shopId));
    if (!show || (show.visibility === 'private' && !inside)) throw refuse('show_not_found');
    return { show, inside };
  }

  /** The show, for a caller who may do `permission` in its shop; throws `show_not_found` or `forbidden`. */
  async require(caller: Identity, showId: string, permission: Permission): Promise<Show> {
    const { show } = await this.see(caller, showId);
    if (!mayInShop(caller, show.shopId, permission))
      await this.shops.require(caller, show.shopId, permission);
    return show;
  }
}
