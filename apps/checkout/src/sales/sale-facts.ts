import { addToOutbox, makeEvent, type Query } from '#bus';
import type { EventDefinition, SaleFacts } from '#contracts';

/** Variants that one event or view names at most; a flash sale has no more, a shelf is told in parts. */
const MOST_ITEMS = 100;

interface FactsRow extends Omit<SaleFacts, 'items' | 'startsAt' | 'endsAt'> {
  startsAt: Date | null;
  endsAt: Date | null;
  version: number;
}

interface ItemRow {
  saleId: string;
  variantId: string;
  productId: string | null;
  amount: number;
  currency: string;
  available: number;
  held: number;
  sold: number;
}

export type VersionedFacts = SaleFacts & { version: number };

/** Sales as Postgres has them, with the counters of all their variants, or of `variantIds` only. */
export async function readSaleFacts(
  query: Query,
  saleIds: readonly string[],
  variantIds?: readonly string[],
): Promise<VersionedFacts[]> {
  const sales = await query<FactsRow>(
    `SELECT s.id AS "saleId", s.kind, s.shop_id AS "shopId", s.show_id AS "showId", s.title, s.state, s.rule,
       s.limit_per_buyer AS "limitPerBuyer", s.starts_at AS "startsAt", s.ends_at AS "endsAt",
       coalesce(f.version, 0) AS version
     FROM sales s LEFT JOIN sale_feed f ON f.sale_id = s.id WHERE s.id = ANY($1::uuid[])`,
    [saleIds],
  );
  const items = await query<ItemRow>(
    `SELECT * FROM (
       SELECT v.sale_id AS "saleId", v.variant_id AS "variantId", w.product_id AS "productId", v.price_amount AS amount,
         v.currency, coalesce(a.amount, 0) AS available, coalesce(h.amount, 0) AS held, coalesce(x.amount, 0) AS sold,
         row_number() OVER (PARTITION BY v.sale_id ORDER BY v.variant_id) AS nth
       FROM sale_variants v
       LEFT JOIN variants w ON w.id = v.variant_id
       LEFT JOIN balances a ON a.variant_id = v.variant_id AND a.account = 'sale:' || v.sale_id
       LEFT JOIN balances h ON h.variant_id = v.variant_id AND h.account = 'held:' || v.sale_id
       LEFT JOIN balances x ON x.variant_id = v.variant_id AND x.account = 'sold:' || v.sale_id
       WHERE v.sale_id = ANY($1::uuid[]) AND ($2::uuid[] IS NULL OR v.variant_id = ANY($2::uuid[]))
     ) AS item WHERE nth <= ${MOST_ITEMS}`,
    [saleIds, variantIds ?? null],
  );
  const bySale = Map.groupBy(items, (item) => item.saleId);
  return sales.map((sale) => ({
    ...sale,
    startsAt: sale.startsAt?.toISOString() ?? null,
    endsAt: sale.endsAt?.toISOString() ?? null,
    items: (bySale.get(sale.saleId) ?? []).map((item) => ({
      variantId: item.variantId,
      productId: item.productId,
      price: { amount: item.amount, currency: item.currency },
      available: item.available,
      held: item.held,
      sold: item.sold,
      soldOut: item.available === 0,
    })),
  }));
}

type SaleEvent = EventDefinition<typeof SaleFacts>;

/**
 * Records an event about a sale beside the change itself. The version is drawn first, which locks the sale's feed, so a
 * later version never carries older counters (protocols 10).
 */
export async function tellOfSale(
  query: Query,
  event: SaleEvent,
  saleId: string,
  about: { causeId?: string | null; variantIds?: readonly string[] } = {},
): Promise<void> {
  const [feed] = await query<{ version: number }>(
    `INSERT INTO sale_feed (sale_id, version) VALUES ($1, 1)
     ON CONFLICT (sale_id) DO UPDATE SET version = sale_feed.version + 1 RETURNING version`,
    [saleId],
  );
  const [facts] = await readSaleFacts(query, [saleId], about.variantIds);
  if (!facts || !feed) return;
  const { version: _, ...data } = facts;
  await addToOutbox(
    query,
    makeEvent(event, { aggregateId: saleId, version: feed.version, causeId: about.causeId ?? null, data }),
  );
}
