import type * as port from '../hold-store.ts';
import { DUE_PER_CALL } from '../hold-store.ts';
import { isRunning, type SaleSession } from './sale-session.ts';

interface Promoted extends port.HoldKey {
  startedAt: number;
  expiresAt: number;
  lines: port.TermedLine[];
}

/**
 * Gives free units to waiters in the order of their arrival, one each, before anyone else. Promotions of one variant go
 * one after the other. Their units already count against the waiters' limits.
 */
export async function promoteWaiting(session: SaleSession, variantIds?: readonly string[]): Promise<void> {
  if (!isRunning(session)) return;
  const { query, saleId } = session;
  const waited = await query<{ variantId: string }>(
    `SELECT DISTINCT variant_id AS "variantId" FROM engine_waiting
     WHERE sale_id = $1 AND ($2::uuid[] IS NULL OR variant_id = ANY($2::uuid[])) ORDER BY 1`,
    [saleId, variantIds ?? null],
  );
  for (const { variantId } of waited) {
    await query(`SELECT pg_advisory_xact_lock(hashtextextended($1, 0))`, [`promote ${saleId} ${variantId}`]);
    session.effects.promoted.push(...(await promoteVariant(session, variantId)));
  }
}

async function promoteVariant(
  { query, saleId, now, rules }: SaleSession,
  variantId: string,
): Promise<port.Claim[]> {
  const rows = await query<Promoted>(
    `WITH queue AS (
       SELECT hold_id, buyer_id, row_number() OVER (ORDER BY rank, hold_id) AS nth FROM engine_waiting
       WHERE sale_id = $1 AND variant_id = $2 ORDER BY rank, hold_id LIMIT ${DUE_PER_CALL}
     ), free AS MATERIALIZED (
       SELECT unit FROM engine_units WHERE sale_id = $1 AND variant_id = $2 AND state = 'free'
       LIMIT (SELECT count(*) FROM queue) FOR UPDATE SKIP LOCKED
     ), given AS (
       SELECT queue.*, free.unit FROM queue JOIN (SELECT unit, row_number() OVER () AS nth FROM free) AS free USING (nth)
     ), taken AS (
       UPDATE engine_units u SET state = 'held', hold_id = given.hold_id, buyer_id = given.buyer_id FROM given
       WHERE u.sale_id = $1 AND u.variant_id = $2 AND u.unit = given.unit
     ), served AS (
       DELETE FROM engine_waiting w USING given
       WHERE w.sale_id = $1 AND w.variant_id = $2 AND w.hold_id = given.hold_id AND w.buyer_id = given.buyer_id
     ), made AS (
       INSERT INTO engine_holds (sale_id, hold_id, buyer_id, state, started_at, expires_at, ask_at, lines)
       SELECT $1, hold_id, buyer_id, 'held', $3, $4, $4,
         jsonb_build_array(jsonb_build_object('variantId', $2, 'quantity', 1, 'terms',
           (SELECT terms FROM engine_variants WHERE sale_id = $1 AND variant_id = $2)))
       FROM given ORDER BY nth RETURNING hold_id, buyer_id, started_at, expires_at, lines
     ), journal AS (
       INSERT INTO engine_journal (sale_id, kind, hold_id, buyer_id, started_at, expires_at, lines)
       SELECT $1, 'promote', hold_id, buyer_id, started_at, expires_at, lines FROM made
     )
     SELECT hold_id AS "holdId", buyer_id AS "buyerId", started_at AS "startedAt", expires_at AS "expiresAt", lines FROM made`,
    [saleId, variantId, now, now + rules.holdTtlMs],
  );
  return rows.map((row) => ({
    ...row,
    startedAt: Number(row.startedAt),
    expiresAt: Number(row.expiresAt),
  }));
}
