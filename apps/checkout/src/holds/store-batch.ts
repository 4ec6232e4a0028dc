import type { Claim, HoldEnd, HoldKey, LiveState } from '#inventory';
import type { Query } from '#bus';
import { newId } from '#process';
import type { Pool } from 'pg';
import { heldLinesOf } from '../sales/terms.ts';

/** A hold that an engine made and that has to become durable before anybody hears of it. */
export interface HoldToStore extends Claim {
  saleId: string;
  epoch: number;
  source: 'buyer' | 'waitlist';
}

/** A flush that takes longer is treated as failed; what became of it is found out by its tombstones. */
const FLUSH_TIMEOUT_MS = 3_000;

/**
 * Many holds in one statement, one commit and one fsync: rows whose sale still has the epoch they were claimed under
 * (`FOR SHARE` waits for a rebuild or an emergency stop and then sees it), holds that ended to make room for them, and one
 * ledger event for all. Ids that are there already are left alone. Everything is locked in the order sales, holds,
 * balances, each sorted, so that two flushes never wait for each other in a circle.
 */
export const STORE_HOLDS = `
WITH input AS (
  SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::bigint[], $5::text[], $6::jsonb[], $7::float8[], $8::float8[])
    AS hold (id, buyer_id, sale_id, epoch, source, lines, started_ms, expires_ms)
), gate AS MATERIALIZED (
  SELECT sale.id FROM sales sale JOIN (SELECT DISTINCT sale_id, epoch FROM input) AS believed
    ON sale.id = believed.sale_id AND sale.epoch = believed.epoch AND sale.state <> 'stopped'
  ORDER BY sale.id FOR SHARE OF sale
), due AS MATERIALIZED (
  SELECT h.id, h.buyer_id FROM holds h
  WHERE (h.id, h.buyer_id) IN (SELECT * FROM unnest($9::uuid[], $10::uuid[])) AND h.state = 'held'
  ORDER BY h.id, h.buyer_id FOR UPDATE
), ended AS (
  UPDATE holds h SET state = 'expired', ended_at = clock_timestamp() FROM due
  WHERE h.id = due.id AND h.buyer_id = due.buyer_id AND h.state = 'held' RETURNING h.sale_id, h.lines
), stored AS (
  INSERT INTO holds (id, buyer_id, sale_id, state, source, lines, started_at, expires_at)
  SELECT id, buyer_id, sale_id, 'held', source, lines, to_timestamp(started_ms / 1000), to_timestamp(expires_ms / 1000)
  FROM input WHERE sale_id IN (SELECT id FROM gate) ORDER BY id, buyer_id
  ON CONFLICT (id, buyer_id) DO NOTHING RETURNING id, buyer_id, sale_id, lines
), moved AS (
  SELECT sale_id, "variantId" AS variant_id, sum(units)::integer AS units FROM (
    SELECT sale_id, "variantId", quantity AS units FROM stored, jsonb_to_recordset(lines) AS line ("variantId" uuid, quantity integer)
    UNION ALL
    SELECT sale_id, "variantId", -quantity FROM ended, jsonb_to_recordset(lines) AS line ("variantId" uuid, quantity integer)
  ) AS change GROUP BY 1, 2 HAVING sum(units) <> 0
), event AS (
  INSERT INTO ledger_events (id, kind) SELECT $11::uuid, 'held' WHERE EXISTS (SELECT 1 FROM moved) RETURNING id
), posted AS (
  INSERT INTO ledger_rows (event_id, variant_id, account, amount)
  SELECT event.id, variant_id, 'sale:' || sale_id, -units FROM moved, event
  UNION ALL SELECT event.id, variant_id, 'held:' || sale_id, units FROM moved, event
)
SELECT id AS "holdId", buyer_id AS "buyerId" FROM stored`;

/** Gives the keys that were stored by this call. Tests give another `text`, to show what a rule in it is for. */
export async function storeBatch(
  pool: Pool,
  holds: readonly HoldToStore[],
  expired: readonly HoldKey[],
  text: string = STORE_HOLDS,
): Promise<HoldKey[]> {
  const statement = {
    ...(text === STORE_HOLDS ? { name: 'store-holds' } : {}),
    text,
    values: [
      ...columnsOf(holds),
      expired.map((key) => key.holdId),
      expired.map((key) => key.buyerId),
      newId(),
    ],
    query_timeout: FLUSH_TIMEOUT_MS,
  };
  return (await pool.query<HoldKey>(statement)).rows;
}

/** What Postgres has of these holds. */
export function findStored(
  query: Query,
  keys: readonly HoldKey[],
): Promise<(HoldKey & { state: LiveState | HoldEnd; saleId: string })[]> {
  return query(
    `SELECT id AS "holdId", buyer_id AS "buyerId", state, sale_id AS "saleId" FROM holds
     WHERE (id, buyer_id) IN (SELECT * FROM unnest($1::uuid[], $2::uuid[]))`,
    [keys.map((key) => key.holdId), keys.map((key) => key.buyerId)],
  );
}

/**
 * Makes sure that these holds can never be stored any more. A row that is there already wins: the insert that seemed
 * to fail had worked. Waits for an insert of the same id that is still under way. Gives the keys that are dead now.
 */
export async function writeTombstones(pool: Pool, holds: readonly HoldToStore[]): Promise<HoldKey[]> {
  const statement = {
    text: `
      INSERT INTO holds (id, buyer_id, sale_id, state, reason, source, lines, started_at, expires_at, ended_at)
      SELECT id, buyer_id, sale_id, 'released', 'not_stored', source, lines, to_timestamp(started_ms / 1000),
        to_timestamp(expires_ms / 1000), clock_timestamp()
      FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::bigint[], $5::text[], $6::jsonb[], $7::float8[], $8::float8[])
        AS hold (id, buyer_id, sale_id, epoch, source, lines, started_ms, expires_ms)
      ORDER BY id, buyer_id
      ON CONFLICT (id, buyer_id) DO NOTHING RETURNING id AS "holdId", buyer_id AS "buyerId"`,
    values: columnsOf(holds),
    query_timeout: FLUSH_TIMEOUT_MS,
  };
  return (await pool.query<HoldKey>(statement)).rows;
}

function columnsOf(holds: readonly HoldToStore[]): unknown[] {
  return [
    holds.map((hold) => hold.holdId),
    holds.map((hold) => hold.buyerId),
    holds.map((hold) => hold.saleId),
    holds.map((hold) => hold.epoch),
    holds.map((hold) => hold.source),
    holds.map((hold) => JSON.stringify(heldLinesOf(hold.lines))),
    holds.map((hold) => hold.startedAt),
    holds.map((hold) => hold.expiresAt),
  ];
}
