import { inTransaction, queryOf } from '#bus';
import { newId, type Logger } from '#process';
import type { Pool } from 'pg';
import type { RunSaleCommand } from './run-sale-command.ts';
import { closeSale } from './run-sale-command.ts';

/** Sales that one round starts or ends; the others come with the next. */
const MOST_SALES = 100;

/**
 * Starts planned sales and ends running ones when their time has come. An engine refuses holds after the end by its own
 * clock, so a late round changes only what is told.
 */
export class KeepTime {
  private readonly pool: Pool;
  private readonly commands: RunSaleCommand;
  private readonly logger: Logger;

  constructor(pool: Pool, commands: RunSaleCommand, logger: Logger) {
    this.pool = pool;
    this.commands = commands;
    this.logger = logger;
  }

  async round(): Promise<void> {
    const query = queryOf(this.pool);
    const over = await query<{ id: string }>(
      `SELECT id FROM sales WHERE state IN ('open', 'paused') AND ends_at <= clock_timestamp() LIMIT ${MOST_SALES}`,
    );
    for (const { id } of over) await this.end(id);
    const due = await query<{ id: string }>(
      `SELECT id FROM sales WHERE state = 'planned' AND starts_at <= clock_timestamp() LIMIT ${MOST_SALES}`,
    );
    for (const { id: saleId } of due) {
      const order = { id: newId(), saleId, actorId: null, command: { type: 'start' as const, inSeconds: 0 } };
      const outcome = await this.commands.run(order);
      if (outcome.code !== 'done') this.logger.warn({ saleId, outcome }, 'a planned sale could not start');
    }
  }

  private async end(saleId: string): Promise<void> {
    await inTransaction(this.pool, async (query) => {
      const [due] = await query(
        `SELECT 1 FROM sales WHERE id = $1 AND state IN ('open', 'paused') AND ends_at <= clock_timestamp() FOR UPDATE`,
        [saleId],
      );
      if (due) await closeSale(query, saleId, 'closed', 'time', null);
    });
    await this.commands.tellEngineClosed(saleId, 'closed');
  }
}
