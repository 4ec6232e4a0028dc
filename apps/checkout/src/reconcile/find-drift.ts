import type { Query } from '#bus';
import type { Counters, HoldKey, SaleInspection } from '#inventory';

/** Where an engine and Postgres differ; `name` stays the same while the same thing differs. */
export interface Difference {
  name: string;
  units: number;
}

/** A hold that only an engine has, as live. */
export interface Orphan extends HoldKey {
  startedAt: number;
}

/** Counters of a sale as Postgres has them. */
export async function readBooked(query: Query, saleId: string): Promise<Map<string, Counters>> {
  const rows = await query<{ variantId: string; available: number; held: number; sold: number }>(
    `SELECT v.variant_id AS "variantId",
       coalesce(sum(b.amount) FILTER (WHERE b.account = 'sale:' || v.sale_id), 0)::integer AS available,
       coalesce(sum(b.amount) FILTER (WHERE b.account = 'held:' || v.sale_id), 0)::integer AS held,
       coalesce(sum(b.amount) FILTER (WHERE b.account = 'sold:' || v.sale_id), 0)::integer AS sold
     FROM sale_variants v LEFT JOIN balances b ON b.variant_id = v.variant_id
     WHERE v.sale_id = $1 GROUP BY v.sale_id, v.variant_id`,
    [saleId],
  );
  return new Map(
    rows.map(({ variantId, ...counters }) => [
      variantId,
      { stock: counters.available + counters.held + counters.sold, ...counters },
    ]),
  );
}

/** What can never be right, not even for a moment: counters that their own journal does not amount to. */
export function journalDrift({ variants, replayed }: SaleInspection): number {
  const counters = new Map(variants.map((variant) => [variant.variantId, variant]));
  return replayed.reduce((sum, replay) => {
    const is = counters.get(replay.variantId);
    if (!is) return sum + replay.stock;
    return (
      sum +
      Math.abs(is.available - replay.available) +
      Math.abs(is.held - replay.held) +
      Math.abs(is.sold - replay.sold)
    );
  }, 0);
}

/** Whether an engine's counters are those of Postgres; they differ for moments while holds are on their way. */
export function sameCounters({ variants }: SaleInspection, booked: ReadonlyMap<string, Counters>): boolean {
  return variants.every((variant) => {
    const is = booked.get(variant.variantId);
    return is?.available === variant.available && is.held === variant.held && is.sold === variant.sold;
  });
}

/**
 * Single differences between an engine and Postgres: holds live on one side only, variants with another stock or with
 * other units for sale. Most are on their way and gone at the next look; only those that stay are drift. Takes a `query`
 * at the begin of its transaction.
 */
export async function findDifferences(
  query: Query,
  saleId: string,
  inspection: SaleInspection,
): Promise<{ differences: Difference[]; orphans: Orphan[] }> {
  // Holds and balances of one moment.
  await query('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY');
  const stored = await query<HoldKey & { units: number }>(
    `SELECT id AS "holdId", buyer_id AS "buyerId",
       (SELECT sum(line.quantity) FROM jsonb_to_recordset(lines) AS line (quantity integer))::integer AS units
     FROM holds WHERE sale_id = $1 AND state IN ('held', 'paying')`,
    [saleId],
  );
  const booked = await readBooked(query, saleId);
  const inPostgres = new Map(stored.map((row) => [nameOf(row), row.units]));
  const live = (inspection.detail?.holds ?? []).filter(({ state }) => state === 'held' || state === 'paying');
  const inEngine = new Set(live.map(nameOf));
  const differences: Difference[] = [];
  for (const [name, units] of inPostgres)
    if (!inEngine.has(name)) differences.push({ name: `hold ${name}`, units });
  for (const { variantId, stock } of inspection.variants) {
    const units = Math.abs(stock - (booked.get(variantId)?.stock ?? 0));
    if (units > 0) differences.push({ name: `stock of ${variantId}`, units });
  }
  for (const [variantId, { stock }] of booked) {
    const known = inspection.variants.some((variant) => variant.variantId === variantId);
    if (!known && stock > 0) differences.push({ name: `stock of ${variantId}`, units: stock });
  }
  const orphans = live.filter((hold) => !inPostgres.has(nameOf(hold)));
  // Where the same holds live on both sides, what is left must be for sale on both; the rest was sold.
  if (orphans.length === 0 && differences.length === 0) {
    for (const { variantId, available } of inspection.variants) {
      const off = available - (booked.get(variantId)?.available ?? 0);
      if (off !== 0)
        differences.push({ name: `${off} units of ${variantId} for sale`, units: Math.abs(off) });
    }
  }
  return { differences, orphans };
}

function nameOf({ holdId, buyerId }: HoldKey): string {
  return `${holdId}/${buyerId}`;
}
