import type { Pool } from 'pg';
import { queryOf } from '#bus';
import type { OrderTotals } from '#contracts';
import { HOLD_COLUMNS, type HoldRow } from '../holds/stored-hold.ts';
import type { PriceOrder, PriceRefusal } from './price-order.ts';

export interface QuoteRequest {
  buyerId: string;
  holdIds: readonly string[];
  country: string;
  shipping: string;
  showId: string | null;
}

/** Says what an order would cost. The address is not known yet, so combined shipping is not promised. */
export class QuoteOrder {
  private readonly pool: Pool;
  private readonly pricing: PriceOrder;

  constructor(pool: Pool, pricing: PriceOrder) {
    this.pool = pool;
    this.pricing = pricing;
  }

  async quote(
    request: QuoteRequest,
  ): Promise<OrderTotals | { code: 'hold_not_found' | 'hold_ended' } | PriceRefusal> {
    const rows = await queryOf(this.pool)<HoldRow>(
      `SELECT ${HOLD_COLUMNS} FROM holds h JOIN sales s ON s.id = h.sale_id
       WHERE h.id = ANY($1::uuid[]) AND h.buyer_id = $2 ORDER BY h.sale_id, h.id`,
      [request.holdIds, request.buyerId],
    );
    if (rows.length < request.holdIds.length) return { code: 'hold_not_found' };
    if (rows.some((row) => row.state !== 'held' && row.state !== 'paying')) return { code: 'hold_ended' };
    const priced = await this.pricing.price(rows, {
      country: request.country,
      shipping: request.shipping,
      combined: false,
    });
    return 'code' in priced ? priced : priced.totals;
  }
}
