import { mayInShop, type Identity, type Permission } from '#contracts';
import type { Clock } from '#process';
import { refuse } from '#service';
import { DataSource, MoreThan } from 'typeorm';
import { Shop } from '../database/entities/shop.entity.ts';

/**
 * Accounts learns of a new shop by an event, and the creator's token is older than it. Until then the creator is
 * the owner here; later only membership counts, so that a former owner is none.
 */
const OPENING_MS = 10 * 60_000;

/** Decides what a caller may do in a shop. */
export class ShopAccess {
  private readonly database: DataSource;
  private readonly clock: Clock;

  constructor(database: DataSource, clock: Clock) {
    this.database = database;
    this.clock = clock;
  }

  /** Throws `forbidden` unless `caller` may do `permission` in the shop. */
  async require(caller: Identity, shopId: string, permission: Permission): Promise<void> {
    if (mayInShop(caller, shopId, permission) || (await this.isOpening(caller, shopId))) return;
    throw refuse('forbidden');
  }

  /** Whether `caller` belongs to the shop, in whatever role. */
  async isInside(caller: Identity | undefined, shopId: string): Promise<boolean> {
    if (!caller) return false;
    if (caller.platformRoles.length > 0 || caller.shops.some((shop) => shop.shopId === shopId)) return true;
    return this.isOpening(caller, shopId);
  }

  /** Shops that `caller` works for, or has just opened. */
  async shopsOf(caller: Identity | undefined): Promise<string[]> {
    if (caller?.kind !== 'user') return [];
    const opening = await this.database.manager.findBy(Shop, {
      ownerId: caller.userId,
      createdAt: MoreThan(new Date(this.clock.now() - OPENING_MS)),
    });
    return [...new Set([...caller.shops, ...opening].map((shop) => shop.shopId))];
  }

  private isOpening({ userId, kind }: Identity, shopId: string): Promise<boolean> {
    if (kind !== 'user') return Promise.resolve(false);
    const createdAt = MoreThan(new Date(this.clock.now() - OPENING_MS));
    return this.database.manager.existsBy(Shop, { shopId, ownerId: userId, createdAt });
  }
}
