import type * as port from '../hold-store.ts';
import type { Query } from './sale-session.ts';
import { postgresEngineTableNames } from './tables.ts';

/** Begins a sale under a new epoch; gives false when this epoch or a later one is there. The row stays locked. */
export async function beginSale(
  query: Query,
  { saleId, epoch }: port.SaleRef,
  rules: port.SaleRules,
): Promise<boolean> {
  const begun = await query(
    `INSERT INTO engine_sales AS s (sale_id, epoch, state, starts_at, ends_at, limit_per_buyer, hold_ttl_ms)
     VALUES ($1, $2, $3, $4, $5, $6, $7)
     ON CONFLICT (sale_id) DO UPDATE SET epoch = excluded.epoch, state = excluded.state, starts_at = excluded.starts_at,
       ends_at = excluded.ends_at, limit_per_buyer = excluded.limit_per_buyer, hold_ttl_ms = excluded.hold_ttl_ms
     WHERE s.epoch < excluded.epoch RETURNING 1`,
    [saleId, epoch, rules.state, rules.startsAt, rules.endsAt, rules.limitPerBuyer, rules.holdTtlMs],
  );
  if (begun.length === 0) return false;
  for (const table of postgresEngineTableNames) {
    if (table !== 'engine_sales') await query(`DELETE FROM ${table} WHERE sale_id = $1`, [saleId]);
  }
  return true;
}

export async function putVariants(
  query: Query,
  saleId: string,
  variants: readonly port.SaleVariant[],
): Promise<void> {
  const columns = [
    saleId,
    variants.map((variant) => variant.variantId),
    variants.map((variant) => variant.terms),
    variants.map((variant) => variant.unsold),
    variants.map((variant) => variant.sold),
  ];
  await query(
    `INSERT INTO engine_variants (sale_id, variant_id, terms, base_available, base_held, base_sold)
     SELECT $1, variant_id, terms, unsold, 0, sold
     FROM unnest($2::uuid[], $3::text[], $4::integer[], $5::integer[]) AS v (variant_id, terms, unsold, sold)`,
    columns,
  );
  await query(
    `INSERT INTO engine_units (sale_id, variant_id, state)
     SELECT $1, variant_id, CASE WHEN nth > unsold THEN 'sold' ELSE 'free' END
     FROM unnest($2::uuid[], $3::text[], $4::integer[], $5::integer[]) AS v (variant_id, terms, unsold, sold),
       generate_series(1, unsold + sold) AS nth`,
    columns,
  );
}

/** Fills a sale that `beginSale` emptied. */
export async function restoreSale(query: Query, saleId: string, memory: port.SaleMemory): Promise<void> {
  await putVariants(query, saleId, memory.variants);
  const limited = memory.rules.limitPerBuyer > 0;
  for await (const holds of memory.holds) await restoreHolds(query, saleId, holds, limited);
  for (const buyers of memory.bought) {
    await addUnits(
      query,
      saleId,
      buyers.map((buyer) => buyer.buyerId),
      buyers.map((buyer) => buyer.units),
    );
  }
  for (const waiters of memory.waiting) {
    await query(
      `INSERT INTO engine_waiting (sale_id, variant_id, rank, hold_id, buyer_id)
       SELECT $1, * FROM unnest($2::uuid[], $3::bigint[], $4::uuid[], $5::uuid[])`,
      [
        saleId,
        waiters.map((waiter) => waiter.variantId),
        waiters.map((waiter) => waiter.rank),
        waiters.map((waiter) => waiter.holdId),
        waiters.map((waiter) => waiter.buyerId),
      ],
    );
    const buyerIds = waiters.map((waiter) => waiter.buyerId);
    if (limited)
      await addUnits(
        query,
        saleId,
        buyerIds,
        buyerIds.map(() => 1),
      );
  }
}

async function restoreHolds(
  query: Query,
  saleId: string,
  holds: readonly port.StoredHold[],
  limited: boolean,
): Promise<void> {
  await query(
    `INSERT INTO engine_holds (sale_id, hold_id, buyer_id, state, started_at, expires_at, ended_at, ask_at, lines)
     SELECT $1, id, buyer, state, started, expires, ended, expires, lines
     FROM unnest($2::uuid[], $3::uuid[], $4::text[], $5::bigint[], $6::bigint[], $7::bigint[], $8::jsonb[])
       AS h (id, buyer, state, started, expires, ended, lines)`,
    [
      saleId,
      holds.map((hold) => hold.holdId),
      holds.map((hold) => hold.buyerId),
      holds.map((hold) => hold.state),
      holds.map((hold) => hold.startedAt),
      holds.map((hold) => hold.expiresAt),
      holds.map((hold) => hold.endedAt),
      holds.map((hold) => JSON.stringify(hold.lines)),
    ],
  );
  const claims = holds
    .filter((hold) => hold.state === 'held' || hold.state === 'paying')
    .flatMap((hold) => hold.lines.map((line) => ({ ...line, hold })));
  if (claims.length === 0) return;
  await query(GIVE_UNITS, [
    saleId,
    claims.map((claim) => claim.hold.holdId),
    claims.map((claim) => claim.hold.buyerId),
    claims.map((claim) => claim.hold.state),
    claims.map((claim) => claim.variantId),
    claims.map((claim) => claim.quantity),
  ]);
  if (!limited) return;
  await addUnits(
    query,
    saleId,
    claims.map((claim) => claim.hold.buyerId),
    claims.map((claim) => claim.quantity),
  );
}

/**
 * Puts held units in the place of free ones: for each variant as many free rows go as claimed ones come. (Matching free
 * rows to claims by number takes PostgreSQL a product of both, since it has no figures for rows just written.)
 */
const GIVE_UNITS = `
WITH claim AS (
  SELECT id, buyer, state, variant_id, quantity
  FROM unnest($2::uuid[], $3::uuid[], $4::text[], $5::uuid[], $6::integer[]) AS c (id, buyer, state, variant_id, quantity)
), sums AS (
  SELECT variant_id, sum(quantity)::integer AS units FROM claim GROUP BY variant_id
), gone AS (
  DELETE FROM engine_units WHERE ctid = ANY (ARRAY(
    SELECT free.ctid FROM sums, LATERAL (
      SELECT u.ctid FROM engine_units u WHERE u.sale_id = $1 AND u.variant_id = sums.variant_id AND u.state = 'free'
      LIMIT sums.units
    ) AS free))
), come AS (
  INSERT INTO engine_units (sale_id, variant_id, state, hold_id, buyer_id)
  SELECT $1, variant_id, state, id, buyer FROM claim, generate_series(1, quantity)
)
UPDATE engine_variants v SET base_available = base_available - sums.units, base_held = base_held + sums.units
FROM sums WHERE v.sale_id = $1 AND v.variant_id = sums.variant_id`;

async function addUnits(
  query: Query,
  saleId: string,
  buyerIds: readonly string[],
  units: readonly number[],
): Promise<void> {
  await query(
    `INSERT INTO engine_buyers AS b (sale_id, buyer_id, units)
     SELECT $1, buyer, sum(units)::integer FROM unnest($2::uuid[], $3::integer[]) AS u (buyer, units) GROUP BY buyer
     ON CONFLICT (sale_id, buyer_id) DO UPDATE SET units = b.units + excluded.units`,
    [saleId, buyerIds, units],
  );
}
