import { addToOutbox, inTransaction, makeEvent, queryOf, type Query } from '#bus';
import { stockRanLow } from '#contracts';
import type { Pool } from 'pg';

interface Changed {
  shopId: string;
  variantId: string;
  productId: string;
  title: string;
  threshold: number;
  available: number;
  version: number;
  ranLow: boolean;
}

/** Variants judged at a time. */
const MOST_JUDGED = 500;

/**
 * Finds variants that crossed their threshold since the last look: alerts once when fewer units are available than it
 * says, and again only after they recovered.
 */
const CROSSED = `
WITH judged AS (
  SELECT v.id, v.low_stock_threshold IS NOT NULL AND coalesce(sum(b.amount), 0) < v.low_stock_threshold AS low,
    coalesce(sum(b.amount), 0)::integer AS available
  FROM variants v LEFT JOIN balances b ON b.variant_id = v.id AND b.account LIKE 'sale:%'
  WHERE (v.low_stock_threshold IS NOT NULL OR v.low_stock_since IS NOT NULL) AND NOT v.archived
  GROUP BY v.id HAVING (v.low_stock_threshold IS NOT NULL AND coalesce(sum(b.amount), 0) < v.low_stock_threshold)
    IS DISTINCT FROM (v.low_stock_since IS NOT NULL)
  ORDER BY v.id LIMIT ${MOST_JUDGED}
)
UPDATE variants v SET low_stock_since = CASE WHEN judged.low THEN clock_timestamp() END
FROM judged WHERE v.id = judged.id
RETURNING v.shop_id AS "shopId", v.id AS "variantId", v.product_id AS "productId", v.title, judged.available,
  v.low_stock_threshold AS threshold, (extract(epoch FROM clock_timestamp()) * 1000)::bigint AS version,
  judged.low AS "ranLow"`;

/** Low-stock thresholds of variants. */
export class LowStock {
  private readonly pool: Pool;

  constructor(pool: Pool) {
    this.pool = pool;
  }

  async setThreshold(shopId: string, variantId: string, threshold: number | null): Promise<boolean> {
    const rows = await queryOf(this.pool)(
      'UPDATE variants SET low_stock_threshold = $3 WHERE id = $1 AND shop_id = $2 RETURNING id',
      [variantId, shopId, threshold],
    );
    return rows.length > 0;
  }

  /** Looks for crossings and tells of those downwards; gives how many there were. */
  look(): Promise<number> {
    return inTransaction(this.pool, tellOfCrossings);
  }
}

async function tellOfCrossings(query: Query): Promise<number> {
  const low = (await query<Changed>(CROSSED)).filter((changed) => changed.ranLow);
  const events = low.map((data) =>
    makeEvent(stockRanLow, { aggregateId: data.variantId, version: data.version, data }),
  );
  await addToOutbox(query, ...events);
  return low.length;
}
