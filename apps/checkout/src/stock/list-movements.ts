import { queryOf } from '#bus';
import type { MovementView } from '#contracts';
import type { Pool } from 'pg';

export interface MovementFilter {
  limit: number;
  cursor?: string | undefined;
  variantId?: string | undefined;
}

/** Everything that ever happened to a shop's units, latest first: one entry per ledger event and variant. */
export class ListMovements {
  private readonly pool: Pool;

  constructor(pool: Pool) {
    this.pool = pool;
  }

  async list(
    shopId: string,
    filter: MovementFilter,
  ): Promise<{ items: MovementView[]; nextCursor: string | null }> {
    const [event, variant] = readCursor(filter.cursor);
    const rows = await queryOf(this.pool)<Omit<MovementView, 'at'> & { at: Date }>(
      `SELECT e.id AS "eventId", e.at, e.kind, e.reason, e.actor_id AS "actorId", e.sale_id AS "saleId",
         r.variant_id AS "variantId",
         jsonb_agg(jsonb_build_object('account', r.account, 'amount', r.amount) ORDER BY r.amount, r.account) AS moves
       FROM ledger_rows r JOIN ledger_events e ON e.id = r.event_id
       WHERE r.variant_id IN (SELECT id FROM variants WHERE shop_id = $1 AND ($2::uuid IS NULL OR id = $2))
         AND ($3::uuid IS NULL OR (r.event_id, r.variant_id) < ($3, $4::uuid))
       GROUP BY e.id, r.event_id, r.variant_id ORDER BY r.event_id DESC, r.variant_id DESC LIMIT $5`,
      [shopId, filter.variantId ?? null, event ?? null, variant ?? null, filter.limit + 1],
    );
    const items = rows.slice(0, filter.limit).map((row) => ({ ...row, at: row.at.toISOString() }));
    const last = items.at(-1);
    return {
      items,
      nextCursor: rows.length > filter.limit && last ? `${last.eventId} ${last.variantId}` : null,
    };
  }
}

/** A cursor is whatever a client sends; one that is not ours begins from the start. */
function readCursor(cursor: string | undefined): (string | undefined)[] {
  const uuid = '[\\da-f]{8}-[\\da-f]{4}-[\\da-f]{4}-[\\da-f]{4}-[\\da-f]{12}';
  return new RegExp(`^(${uuid}) (${uuid})$`, 'i').exec(cursor ?? '')?.slice(1) ?? [];
}
