import { inTransaction, queryOf } from '#bus';
import { saleOpened, salePaused } from '#contracts';
import type { HoldStore } from '#inventory';
import { gauge, type Logger } from '#process';
import type { Pool } from 'pg';
import type { RebuildSale } from '../sales/rebuild-sale.ts';
import { tellOfSale } from '../sales/sale-facts.ts';
import type { EngineName, SaleGate } from '../sales/sale-gate.ts';

/** How long Redis may be silent before its sales pause; calls meanwhile get a retryable answer each. */
const SILENT_MS = 1_000;
/** How long Redis has to answer without a gap before sales that failed over come back to it. */
const STEADY_MS = 10_000;
/** Sales that one round pauses or opens again. */
const MOST_SALES = 500;

const reachable = gauge('hold_engine_reachable', 'Whether the hold engine answers (1) or not (0).', [
  'engine',
]);

/** An engine that may be away on its own. */
export interface WatchedEngine {
  name: EngineName;
  ping(): Promise<void>;
  /** Identifies its memory: changes with every restart and promotion. */
  memoryId(): Promise<string>;
}

/**
 * Pauses the sales of an engine that is out of reach, or moves those that opted in to the Postgres engine; rebuilds and
 * opens them once it is back. Sales that failed over return when it has been back for a while. Only the leading instance
 * does this.
 */
export class WatchEngines {
  private readonly pool: Pool;
  private readonly gate: SaleGate;
  private readonly rebuildSale: RebuildSale;
  private readonly engine: WatchedEngine;
  private readonly logger: Logger;
  private silentSince: number | undefined;
  private answersSince: number | undefined;
  private memory: string | undefined;

  constructor(parts: {
    pool: Pool;
    gate: SaleGate;
    rebuildSale: RebuildSale;
    engine: WatchedEngine;
    logger: Logger;
  }) {
    this.pool = parts.pool;
    this.gate = parts.gate;
    this.rebuildSale = parts.rebuildSale;
    this.engine = parts.engine;
    this.logger = parts.logger;
  }

  async round(now = Date.now()): Promise<void> {
    if (await this.answers()) {
      this.silentSince = undefined;
      this.answersSince ??= now;
      await this.resume();
      if (now - this.answersSince >= STEADY_MS) await this.comeBack();
      return;
    }
    this.answersSince = undefined;
    this.silentSince ??= now;
    if (now - this.silentSince >= SILENT_MS) await this.pause();
  }

  private async answers(): Promise<boolean> {
    try {
      await this.engine.ping();
      const memory = await this.engine.memoryId();
      if (this.memory !== undefined && memory !== this.memory) await this.renew();
      this.memory = memory;
      reachable.set({ engine: this.engine.name }, 1);
      return true;
    } catch {
      reachable.set({ engine: this.engine.name }, 0);
      return false;
    }
  }

  /** The engine lost its memory: sales are rebuilt before anybody has to find out. */
  private async renew(): Promise<void> {
    const sales = await queryOf(this.pool)<{ saleId: string; epoch: number }>(
      `SELECT id AS "saleId", epoch FROM sales WHERE state = 'open' AND engine = $1 AND kind = 'flash' LIMIT ${MOST_SALES}`,
      [this.engine.name],
    );
    this.logger.warn({ engine: this.engine.name, sales: sales.length }, 'an engine lost its memory');
    for (const sale of sales) {
      const answer = await this.gate.storeOf(this.engine.name).read(sale, []);
      if ('code' in answer) await this.rebuildSale.rebuild(sale);
    }
  }

  private async pause(): Promise<void> {
    const sales = await queryOf(this.pool)<{ saleId: string; epoch: number; failover: boolean }>(
      `SELECT id AS "saleId", epoch, failover FROM sales
       WHERE engine = $1 AND (state = 'open' OR state = 'paused' AND failover) LIMIT ${MOST_SALES}`,
      [this.engine.name],
    );
    for (const { saleId, epoch, failover } of sales) {
      if (failover && (await this.rebuildSale.rebuild({ saleId, epoch }, 'postgres'))) {
        await this.setState(saleId, 'paused', 'open');
        this.logger.warn({ saleId }, 'a sale goes on without Redis');
      } else {
        await this.setState(saleId, 'open', 'paused');
      }
    }
    if (sales.length > 0) this.logger.warn({ sales: sales.length }, 'sales wait for their engine');
  }

  private async resume(): Promise<void> {
    const sales = await queryOf(this.pool)<{ saleId: string; epoch: number }>(
      `SELECT id AS "saleId", epoch FROM sales WHERE engine = $1 AND state = 'paused' AND pause_reason = 'engine' LIMIT ${MOST_SALES}`,
      [this.engine.name],
    );
    for (const sale of sales) {
      if (await this.rebuildSale.rebuild(sale)) await this.setState(sale.saleId, 'paused', 'open');
    }
    if (sales.length > 0) this.logger.info({ sales: sales.length }, 'sales go on');
  }

  /** A sale that failed over returns with a rebuild, as it left: its counters come from Postgres either way. */
  private async comeBack(): Promise<void> {
    const sales = await queryOf(this.pool)<{ saleId: string; epoch: number }>(
      `SELECT id AS "saleId", epoch FROM sales
       WHERE engine = 'postgres' AND failover AND state IN ('open', 'paused') LIMIT ${MOST_SALES}`,
    );
    for (const sale of sales) {
      if (!(await this.rebuildSale.rebuild(sale, this.engine.name))) return;
      // A rebuild of another kind may have been under way; then the next round tries again.
      if ((await this.gate.refresh(sale.saleId))?.engine !== this.engine.name) continue;
      // A call with the former epoch finds nothing there any more, and so begins again with the new engine.
      await this.gate.storeOf('postgres').drop(sale.saleId);
      this.logger.info({ saleId: sale.saleId }, 'a sale came back to its engine');
    }
  }

  private async setState(saleId: string, from: 'open' | 'paused', to: 'open' | 'paused'): Promise<void> {
    await inTransaction(this.pool, async (query) => {
      const changed = await query(
        'UPDATE sales SET state = $3, pause_reason = $4 WHERE id = $1 AND state = $2 RETURNING id',
        [saleId, from, to, to === 'paused' ? 'engine' : null],
      );
      if (changed.length === 0) return;
      await tellOfSale(query, to === 'open' ? saleOpened : salePaused, saleId, { variantIds: [] });
    });
    this.gate.forget(saleId);
  }
}

/** Redis as a watched engine. */
export function watchedRedis(
  store: HoldStore & { ping(): Promise<void>; memoryId(): Promise<string> },
): WatchedEngine {
  return { name: 'redis', ping: () => store.ping(), memoryId: () => store.memoryId() };
}
