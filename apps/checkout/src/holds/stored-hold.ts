import type { Query } from '#bus';
import type { HoldKey, LiveState, HoldEnd } from '#inventory';

/** A line of a hold as Postgres keeps it, with the price frozen when the units were claimed. */
export interface HeldLine {
  variantId: string;
  quantity: number;
  /** Minor units for one unit. */
  unitAmount: number;
  currency: string;
  priceVersion: number;
}

/** A hold row with what its sale says of it. */
export interface HoldRow extends HoldKey {
  saleId: string;
  shopId: string;
  state: LiveState | HoldEnd;
  source: 'buyer' | 'waitlist';
  reason: string | null;
  lines: HeldLine[];
  startedAt: Date;
  expiresAt: Date;
  endedAt: Date | null;
  orderId: string | null;
}

/** Columns of `HoldRow` from `holds h JOIN sales s`. */
export const HOLD_COLUMNS = `h.id AS "holdId", h.buyer_id AS "buyerId", h.sale_id AS "saleId", s.shop_id AS "shopId",
  h.state, h.source, h.reason, h.lines, h.started_at AS "startedAt", h.expires_at AS "expiresAt",
  h.ended_at AS "endedAt", h.order_id AS "orderId"`;

/** A buyer's own hold. */
export async function findHold(query: Query, buyerId: string, holdId: string): Promise<HoldRow | undefined> {
  const [row] = await query<HoldRow>(
    `SELECT ${HOLD_COLUMNS} FROM holds h JOIN sales s ON s.id = h.sale_id WHERE h.id = $1 AND h.buyer_id = $2`,
    [holdId, buyerId],
  );
  return row;
}
