import { addToOutbox, makeEvent } from '#bus';
import { showScheduled, type createShowEndpoint, type InputOf, type ShowView } from '#contracts';
import { newId, type Clock } from '#process';
import { withTransaction } from '#service';
import { DataSource, type EntityManager } from 'typeorm';
import { requestKey } from '../access/request-key.ts';
import { Series } from '../database/entities/series.entity.ts';
import { Shop } from '../database/entities/shop.entity.ts';
import { Show } from '../database/entities/show.entity.ts';
import { FIRST_SHOW_STATE } from './show-states.ts';
import { showFacts, showView } from './show-view.ts';

export type CreateShowOutcome =
  | { ok: true; show: ShowView }
  | { ok: false; code: 'shop_not_found' | 'series_not_found' | 'starts_in_past' };

/** A show may be announced for "now": what a person types as now is a little past when it arrives. */
export const PAST_ALLOWED_MS = 60 * 60_000;

/** Announces a show. */
export class CreateShow {
  private readonly database: DataSource;
  private readonly clock: Clock;

  constructor(database: DataSource, clock: Clock) {
    this.database = database;
    this.clock = clock;
  }

  async create(
    { params, body, idempotencyKey }: InputOf<typeof createShowEndpoint>,
    userId: string,
  ): Promise<CreateShowOutcome> {
    const key = requestKey(userId, 'createShow', idempotencyKey);
    return withTransaction(this.database, async (tx, query) => {
      const shop = await tx.findOneBy(Shop, { shopId: params.shopId });
      if (!shop) return { ok: false, code: 'shop_not_found' };
      const made = await tx.findOneBy(Show, { requestKey: key });
      if (made) return { ok: true, show: showView(made, shop.name, true) };
      const seriesId = await seriesFor(tx, shop.shopId, body.seriesId);
      if (!seriesId) return { ok: false, code: 'series_not_found' };
      const startsAt = new Date(body.startsAt);
      if (startsAt.getTime() < this.clock.now() - PAST_ALLOWED_MS)
        return { ok: false, code: 'starts_in_past' };
      const show = tx.create(Show, {
        ...body,
        showId: newId(),
        shopId: shop.shopId,
        hostId: body.hostId ?? userId,
        seriesId,
        startsAt,
        state: FIRST_SHOW_STATE,
        posterHash: null,
        streamId: null,
        streamVersion: 0,
        streamState: 'none',
        liveAt: null,
        pausedAt: null,
        endedAt: null,
        deletedAt: null,
        version: 1,
        requestKey: key,
      });
      await tx.insert(Show, show);
      const event = { aggregateId: show.showId, version: 1, data: showFacts(show) };
      await addToOutbox(query, makeEvent(showScheduled, event));
      return { ok: true, show: showView(show, shop.name, true) };
    });
  }
}

/** The series wanted, or the shop's first; locked against removal. Undefined when it is not one of the shop. */
export async function seriesFor(
  tx: EntityManager,
  shopId: string,
  seriesId: string | undefined,
): Promise<string | undefined> {
  const series = await tx.findOne(Series, {
    where: { shopId, ...(seriesId === undefined ? {} : { seriesId }) },
    order: { seriesId: 'ASC' },
    lock: { mode: 'for_key_share' },
  });
  return series?.seriesId;
}
