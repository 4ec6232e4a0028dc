import { inTransaction, queryOf } from '#bus';
import type { HoldKey } from '#inventory';
import type { Pool } from 'pg';
import { findStored } from '../holds/store-batch.ts';
import type { FollowUp, SettleHolds } from '../holds/settle-holds.ts';
import type { KnownSale, SaleGate } from '../sales/sale-gate.ts';

/** What settling takes from `SettleHolds`. */
export type Settling = Pick<SettleHolds, 'releaseHeld' | 'follow'>;

/**
 * Decides about pinned holds that are past their time (protocols 1): one that Postgres still has as `held` has no order,
 * because its maker died in between, and ends by compare-and-set; one that is `paying` waits for its payment's verdict;
 * what Postgres ended already is told to the engine again.
 */
export async function settlePinned(
  pool: Pool,
  gate: SaleGate,
  settle: Settling,
  sale: KnownSale,
  keys: readonly HoldKey[],
): Promise<void> {
  if (keys.length === 0) return;
  const stored = new Map(
    (await findStored(queryOf(pool), keys)).map((row) => [`${row.holdId}/${row.buyerId}`, row]),
  );
  const store = gate.storeOf(sale.engine);
  for (const key of keys) {
    const row = stored.get(`${key.holdId}/${key.buyerId}`);
    if (row?.state === 'paying') continue;
    if (row?.state === 'sold') await store.confirm(sale, [key]);
    else if (row?.state === 'held') await settle.follow(await release(pool, settle, key));
    else await store.release(sale, [key]);
  }
}

function release(pool: Pool, settle: Settling, key: HoldKey): Promise<FollowUp[]> {
  return inTransaction(pool, (query) => settle.releaseHeld(query, key, 'no_order'));
}
