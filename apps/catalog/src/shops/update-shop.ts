import { addToOutbox, makeEvent } from '#bus';
import { shopUpdated, type InputOf, type ShopView, type updateShopEndpoint } from '#contracts';
import { isUniqueViolation, withTransaction } from '#service';
import { DataSource } from 'typeorm';
import { defined } from '../access/defined.ts';
import { Shop } from '../database/entities/shop.entity.ts';
import { shopFacts, shopView } from './shop-view.ts';

export type UpdateShopOutcome =
  | { ok: true; shop: ShopView }
  | { ok: false; code: 'shop_not_found' | 'slug_taken' }
  | { ok: false; code: 'conflict'; version: number };

/** Changes a shop's words, based on the version that the caller read. */
export class UpdateShop {
  private readonly database: DataSource;

  constructor(database: DataSource) {
    this.database = database;
  }

  async update({ params, body }: InputOf<typeof updateShopEndpoint>): Promise<UpdateShopOutcome> {
    const { version, ...changes } = body;
    try {
      return await withTransaction(this.database, async (tx, query) => {
        const lock = { mode: 'pessimistic_write' } as const;
        const shop = await tx.findOne(Shop, { where: { shopId: params.shopId }, lock });
        if (!shop) return { ok: false, code: 'shop_not_found' };
        if (shop.version !== version) return { ok: false, code: 'conflict', version: shop.version };
        const next = { ...defined(changes), version: version + 1 };
        await tx.update(Shop, { shopId: shop.shopId }, next);
        Object.assign(shop, next);
        const event = { aggregateId: shop.shopId, version: shop.version, data: shopFacts(shop) };
        await addToOutbox(query, makeEvent(shopUpdated, event));
        return { ok: true, shop: shopView(shop) };
      });
    } catch (error) {
      if (isUniqueViolation(error, 'shops_slug')) return { ok: false, code: 'slug_taken' };
      throw error;
    }
  }
}
