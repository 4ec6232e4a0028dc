import { addToOutbox, makeEvent } from '#bus';
import { shopCreated, type createShopEndpoint, type InputOf, type ShopView } from '#contracts';
import { newId, type Clock } from '#process';
import { isUniqueViolation, withTransaction } from '#service';
import { DataSource } from 'typeorm';
import { requestKey } from '../access/request-key.ts';
import { Series } from '../database/entities/series.entity.ts';
import { Shop } from '../database/entities/shop.entity.ts';
import { shopFacts, shopView } from './shop-view.ts';

export type CreateShopOutcome =
  { ok: true; shop: ShopView } | { ok: false; code: 'slug_taken' | 'too_many_shops' };

/** As many as one account may belong to. */
const MOST_SHOPS = 20;
/** Every show belongs to a series, so every shop begins with one. */
const FIRST_SERIES = 'Live shows';

/** Opens a shop with its first series; accounts makes the caller its owner. */
export class CreateShop {
  private readonly database: DataSource;
  private readonly clock: Clock;

  constructor(database: DataSource, clock: Clock) {
    this.database = database;
    this.clock = clock;
  }

  async create(
    { body, idempotencyKey }: InputOf<typeof createShopEndpoint>,
    ownerId: string,
  ): Promise<CreateShopOutcome> {
    const key = requestKey(ownerId, 'createShop', idempotencyKey);
    try {
      return await withTransaction(this.database, async (tx, query) => {
        await query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [`opening a shop: ${ownerId}`]);
        const made = await tx.findOneBy(Shop, { requestKey: key });
        if (made) return { ok: true, shop: shopView(made) };
        if ((await tx.countBy(Shop, { ownerId })) >= MOST_SHOPS) return { ok: false, code: 'too_many_shops' };
        const createdAt = new Date(this.clock.now());
        const shop = tx.create(Shop, {
          ...body,
          shopId: newId(),
          ownerId,
          createdAt,
          version: 1,
          requestKey: key,
        });
        await tx.insert(Shop, shop);
        await tx.insert(Series, {
          seriesId: newId(),
          shopId: shop.shopId,
          title: FIRST_SERIES,
          description: '',
          createdAt,
          version: 1,
          requestKey: key,
        });
        const data = shopFacts(shop);
        await addToOutbox(query, makeEvent(shopCreated, { aggregateId: shop.shopId, version: 1, data }));
        return { ok: true, shop: shopView(shop) };
      });
    } catch (error) {
      if (isUniqueViolation(error, 'shops_slug')) return { ok: false, code: 'slug_taken' };
      throw error;
    }
  }
}
