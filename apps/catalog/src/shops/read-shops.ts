import {
  Id,
  type AnswerOf,
  type Identity,
  type InputOf,
  type listSeriesEndpoint,
  type listShopsEndpoint,
  type ShopView,
} from '#contracts';
import { readCursor, writeCursor } from '#service';
import { z } from 'zod';
import { DataSource, In, LessThan, MoreThan, type FindOptionsWhere } from 'typeorm';
import { ShopAccess } from '../access/shop-access.ts';
import { Series } from '../database/entities/series.entity.ts';
import { Shop } from '../database/entities/shop.entity.ts';
import { seriesView, shopView } from './shop-view.ts';

const AfterId = z.tuple([Id]);

/** Shops and their series, as pages. */
export class ReadShops {
  private readonly database: DataSource;
  private readonly access: ShopAccess;

  constructor(database: DataSource, access: ShopAccess) {
    this.database = database;
    this.access = access;
  }

  async one(shopId: string): Promise<ShopView | null> {
    const shop = await this.database.manager.findOneBy(Shop, { shopId });
    return shop && shopView(shop);
  }

  /** Latest first; with `mine` those that the caller works for or has just opened. */
  async list(
    { query }: InputOf<typeof listShopsEndpoint>,
    caller: Identity | undefined,
  ): Promise<AnswerOf<typeof listShopsEndpoint>> {
    const where: FindOptionsWhere<Shop> = {};
    if (query.slug !== undefined) where.slug = query.slug;
    const after = readCursor(query.cursor, AfterId);
    if (query.mine) {
      const mine = await this.access.shopsOf(caller);
      where.shopId = In(mine.filter((shopId) => !after || shopId < after[0]));
    } else if (after) {
      where.shopId = LessThan(after[0]);
    }
    const rows = await this.database.manager.find(Shop, {
      where,
      order: { shopId: 'DESC' },
      take: query.limit + 1,
    });
    const shops = rows.slice(0, query.limit);
    const last = rows.length > query.limit ? shops.at(-1) : undefined;
    return { items: shops.map(shopView), nextCursor: last ? writeCursor([last.shopId]) : null };
  }

  /** The oldest first; null when there is no such shop. */
  async series({
    params,
    query,
  }: InputOf<typeof listSeriesEndpoint>): Promise<AnswerOf<typeof listSeriesEndpoint> | null> {
    if (!(await this.database.manager.existsBy(Shop, { shopId: params.shopId }))) return null;
    const after = readCursor(query.cursor, AfterId);
    const rows = await this.database.manager.find(Series, {
      where: { shopId: params.shopId, ...(after ? { seriesId: MoreThan(after[0]) } : {}) },
      order: { seriesId: 'ASC' },
      take: query.limit + 1,
    });
    const page = rows.slice(0, query.limit);
    const last = rows.length > query.limit ? page.at(-1) : undefined;
    return { items: page.map(seriesView), nextCursor: last ? writeCursor([last.seriesId]) : null };
  }
}
