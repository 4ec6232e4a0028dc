import { inTransaction } from '#bus';
import { callEndpoint, getSaleEndpoint, type SaleView } from '#contracts';
import type { Pool } from 'pg';
import { storeSale } from './store-sale.ts';

const TIMEOUT_MS = 2_000;

/**
 * Fetches a sale that a command spoke of and no event has told of yet. True when it is known now; whatever goes wrong counts
 * as not known. Viewers are told of it by checkout's events only.
 */
export async function askForSale(checkoutUrl: string, pool: Pool, saleId: string): Promise<boolean> {
  const found = await callEndpoint(
    fetch,
    checkoutUrl,
    getSaleEndpoint,
    { params: { saleId }, query: {} },
    { signal: AbortSignal.timeout(TIMEOUT_MS) },
  ).catch(() => undefined);
  return found?.ok ? keepSale(pool, found.body) : false;
}

/** Stores what checkout answered about a sale, so that the next command may speak of it. */
export function keepSale(pool: Pool, sale: SaleView): Promise<boolean> {
  return inTransaction(pool, (query) => storeSale(query, sale, sale.version)).then(
    () => true,
    () => false,
  );
}
