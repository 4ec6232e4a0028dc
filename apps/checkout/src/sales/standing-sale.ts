import type { Query } from '#bus';
import { newId } from '#process';

/** The id of a shop's shelf, which is opened when it is first needed. */
export async function standingSale(query: Query, shopId: string): Promise<string> {
  const [found] = await query<{ id: string }>(
    `WITH made AS (
       INSERT INTO sales (id, kind, shop_id, state, title) VALUES ($1, 'standing', $2, 'open', 'Shelf')
       ON CONFLICT (shop_id) WHERE kind = 'standing' DO NOTHING RETURNING id
     )
     SELECT id FROM made UNION ALL SELECT id FROM sales WHERE shop_id = $2 AND kind = 'standing' LIMIT 1`,
    [newId(), shopId],
  );
  if (found) return found.id;
  const [other] = await query<{ id: string }>(
    `SELECT id FROM sales WHERE shop_id = $1 AND kind = 'standing'`,
    [shopId],
  );
  if (!other) throw new Error(`the standing sale of shop ${shopId} is neither there nor could it be made`);
  return other.id;
}

/** Puts a variant on its shop's shelf at its present price; changes nothing when it is there. */
export async function putOnShelf(query: Query, saleId: string, variantId: string): Promise<void> {
  await query(
    `INSERT INTO sale_variants (sale_id, variant_id, price_amount, currency)
     SELECT $1, id, price_amount, currency FROM variants WHERE id = $2
     ON CONFLICT (sale_id, variant_id) DO NOTHING`,
    [saleId, variantId],
  );
}
