import type {
  createSeriesEndpoint,
  deleteSeriesEndpoint,
  InputOf,
  SeriesView,
  updateSeriesEndpoint,
} from '#contracts';
import { newId, type Clock } from '#process';
import { withTransaction } from '#service';
import { DataSource } from 'typeorm';
import { defined } from '../access/defined.ts';
import { requestKey } from '../access/request-key.ts';
import { Series } from '../database/entities/series.entity.ts';
import { Shop } from '../database/entities/shop.entity.ts';
import { Show } from '../database/entities/show.entity.ts';
import { seriesView } from './shop-view.ts';

type Refused<C extends string> = { ok: false; code: C };

/** The series of a shop: made, renamed, removed when empty. */
export class ChangeSeries {
  private readonly database: DataSource;
  private readonly clock: Clock;

  constructor(database: DataSource, clock: Clock) {
    this.database = database;
    this.clock = clock;
  }

  async create(
    { params, body, idempotencyKey }: InputOf<typeof createSeriesEndpoint>,
    userId: string,
  ): Promise<{ ok: true; series: SeriesView } | Refused<'shop_not_found'>> {
    const key = requestKey(userId, 'createSeries', idempotencyKey);
    return withTransaction(this.database, async (tx) => {
      const made = await tx.findOneBy(Series, { requestKey: key });
      if (made) return { ok: true, series: seriesView(made) };
      if (!(await tx.existsBy(Shop, { shopId: params.shopId }))) return { ok: false, code: 'shop_not_found' };
      const series = tx.create(Series, {
        ...body,
        seriesId: newId(),
        shopId: params.shopId,
        createdAt: new Date(this.clock.now()),
        version: 1,
        requestKey: key,
      });
      await tx.insert(Series, series);
      return { ok: true, series: seriesView(series) };
    });
  }

  async update({
    params,
    body,
  }: InputOf<typeof updateSeriesEndpoint>): Promise<
    | { ok: true; series: SeriesView }
    | Refused<'series_not_found'>
    | (Refused<'conflict'> & { version: number })
  > {
    const { version, ...changes } = body;
    return withTransaction(this.database, async (tx) => {
      const series = await tx.findOne(Series, { where: params, lock: { mode: 'pessimistic_write' } });
      if (!series) return { ok: false, code: 'series_not_found' };
      if (series.version !== version) return { ok: false, code: 'conflict', version: series.version };
      const next = { ...defined(changes), version: version + 1 };
      await tx.update(Series, { seriesId: series.seriesId }, next);
      return { ok: true, series: seriesView(Object.assign(series, next)) };
    });
  }

  async remove({
    params,
  }: InputOf<typeof deleteSeriesEndpoint>): Promise<
    { ok: true } | Refused<'series_not_found' | 'series_in_use'>
  > {
    return withTransaction(this.database, async (tx) => {
      // all series of the shop, so that two removals cannot take the last two
      const lock = { mode: 'pessimistic_write' } as const;
      const all = await tx.find(Series, {
        where: { shopId: params.shopId },
        order: { seriesId: 'ASC' },
        lock,
      });
      if (!all.some((series) => series.seriesId === params.seriesId))
        return { ok: false, code: 'series_not_found' };
      const used = await tx.existsBy(Show, { seriesId: params.seriesId });
      if (used || all.length === 1) return { ok: false, code: 'series_in_use' };
      await tx.delete(Series, { seriesId: params.seriesId });
      return { ok: true };
    });
  }
}
