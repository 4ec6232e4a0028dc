import { inTransaction } from '#bus';
import { callEndpoint, getProductFactsEndpoint, getShowFactsEndpoint, type ShowFacts } from '#contracts';
import type { Pool } from 'pg';
import { leaveSales } from './leave-sales.ts';

const TIMEOUT_MS = 2_000;

export interface Catalog {
  url: string;
  internalToken: string;
}

/**
 * Fetches a show and its line-up as they are now, for when somebody speaks of what has not been heard of yet. True when
 * something newer than known was found; whatever goes wrong counts as nothing new.
 */
export async function askForShow(catalog: Catalog, pool: Pool, showId: string): Promise<boolean> {
  const found = await callEndpoint(
    fetch,
    catalog.url,
    getShowFactsEndpoint,
    { params: { showId } },
    optionsOf(catalog),
  ).catch(() => undefined);
  if (!found?.ok) return false;
  const { version, lineup, ...facts } = found.body;
  const show: ShowFacts = facts;
  return inTransaction(pool, async (query) => {
    const shows = await query(
      `INSERT INTO show (show_id, shop_id, facts, version) VALUES ($1, $2, $3, $4)
       ON CONFLICT (show_id) DO UPDATE SET facts = $3, version = $4 WHERE show.version < $4 RETURNING 1`,
      [showId, show.shopId, JSON.stringify(show), version],
    );
    const lineUps = await query(
      `INSERT INTO line_up (show_id, product_ids, version) VALUES ($1, $2, $3)
       ON CONFLICT (show_id) DO UPDATE SET product_ids = $2, version = $3 WHERE line_up.version < $3 RETURNING 1`,
      [showId, lineup, version],
    );
    if (lineUps.length > 0) await leaveSales(query, show);
    return shows.length + lineUps.length > 0;
  }).catch(() => false);
}

/** The same for one product. */
export async function askForProduct(catalog: Catalog, pool: Pool, productId: string): Promise<boolean> {
  const request = { params: { productId } };
  const found = await callEndpoint(
    fetch,
    catalog.url,
    getProductFactsEndpoint,
    request,
    optionsOf(catalog),
  ).catch(() => undefined);
  if (!found?.ok) return false;
  const { version, ...facts } = found.body;
  const stored = await pool
    .query(
      `INSERT INTO product (product_id, facts, version) VALUES ($1, $2, $3)
       ON CONFLICT (product_id) DO UPDATE SET facts = $2, version = $3 WHERE product.version < $3`,
      [productId, JSON.stringify(facts), version],
    )
    .catch(() => undefined);
  return (stored?.rowCount ?? 0) > 0;
}

function optionsOf(catalog: Catalog) {
  return {
    headers: { authorization: `Bearer ${catalog.internalToken}` },
    signal: AbortSignal.timeout(TIMEOUT_MS),
  };
}
