import { queryOf } from '#bus';
import type { Logger } from '#process';
import type { Pool } from 'pg';
import type { SettleHolds } from '../holds/settle-holds.ts';
import type { KnownSale, SaleGate } from '../sales/sale-gate.ts';
import type { RelayJournal } from './relay-journal.ts';
import { settlePinned } from './settle-pinned.ts';

/** Sales with something to do that one round takes up; the others come with the next. */
const MOST_SALES = 200;

/**
 * Housekeeping of holds, four times a second: ends holds past their time, gives their units to waiters, settles pinned
 * holds. Nobody waits for it: to the next buyer a hold past its time is free without it.
 */
export class SweepSales {
  private readonly pool: Pool;
  private readonly gate: SaleGate;
  private readonly settle: SettleHolds;
  private readonly relay: RelayJournal;
  private readonly logger: Logger;

  constructor(parts: {
    pool: Pool;
    gate: SaleGate;
    settle: SettleHolds;
    relay: RelayJournal;
    logger: Logger;
  }) {
    this.pool = parts.pool;
    this.gate = parts.gate;
    this.settle = parts.settle;
    this.relay = parts.relay;
    this.logger = parts.logger;
  }

  /** One round over the sales that have a hold past its time. */
  async round(): Promise<void> {
    const due = await queryOf(this.pool)<{ saleId: string }>(
      `SELECT DISTINCT sale_id AS "saleId" FROM holds
       WHERE state IN ('held', 'paying') AND expires_at <= clock_timestamp() LIMIT ${MOST_SALES}`,
    );
    for (const { saleId } of due) {
      try {
        await this.sweep(saleId);
      } catch (err) {
        this.logger.warn({ err, saleId }, 'sweeping a sale failed; the next round tries again');
      }
    }
  }

  async sweep(saleId: string): Promise<void> {
    for (let more = true; more;) {
      let used: KnownSale | undefined;
      const answer = await this.gate.run(saleId, (store, sale) => {
        used = sale;
        return store.sweep(sale);
      });
      if (answer.code !== 'done' || !used) return;
      if (answer.promoted.length > 0 || answer.expired.length > 0) await this.relay.relay(saleId);
      await settlePinned(this.pool, this.gate, this.settle, used, answer.duePinned);
      ({ more } = answer);
    }
  }
}
