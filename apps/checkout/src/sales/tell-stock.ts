import { addToOutbox, inTransaction, makeEvent, type Query } from '#bus';
import { soldOut, stockChanged } from '#contracts';
import { boundedCache, type Logger } from '#process';
import type { Pool } from 'pg';
import type { SaleActivity } from './sale-activity.ts';
import { readSaleFacts } from './sale-facts.ts';

/** Variants whose last told counters are remembered; telling one again is harmless. */
const REMEMBERED = 20_000;

/**
 * Tells the world how many units are left: one event per sale and round with the variants whose counters moved, and
 * `sold_out` in its place when the last unit of one went.
 */
export class TellStock {
  private readonly pool: Pool;
  private readonly logger: Logger;
  private readonly told = boundedCache<{ text: string; available: number }>(REMEMBERED);

  constructor(pool: Pool, logger: Logger) {
    this.pool = pool;
    this.logger = logger;
  }

  async tell(
    changes: readonly [saleId: string, variantIds: string[]][],
    activity: SaleActivity,
  ): Promise<void> {
    for (const [saleId, variantIds] of changes) {
      try {
        await inTransaction(this.pool, (query) => this.tellOne(query, saleId, variantIds));
      } catch (err) {
        this.logger.warn({ err, saleId }, 'the stock of a sale will be told later');
        for (const variantId of variantIds) activity.touch(saleId, variantId);
      }
    }
  }

  private async tellOne(query: Query, saleId: string, variantIds: readonly string[]): Promise<void> {
    const [feed] = await query<{ version: number }>(
      `INSERT INTO sale_feed (sale_id) VALUES ($1)
       ON CONFLICT (sale_id) DO UPDATE SET version = sale_feed.version RETURNING version`,
      [saleId],
    );
    const [facts] = await readSaleFacts(query, [saleId], variantIds);
    if (!facts || !feed) return;
    const moved = facts.items.filter((item) => {
      const before = this.told.get(`${saleId}/${item.variantId}`);
      return before?.text !== `${item.available} ${item.held} ${item.sold}`;
    });
    if (moved.length === 0) return;
    const gone = moved.some((item) => {
      const before = this.told.get(`${saleId}/${item.variantId}`);
      return item.available === 0 && (before === undefined || before.available > 0);
    });
    await query('UPDATE sale_feed SET version = version + 1 WHERE sale_id = $1', [saleId]);
    const { version: _, ...rest } = facts;
    const data = { ...rest, items: moved };
    const event = gone ? soldOut : stockChanged;
    await addToOutbox(query, makeEvent(event, { aggregateId: saleId, version: feed.version + 1, data }));
    for (const item of moved) {
      const text = `${item.available} ${item.held} ${item.sold}`;
      this.told.set(`${saleId}/${item.variantId}`, { text, available: item.available });
    }
  }
}
