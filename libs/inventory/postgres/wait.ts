import type * as port from '../hold-store.ts';
import { freeDue } from './finish-holds.ts';
import { promoteWaiting } from './promote-waiting.ts';
import { isRunning, type SaleSession } from './sale-session.ts';
import { countersOf } from './stock.ts';

/** Lets a buyer wait for one unit; that unit counts against their limit from now on. */
export async function join(session: SaleSession, waiter: port.Waiter): Promise<port.JoinAnswer> {
  const { query, saleId, rules } = session;
  const { variantId, holdId, buyerId, rank } = waiter;
  const [known] = await query<{ there: boolean; sells: boolean }>(
    `SELECT EXISTS (SELECT 1 FROM engine_waiting WHERE sale_id = $1 AND hold_id = $2 AND buyer_id = $3)
         OR EXISTS (SELECT 1 FROM engine_holds WHERE sale_id = $1 AND hold_id = $2 AND buyer_id = $3) AS there,
       EXISTS (SELECT 1 FROM engine_variants WHERE sale_id = $1 AND variant_id = $4) AS sells`,
    [saleId, holdId, buyerId, variantId],
  );
  if (known?.there) return { code: 'waiting' };
  if (!isRunning(session)) return { code: 'closed' };
  if (!known?.sells) return { code: 'unknown_variant' };
  await freeDue(session, { variantIds: [variantId] });
  await promoteWaiting(session);
  const { available, held } = await countersOf(session, variantId);
  if (available > 0) return { code: 'available' };
  if (held === 0) return { code: 'closed' };
  if (rules.limitPerBuyer > 0 && !(await countUnit(session, buyerId))) {
    await freeDue(session, { buyerId });
    await promoteWaiting(session);
    if (!(await countUnit(session, buyerId))) return { code: 'limit_reached' };
  }
  await query(
    `INSERT INTO engine_waiting (sale_id, variant_id, rank, hold_id, buyer_id) VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT DO NOTHING`,
    [saleId, variantId, rank, holdId, buyerId],
  );
  return { code: 'waiting' };
}

export async function leave(
  session: SaleSession,
  { variantId, holdId, buyerId }: port.Waiter,
): Promise<void> {
  const { query, saleId, rules } = session;
  const left = await query(
    `DELETE FROM engine_waiting WHERE sale_id = $1 AND variant_id = $2 AND hold_id = $3 AND buyer_id = $4 RETURNING 1`,
    [saleId, variantId, holdId, buyerId],
  );
  if (left.length === 0 || rules.limitPerBuyer === 0) return;
  await query(
    'UPDATE engine_buyers SET units = units - 1 WHERE sale_id = $1 AND buyer_id = $2 AND units > 0',
    [saleId, buyerId],
  );
}

async function countUnit({ query, saleId, rules }: SaleSession, buyerId: string): Promise<boolean> {
  const counted = await query(
    `INSERT INTO engine_buyers AS b (sale_id, buyer_id, units) VALUES ($1, $2, 1)
     ON CONFLICT (sale_id, buyer_id) DO UPDATE SET units = b.units + 1 WHERE b.units + 1 <= $3 RETURNING 1`,
    [saleId, buyerId, rules.limitPerBuyer],
  );
  return counted.length > 0;
}
