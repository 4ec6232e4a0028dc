import { queryOf } from '#bus';
import { newId, type Logger } from '#process';
import type { Pool } from 'pg';
import type { MoveUnits } from '../stock/move-units.ts';
import type { SaleGate } from './sale-gate.ts';
import { putOnShelf, standingSale } from './standing-sale.ts';

const MOST_SALES = 50;

/**
 * Brings units that a flash sale did not sell back to the shelf: at once what is left at its end, later what holds that
 * outlived it give back. A sale with nothing left is forgotten by its engine.
 */
export class DrainSales {
  private readonly pool: Pool;
  private readonly gate: SaleGate;
  private readonly moveUnits: MoveUnits;
  private readonly logger: Logger;

  constructor(pool: Pool, gate: SaleGate, moveUnits: MoveUnits, logger: Logger) {
    this.pool = pool;
    this.gate = gate;
    this.moveUnits = moveUnits;
    this.logger = logger;
  }

  async round(): Promise<void> {
    const sales = await queryOf(this.pool)<{ id: string; shopId: string }>(
      `SELECT id, shop_id AS "shopId" FROM sales
       WHERE state IN ('closed', 'stopped') AND drained_at IS NULL AND kind = 'flash' ORDER BY closed_at LIMIT ${MOST_SALES}`,
    );
    for (const { id, shopId } of sales) {
      try {
        await this.drain(id, shopId);
      } catch (err) {
        this.logger.warn({ err, saleId: id }, 'units left in a closed sale wait for the next round');
      }
    }
  }

  private async drain(saleId: string, shopId: string): Promise<void> {
    const query = queryOf(this.pool);
    const left = await query<{ variantId: string; available: number; held: number }>(
      `SELECT variant_id AS "variantId", coalesce(sum(amount) FILTER (WHERE account LIKE 'sale:%'), 0)::integer AS available,
         coalesce(sum(amount) FILTER (WHERE account LIKE 'held:%'), 0)::integer AS held
       FROM balances WHERE account IN ('sale:' || $1, 'held:' || $1) GROUP BY variant_id HAVING sum(amount) > 0`,
      [saleId],
    );
    if (left.length === 0) {
      await query('UPDATE sales SET drained_at = clock_timestamp() WHERE id = $1', [saleId]);
      const sale = await this.gate.find(saleId);
      if (sale) await this.gate.storeOf(sale.engine).drop(saleId);
      return;
    }
    const shelf = await standingSale(query, shopId);
    for (const { variantId } of left.filter((variant) => variant.available > 0)) {
      const answer = await this.gate.run(saleId, async (store, sale) => {
        const snapshot = await store.read(sale, [variantId]);
        return 'code' in snapshot ? snapshot : { code: 'read' as const, ...snapshot };
      });
      const quantity = answer.code === 'read' ? (answer.variants[0]?.available ?? 0) : 0;
      if (quantity === 0) continue;
      await putOnShelf(query, shelf, variantId);
      await this.moveUnits.move({ id: newId(), kind: 'allocated', shopId, saleId, reason: 'sale over' }, [
        { variantId, quantity, from: { saleId }, to: { saleId: shelf } },
      ]);
    }
  }
}
