import { addToOutbox, makeEvent } from '#bus';
import { lineupChanged, type AnswerOf, type InputOf, type setLineupEndpoint } from '#contracts';
import { withTransaction } from '#service';
import { DataSource, In } from 'typeorm';
import { LineupEntry } from '../database/entities/lineup-entry.entity.ts';
import { Product } from '../database/entities/product.entity.ts';
import { Show } from '../database/entities/show.entity.ts';
import { lineupOf } from './lineup.ts';
import { lockShow } from './move-show.ts';

export type LineupOutcome =
  | { ok: true; lineup: AnswerOf<typeof setLineupEndpoint> }
  | { ok: false; code: 'show_not_found' | 'lineup_product_unknown' }
  | { ok: false; code: 'conflict'; version: number };

/** Sets the ordered products of a show; a product named twice counts where it stands first. */
export class SetLineup {
  private readonly database: DataSource;

  constructor(database: DataSource) {
    this.database = database;
  }

  async set({ params, body }: InputOf<typeof setLineupEndpoint>): Promise<LineupOutcome> {
    const productIds = [...new Set(body.productIds)];
    return withTransaction(this.database, async (tx, query) => {
      const show = await lockShow(tx, params.showId);
      if (!show) return { ok: false, code: 'show_not_found' };
      if (show.version !== body.version) return { ok: false, code: 'conflict', version: show.version };
      const { showId, shopId } = show;
      const known = await tx.findBy(Product, { productId: In(productIds), shopId });
      const sold = known.filter((product) => product.status !== 'archived');
      if (sold.length !== productIds.length) return { ok: false, code: 'lineup_product_unknown' };
      const items = productIds.map((productId, position) => ({ productId, position }));
      await tx.delete(LineupEntry, { showId });
      if (items.length > 0)
        await tx.insert(
          LineupEntry,
          items.map((item) => ({ showId, ...item })),
        );
      const version = show.version + 1;
      await tx.update(Show, { showId }, { version });
      const event = { aggregateId: showId, version, data: { showId, shopId, items } };
      await addToOutbox(query, makeEvent(lineupChanged, event));
      return { ok: true, lineup: { showId, version, lineup: await lineupOf(tx, showId, true) } };
    });
  }
}
