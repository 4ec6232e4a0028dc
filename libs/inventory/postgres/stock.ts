import type * as port from '../hold-store.ts';
import { freeDue } from './finish-holds.ts';
import { promoteWaiting } from './promote-waiting.ts';
import type { SaleSession } from './sale-session.ts';

const UNIT_STATES = `count(*)::integer AS stock, count(*) FILTER (WHERE state = 'free')::integer AS available,
  count(*) FILTER (WHERE state IN ('held', 'paying'))::integer AS held,
  count(*) FILTER (WHERE state = 'sold')::integer AS sold`;

/** Adds units, or takes free ones away; all of them or none. */
export async function adjust(session: SaleSession, change: port.StockChange): Promise<port.AdjustAnswer> {
  const { query, saleId } = session;
  const { variantId, delta, terms } = change;
  const [variant] = await query('SELECT 1 FROM engine_variants WHERE sale_id = $1 AND variant_id = $2', [
    saleId,
    variantId,
  ]);
  if (!variant) {
    if (!terms || delta < 0) return { code: 'unknown_variant' };
    await query(
      `INSERT INTO engine_variants (sale_id, variant_id, terms, base_available, base_held, base_sold)
       VALUES ($1, $2, $3, 0, 0, 0) ON CONFLICT DO NOTHING`,
      [saleId, variantId, terms],
    );
  }
  if (!(await remember(session, change.changeId))) return replayed(session, variantId);
  if (delta > 0) {
    await query(`INSERT INTO engine_units (sale_id, variant_id) SELECT $1, $2 FROM generate_series(1, $3)`, [
      saleId,
      variantId,
      delta,
    ]);
  } else if (!(await removeFree(session, variantId, -delta))) {
    await query('DELETE FROM engine_changes WHERE sale_id = $1 AND change_id = $2', [
      saleId,
      change.changeId,
    ]);
    return { code: 'not_enough', available: (await countersOf(session, variantId)).available };
  }
  await journal(session, 'adjust', variantId, delta, false);
  await promoteWaiting(session, [variantId]);
  return { code: 'adjusted', replay: false, ...(await countersOf(session, variantId)), ...session.effects };
}

/** Takes sold units back: free again, or out of the sale. */
export async function reverse(session: SaleSession, change: port.Reversal): Promise<port.AdjustAnswer> {
  const { query, saleId, rules } = session;
  const { variantId, quantity, buyerId, to } = change;
  const [variant] = await query('SELECT 1 FROM engine_variants WHERE sale_id = $1 AND variant_id = $2', [
    saleId,
    variantId,
  ]);
  if (!variant) return { code: 'unknown_variant' };
  const changeId = `${change.changeId}/${variantId}`;
  if (!(await remember(session, changeId))) return replayed(session, variantId);
  const sold = await query<{ unit: number }>(
    `SELECT unit FROM engine_units WHERE sale_id = $1 AND variant_id = $2 AND state = 'sold' LIMIT $3 FOR UPDATE`,
    [saleId, variantId, quantity],
  );
  if (sold.length < quantity) {
    await query('DELETE FROM engine_changes WHERE sale_id = $1 AND change_id = $2', [saleId, changeId]);
    return { code: 'not_enough', available: sold.length };
  }
  await query(
    to === 'available'
      ? `UPDATE engine_units SET state = 'free' WHERE sale_id = $1 AND variant_id = $2 AND unit = ANY($3::bigint[])`
      : `DELETE FROM engine_units WHERE sale_id = $1 AND variant_id = $2 AND unit = ANY($3::bigint[])`,
    [saleId, variantId, sold.map((row) => row.unit)],
  );
  if (rules.limitPerBuyer > 0 && buyerId !== null) {
    await query(
      'UPDATE engine_buyers SET units = greatest(units - $3, 0) WHERE sale_id = $1 AND buyer_id = $2',
      [saleId, buyerId, quantity],
    );
  }
  await journal(session, 'reverse', variantId, quantity, to === 'outside');
  await promoteWaiting(session, [variantId]);
  return { code: 'adjusted', replay: false, ...(await countersOf(session, variantId)), ...session.effects };
}

/** Counters of one variant, counted. */
export async function countersOf({ query, saleId }: SaleSession, variantId: string): Promise<port.Counters> {
  const [row] = await query<port.Counters>(
    `SELECT ${UNIT_STATES} FROM engine_units WHERE sale_id = $1 AND variant_id = $2`,
    [saleId, variantId],
  );
  return row ?? { stock: 0, available: 0, held: 0, sold: 0 };
}

async function replayed(session: SaleSession, variantId: string): Promise<port.AdjustAnswer> {
  return {
    code: 'adjusted',
    replay: true,
    ...(await countersOf(session, variantId)),
    expired: [],
    promoted: [],
  };
}

/** Removes free units; ends holds past their time first when there are too few. */
async function removeFree(session: SaleSession, variantId: string, quantity: number): Promise<boolean> {
  for (const last of [false, true]) {
    const free = await session.query<{ unit: number }>(
      `SELECT unit FROM engine_units WHERE sale_id = $1 AND variant_id = $2 AND state = 'free'
       LIMIT $3 FOR UPDATE SKIP LOCKED`,
      [session.saleId, variantId, quantity],
    );
    if (free.length === quantity) {
      await session.query(
        'DELETE FROM engine_units WHERE sale_id = $1 AND variant_id = $2 AND unit = ANY($3::bigint[])',
        [session.saleId, variantId, free.map((row) => row.unit)],
      );
      return true;
    }
    if (last) break;
    await freeDue(session, { variantIds: [variantId] });
    await promoteWaiting(session);
  }
  return false;
}

/** False when a change of this id was made before. */
async function remember({ query, saleId, now }: SaleSession, changeId: string): Promise<boolean> {
  const made = await query(
    `INSERT INTO engine_changes (sale_id, change_id, at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING RETURNING 1`,
    [saleId, changeId, now],
  );
  return made.length > 0;
}

async function journal(
  { query, saleId }: SaleSession,
  kind: 'adjust' | 'reverse',
  variantId: string,
  quantity: number,
  outside: boolean,
): Promise<void> {
  await query(`INSERT INTO engine_journal (sale_id, kind, outside, lines) VALUES ($1, $2, $3, $4)`, [
    saleId,
    kind,
    outside,
    JSON.stringify([{ variantId, quantity, terms: '' }]),
  ]);
}
