import type * as port from '../hold-store.ts';
import { replay, type Entry } from '../replay-journal.ts';
import type { Query } from './sale-session.ts';

type VariantRow = port.SaleSnapshot['variants'][number] & {
  baseAvailable: number;
  baseHeld: number;
  baseSold: number;
};

interface JournalRow {
  position: number;
  kind: port.JournalKind;
  outside: boolean;
  holdId: string | null;
  buyerId: string | null;
  startedAt: number;
  expiresAt: number;
  lines: port.TermedLine[];
}

/** Variants of a sale with their units counted. */
export function readVariants(
  query: Query,
  saleId: string,
  variantIds: readonly string[] | null,
): Promise<VariantRow[]> {
  return query<VariantRow>(
    `SELECT v.variant_id AS "variantId", v.terms, v.base_available AS "baseAvailable", v.base_held AS "baseHeld",
       v.base_sold AS "baseSold", count(u.unit)::integer AS stock,
       count(u.unit) FILTER (WHERE u.state = 'free')::integer AS available,
       count(u.unit) FILTER (WHERE u.state IN ('held', 'paying'))::integer AS held,
       count(u.unit) FILTER (WHERE u.state = 'sold')::integer AS sold,
       (SELECT count(*)::integer FROM engine_waiting w WHERE w.sale_id = v.sale_id AND w.variant_id = v.variant_id) AS waiting
     FROM engine_variants v LEFT JOIN engine_units u ON u.sale_id = v.sale_id AND u.variant_id = v.variant_id
     WHERE v.sale_id = $1 AND ($2::uuid[] IS NULL OR v.variant_id = ANY($2::uuid[]))
     GROUP BY v.sale_id, v.variant_id ORDER BY v.variant_id`,
    [saleId, variantIds],
  );
}

export function snapshotVariant(row: VariantRow): port.SaleSnapshot['variants'][number] {
  const { variantId, terms, stock, available, held, sold, waiting } = row;
  return { variantId, terms, stock, available, held, sold, waiting };
}

/** Counters as the journal makes them of its base. */
export async function replayed(
  query: Query,
  saleId: string,
  variants: readonly VariantRow[],
): Promise<port.SaleInspection['replayed']> {
  const base = variants.map((v): [string, port.Counters] => [
    v.variantId,
    {
      stock: v.baseAvailable + v.baseHeld + v.baseSold,
      available: v.baseAvailable,
      held: v.baseHeld,
      sold: v.baseSold,
    },
  ]);
  return replay(new Map(base), await readEntries(query, saleId, null));
}

export async function readEntries(query: Query, saleId: string, limit: number | null): Promise<Entry[]> {
  const rows = await query<JournalRow>(
    `SELECT position, kind, outside, hold_id AS "holdId", buyer_id AS "buyerId", started_at AS "startedAt",
       expires_at AS "expiresAt", lines
     FROM engine_journal WHERE sale_id = $1 ORDER BY position LIMIT $2`,
    [saleId, limit],
  );
  return rows.map(({ holdId, buyerId, ...row }) => ({
    ...row,
    position: String(row.position),
    startedAt: Number(row.startedAt),
    expiresAt: Number(row.expiresAt),
    hold: holdId && buyerId ? { holdId, buyerId } : null,
  }));
}

/** Folds entries up to `position` into the base and drops them. */
export async function foldJournal(query: Query, saleId: string, position: string): Promise<void> {
  const rows = await query<JournalRow>(
    `DELETE FROM engine_journal WHERE sale_id = $1 AND position <= $2
     RETURNING position, kind, outside, started_at AS "startedAt", expires_at AS "expiresAt", lines`,
    [saleId, position],
  );
  const entries = rows.map((row): Entry => ({ ...row, position: String(row.position), hold: null }));
  const sums = replay(new Map(), entries);
  if (sums.length === 0) return;
  await query(
    `UPDATE engine_variants v SET base_available = base_available + s.available, base_held = base_held + s.held,
       base_sold = base_sold + s.sold
     FROM unnest($2::uuid[], $3::integer[], $4::integer[], $5::integer[]) AS s (variant_id, available, held, sold)
     WHERE v.sale_id = $1 AND v.variant_id = s.variant_id`,
    [
      saleId,
      sums.map((sum) => sum.variantId),
      sums.map((sum) => sum.available),
      sums.map((sum) => sum.held),
      sums.map((sum) => sum.sold),
    ],
  );
}

export async function readDetail(query: Query, saleId: string): Promise<port.InspectedDetail> {
  const holds = await query<port.StoredHold>(
    `SELECT hold_id AS "holdId", buyer_id AS "buyerId", state, started_at AS "startedAt", expires_at AS "expiresAt",
       ended_at AS "endedAt", lines FROM engine_holds WHERE sale_id = $1`,
    [saleId],
  );
  const index = await query<{ variantId: string; keys: port.HoldKey[] }>(
    `SELECT variant_id AS "variantId", jsonb_agg(DISTINCT jsonb_build_object('holdId', hold_id, 'buyerId', buyer_id)) AS keys
     FROM engine_units WHERE sale_id = $1 AND state = 'held' GROUP BY variant_id`,
    [saleId],
  );
  const buyers = await query<{ buyerId: string; units: number }>(
    `SELECT buyer_id AS "buyerId", units FROM engine_buyers WHERE sale_id = $1 AND units > 0`,
    [saleId],
  );
  const numbered = holds.map((hold) => ({
    ...hold,
    startedAt: Number(hold.startedAt),
    expiresAt: Number(hold.expiresAt),
    endedAt: hold.endedAt === null ? null : Number(hold.endedAt),
  }));
  const paying = numbered.filter((hold) => hold.state === 'paying');
  return {
    holds: numbered,
    index,
    pinned: paying.map(({ holdId, buyerId }) => ({ holdId, buyerId })),
    buyers,
  };
}
