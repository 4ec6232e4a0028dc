import type { Query } from '#bus';
import type { SaleFacts, SaleState } from '#contracts';
import { mergeItems, saleStateOf } from './sale-facts.ts';

/**
 * Stores a sale as checkout tells it, by an event or in an answer, unless a newer version is known. Gives what is known of
 * it now, or undefined when that is newer than what was told. Sales of one shop are stored one after the other.
 */
export async function storeSale(
  query: Query,
  facts: SaleFacts,
  version: number,
): Promise<SaleState | undefined> {
  await lockFacts(query, facts.shopId);
  const [known] = await query<{ state: SaleState }>('SELECT state FROM sale WHERE sale_id = $1', [
    facts.saleId,
  ]);
  if (known && known.state.version > version) return undefined;
  if (known?.state.version === version) return known.state;
  const sale = mergeItems(known?.state, saleStateOf(facts, version));
  await query(
    `INSERT INTO sale (sale_id, shop_id, show_id, state, version) VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT (sale_id) DO UPDATE SET state = $4, version = $5`,
    [facts.saleId, facts.shopId, facts.showId, JSON.stringify(sale), version],
  );
  return sale;
}

/**
 * Until the transaction ends, nobody else stores facts of this shop or aggregate: several instances take events, and asked
 * answers come beside them. One after the other, each sees what the other stored.
 */
export async function lockFacts(query: Query, of: string): Promise<void> {
  await query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [of]);
}
