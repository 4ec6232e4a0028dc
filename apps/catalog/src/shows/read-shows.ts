import {
  Id,
  type AnswerOf,
  type InputOf,
  type listShopShowsEndpoint,
  type listShowsEndpoint,
  type ShowDetail,
} from '#contracts';
import type { Clock } from '#process';
import { readCursor, writeCursor } from '#service';
import { DataSource, In, IsNull, type SelectQueryBuilder } from 'typeorm';
import { z } from 'zod';
import { Shop } from '../database/entities/shop.entity.ts';
import { Show } from '../database/entities/show.entity.ts';
import { plansOf } from '../sale-plans/plan-views.ts';
import { shopView } from '../shops/shop-view.ts';
import { lineupOf } from './lineup.ts';
import { showView } from './show-view.ts';

type ShowPage = AnswerOf<typeof listShowsEndpoint>;

/** A scheduled show that should have begun this long ago is not coming any more, and nobody is told to wait for it. */
const OVERDUE_HIDDEN_MS = 6 * 3_600_000;

/** How each list is sorted: by which moment, in which direction. */
const ORDERS = {
  live: { states: ['live', 'paused'], by: 'liveAt', direction: 'DESC' },
  scheduled: { states: ['scheduled'], by: 'startsAt', direction: 'ASC' },
  ended: { states: ['ended'], by: 'endedAt', direction: 'DESC' },
} as const;

/** Milliseconds that a date can hold, and an id. */
const AfterMoment = z.tuple([z.int().min(0).max(8.64e15), Id]);
const AfterId = z.tuple([Id]);

/** Shows as the public and the shop's people see them. */
export class ReadShows {
  private readonly database: DataSource;
  private readonly clock: Clock;

  constructor(database: DataSource, clock: Clock) {
    this.database = database;
    this.clock = clock;
  }

  /** The show's row, unless it was deleted. */
  find(showId: string): Promise<Show | null> {
    return this.database.manager.findOneBy(Show, { showId, deletedAt: IsNull() });
  }

  /** Everything that a show page shows first. */
  async detail(show: Show, inside: boolean): Promise<ShowDetail> {
    const tx = this.database.manager;
    const [shop, lineup, salePlans] = await Promise.all([
      tx.findOneByOrFail(Shop, { shopId: show.shopId }),
      lineupOf(tx, show.showId, inside),
      plansOf(tx, show.showId),
    ]);
    return { ...showView(show, shop.name, inside), shop: shopView(shop), lineup, salePlans };
  }

  /** Public shows in the order of their state. */
  async list({ query }: InputOf<typeof listShowsEndpoint>): Promise<ShowPage> {
    const { states, by, direction } = ORDERS[query.state];
    const select = this.select()
      .andWhere('show.state IN (:...states)', { states })
      .andWhere("show.visibility = 'public'")
      .orderBy(`show.${by}`, direction)
      .addOrderBy('show.showId', direction)
      .limit(query.limit + 1);
    if (query.shopId) select.andWhere('show.shopId = :shopId', { shopId: query.shopId });
    if (query.seriesId) select.andWhere('show.seriesId = :seriesId', { seriesId: query.seriesId });
    if (query.state === 'scheduled') {
      const coming = new Date(this.clock.now() - OVERDUE_HIDDEN_MS);
      select.andWhere('show.startsAt > :coming', { coming });
    }
    const after = readCursor(query.cursor, AfterMoment);
    if (after) {
      const beyond = direction === 'ASC' ? '>' : '<';
      const at = new Date(after[0]);
      select.andWhere(`(show.${by}, show.showId) ${beyond} (:at, :id)`, { at, id: after[1] });
    }
    return this.page(await select.getMany(), query.limit, false, (show) => [Number(show[by]), show.showId]);
  }

  /** All shows of a shop, for its people. */
  async ofShop({ params, query }: InputOf<typeof listShopShowsEndpoint>): Promise<ShowPage> {
    const select = this.select()
      .andWhere('show.shopId = :shopId', params)
      .orderBy('show.showId', 'DESC')
      .limit(query.limit + 1);
    if (query.state) select.andWhere('show.state = :state', { state: query.state });
    const after = readCursor(query.cursor, AfterId);
    if (after) select.andWhere('show.showId < :after', { after: after[0] });
    return this.page(await select.getMany(), query.limit, true, (show) => [show.showId]);
  }

  private select(): SelectQueryBuilder<Show> {
    return this.database.manager.createQueryBuilder(Show, 'show').where('show.deletedAt IS NULL');
  }

  private async page(
    rows: readonly Show[],
    limit: number,
    inside: boolean,
    keys: (show: Show) => (string | number)[],
  ): Promise<ShowPage> {
    const shows = rows.slice(0, limit);
    const shopIds = [...new Set(shows.map((show) => show.shopId))];
    const shops = await this.database.manager.findBy(Shop, { shopId: In(shopIds) });
    const names = new Map(shops.map((shop) => [shop.shopId, shop.name]));
    const last = rows.length > limit ? shows.at(-1) : undefined;
    return {
      items: shows.map((show) => showView(show, names.get(show.shopId) ?? '', inside)),
      nextCursor: last ? writeCursor(keys(last)) : null,
    };
  }
}
