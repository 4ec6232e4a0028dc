import type * as port from '../hold-store.ts';
import { DUE_PER_CALL } from '../hold-store.ts';
import type { SaleSession } from './sale-session.ts';

const KIND = { sold: 'confirm', released: 'release', expired: 'expire' } as const;

/**
 * Ends live holds: their units become sold or free, their buyers' count goes down, the journal says so. Gives the keys
 * that were live. The rows are locked in the order of their keys.
 */
export async function finishHolds(
  { query, saleId, now, rules }: SaleSession,
  keys: readonly port.HoldKey[],
  to: port.HoldEnd,
): Promise<port.HoldKey[]> {
  if (keys.length === 0) return [];
  return query<port.HoldKey>(
    `WITH live AS MATERIALIZED (
       SELECT hold_id, buyer_id FROM engine_holds
       WHERE sale_id = $1 AND state IN ('held', 'paying')
         AND (hold_id, buyer_id) IN (SELECT * FROM unnest($2::uuid[], $3::uuid[]))
       ORDER BY hold_id, buyer_id FOR UPDATE
     ), ended AS (
       UPDATE engine_holds h SET state = $4, ended_at = $5 FROM live
       WHERE h.sale_id = $1 AND h.hold_id = live.hold_id AND h.buyer_id = live.buyer_id
         AND h.state IN ('held', 'paying')
       RETURNING h.hold_id, h.buyer_id, h.started_at, h.expires_at, h.lines
     ), units AS (
       UPDATE engine_units u SET state = CASE WHEN $4 = 'sold' THEN 'sold' ELSE 'free' END, hold_id = NULL, buyer_id = NULL
       FROM ended WHERE u.sale_id = $1 AND u.hold_id = ended.hold_id AND u.buyer_id = ended.buyer_id
       RETURNING ended.buyer_id
     ), buyers AS (
       UPDATE engine_buyers b SET units = greatest(b.units - freed.units, 0)
       FROM (SELECT buyer_id, count(*)::integer AS units FROM units GROUP BY buyer_id) AS freed
       WHERE $6 AND $4 <> 'sold' AND b.sale_id = $1 AND b.buyer_id = freed.buyer_id
     ), journal AS (
       INSERT INTO engine_journal (sale_id, kind, hold_id, buyer_id, started_at, expires_at, lines)
       SELECT $1, $7, hold_id, buyer_id, started_at, expires_at, lines FROM ended ORDER BY expires_at
     )
     SELECT hold_id AS "holdId", buyer_id AS "buyerId" FROM ended`,
    [
      saleId,
      keys.map((key) => key.holdId),
      keys.map((key) => key.buyerId),
      to,
      now,
      rules.limitPerBuyer > 0,
      KIND[to],
    ],
  );
}

/** Ends holds past their time, the oldest first: of one variant, of one buyer, or any; others' work is skipped. */
export async function freeDue(
  session: SaleSession,
  only: { variantIds?: readonly string[]; buyerId?: string } = {},
): Promise<void> {
  const due = await session.query<port.HoldKey>(
    `SELECT hold_id AS "holdId", buyer_id AS "buyerId" FROM engine_holds h
     WHERE sale_id = $1 AND state = 'held' AND expires_at <= $2 AND ($3::uuid IS NULL OR buyer_id = $3)
       AND ($4::uuid[] IS NULL OR EXISTS (
         SELECT 1 FROM engine_units u
         WHERE u.hold_id = h.hold_id AND u.buyer_id = h.buyer_id AND u.variant_id = ANY($4::uuid[])))
     ORDER BY expires_at LIMIT ${DUE_PER_CALL} FOR UPDATE SKIP LOCKED`,
    [session.saleId, session.now, only.buyerId ?? null, only.variantIds ?? null],
  );
  session.effects.expired.push(...(await finishHolds(session, due, 'expired')));
}
