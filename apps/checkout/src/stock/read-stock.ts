import { queryOf } from '#bus';
import type { StockView } from '#contracts';
import type { Pool } from 'pg';

export interface StockFilter {
  limit: number;
  cursor?: string | undefined;
  search?: string | undefined;
  low?: boolean | undefined;
  archived?: boolean | undefined;
  variantId?: string | undefined;
}

type StockRow = Omit<StockView, 'sales' | 'low'> & { sales: StockView['sales'] | null };

/**
 * A shop's variants with where their units are. `available`, `held` and `sold` add up all its sales; a sale that is
 * over and has nothing left to tell is not listed.
 */
const STOCK = `
SELECT v.id AS "variantId", v.product_id AS "productId", v.title, v.sku, v.archived,
  v.low_stock_threshold AS "lowStockThreshold",
  coalesce(sum(b.amount) FILTER (WHERE b.account = 'warehouse'), 0)::integer AS warehouse,
  coalesce(sum(b.amount) FILTER (WHERE b.account = 'returned'), 0)::integer AS returned,
  coalesce(sum(b.amount) FILTER (WHERE b.account LIKE 'sale:%'), 0)::integer AS available,
  coalesce(sum(b.amount) FILTER (WHERE b.account LIKE 'held:%'), 0)::integer AS held,
  coalesce(sum(b.amount) FILTER (WHERE b.account LIKE 'sold:%'), 0)::integer AS sold,
  coalesce(sum(b.amount) FILTER (WHERE b.account NOT LIKE 'sold:%' AND b.account NOT IN ('inbound', 'shrink')), 0)::integer AS "onHand",
  (SELECT jsonb_agg(jsonb_build_object('saleId', s.id, 'kind', s.kind, 'state', s.state, 'title', s.title,
      'available', coalesce(a.amount, 0), 'held', coalesce(h.amount, 0), 'sold', coalesce(x.amount, 0)) ORDER BY s.id DESC)
    FROM sale_variants sv JOIN sales s ON s.id = sv.sale_id
    LEFT JOIN balances a ON a.variant_id = v.id AND a.account = 'sale:' || s.id
    LEFT JOIN balances h ON h.variant_id = v.id AND h.account = 'held:' || s.id
    LEFT JOIN balances x ON x.variant_id = v.id AND x.account = 'sold:' || s.id
    WHERE sv.variant_id = v.id
      AND (s.state IN ('planned', 'open', 'paused') OR coalesce(a.amount, 0) + coalesce(h.amount, 0) + coalesce(x.amount, 0) > 0)
  ) AS sales
FROM variants v LEFT JOIN balances b ON b.variant_id = v.id
WHERE v.shop_id = $1 AND ($2::uuid IS NULL OR v.id > $2) AND ($3::boolean OR NOT v.archived)
  AND ($4::text IS NULL OR v.title ILIKE $4 OR v.sku ILIKE $4)
  AND (NOT $5::boolean OR v.low_stock_since IS NOT NULL) AND ($6::uuid IS NULL OR v.id = $6)
GROUP BY v.id ORDER BY v.id LIMIT $7`;

export class ReadStock {
  private readonly pool: Pool;

  constructor(pool: Pool) {
    this.pool = pool;
  }

  async list(
    shopId: string,
    filter: StockFilter,
  ): Promise<{ items: StockView[]; nextCursor: string | null }> {
    const search = filter.search ? `%${filter.search.replaceAll(/[\\%_]/g, '\\$&')}%` : null;
    const rows = await queryOf(this.pool)<StockRow>(STOCK, [
      shopId,
      isUuid(filter.cursor) ? filter.cursor : null,
      filter.archived ?? false,
      search,
      filter.low ?? false,
      filter.variantId ?? null,
      filter.limit + 1,
    ]);
    const items = rows.slice(0, filter.limit).map(viewOf);
    return { items, nextCursor: rows.length > filter.limit ? (items.at(-1)?.variantId ?? null) : null };
  }

  async find(shopId: string, variantId: string): Promise<StockView | undefined> {
    const { items } = await this.list(shopId, { limit: 1, archived: true, variantId });
    return items[0];
  }
}

function viewOf(row: StockRow): StockView {
  const low = row.lowStockThreshold !== null && row.available < row.lowStockThreshold;
  return { ...row, sales: row.sales ?? [], low };
}

function isUuid(text: string | undefined): text is string {
  return text !== undefined && /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/i.test(text);
}
