import { inTransaction, queryOf, type Query } from '#bus';
import type { AdjustReason } from '#contracts';
import type { Pool } from 'pg';
import type { SettleHolds } from '../holds/settle-holds.ts';
import { putOnShelf, standingSale } from '../sales/standing-sale.ts';
import { isShort, type LedgerEvent } from './ledger.ts';
import type { MoveUnits, MoveResult, Place, UnitMove } from './move-units.ts';

/** Who changes which stock; `id` makes a repeat harmless. */
export interface StockOrder {
  id: string;
  shopId: string;
  variantId: string;
  actorId: string;
}

export type StockOutcome =
  | { code: 'done' }
  | { code: 'variant_not_found' | 'command_id_reused' | 'sale_not_found' | 'sale_state' | 'sale_paused' }
  | { code: 'not_enough_stock'; available: number };

type Shelf = 'shelf' | 'warehouse';

/** What a merchant does to stock. Every change is one ledger event whose id is the caller's. */
export class ChangeStock {
  private readonly pool: Pool;
  private readonly moveUnits: MoveUnits;
  private readonly settle: SettleHolds;

  constructor(pool: Pool, moveUnits: MoveUnits, settle: SettleHolds) {
    this.pool = pool;
    this.moveUnits = moveUnits;
    this.settle = settle;
  }

  receive(order: StockOrder, quantity: number, to: Shelf, note: string): Promise<StockOutcome> {
    return this.move(order, 'received', note, { quantity, from: 'inbound', to });
  }

  /** Units that turn up come from outside; units that are gone go to `shrink`. */
  adjust(
    order: StockOrder,
    delta: number,
    from: Shelf,
    why: { reason: AdjustReason; note: string },
  ): Promise<StockOutcome> {
    const reason = why.note ? `${why.reason}: ${why.note}` : why.reason;
    const quantity = Math.abs(delta);
    if (delta > 0) return this.move(order, 'adjusted', reason, { quantity, from: 'inbound', to: from });
    return this.move(order, 'adjusted', reason, { quantity, from, to: 'shrink' });
  }

  allocate(order: StockOrder, quantity: number, from: string, to: string): Promise<StockOutcome> {
    return this.move(order, 'allocated', null, { quantity, from, to });
  }

  /** Units that a buyer sent back. */
  async takeBack(
    order: StockOrder,
    back: { saleId: string; quantity: number; to: 'returned' | 'shelf' | 'shrink'; note: string },
  ): Promise<StockOutcome> {
    const query = queryOf(this.pool);
    if (!(await ownsVariant(query, order))) return { code: 'variant_not_found' };
    const [sale] = await query('SELECT 1 FROM sales WHERE id = $1 AND shop_id = $2', [
      back.saleId,
      order.shopId,
    ]);
    if (!sale) return { code: 'sale_not_found' };
    try {
      const after = await inTransaction(this.pool, (tx) =>
        this.settle.reverseSold(tx, {
          eventId: order.id,
          saleId: back.saleId,
          buyerId: null,
          lines: [{ variantId: order.variantId, quantity: back.quantity }],
          to: back.to === 'shelf' ? 'sale' : back.to,
          reason: back.note || 'returned by the buyer',
          actorId: order.actorId,
        }),
      );
      await this.settle.follow(after);
      return { code: 'done' };
    } catch (error) {
      if (isShort(error)) return { code: 'not_enough_stock', available: 0 };
      throw error;
    }
  }

  private async move(
    order: StockOrder,
    kind: string,
    reason: string | null,
    units: { quantity: number; from: string; to: string },
  ): Promise<StockOutcome> {
    const query = queryOf(this.pool);
    if (!(await ownsVariant(query, order))) return { code: 'variant_not_found' };
    const from = await this.place(query, order, units.from);
    const to = await this.place(query, order, units.to);
    if (typeof from === 'object' && 'code' in from) return from;
    if (typeof to === 'object' && 'code' in to) return to;
    const { variantId, shopId, actorId } = order;
    const move: UnitMove = { variantId, quantity: units.quantity, from, to };
    const known = await sameAsBefore(query, order.id, kind, move);
    if (known !== undefined) return { code: known ? 'done' : 'command_id_reused' };
    const event: LedgerEvent = {
      id: order.id,
      kind,
      shopId,
      actorId,
      reason,
      saleId: saleOf(from) ?? saleOf(to),
    };
    return outcomeOf(await this.moveUnits.move(event, [move]));
  }

  /** A place by its name: an account, the shelf, or a flash sale that is planned or running. */
  private async place(
    query: Query,
    { shopId, variantId }: StockOrder,
    name: string,
  ): Promise<Place | { code: 'sale_not_found' | 'sale_state' }> {
    if (name === 'inbound' || name === 'warehouse' || name === 'returned' || name === 'shrink') return name;
    if (name === 'shelf') {
      const saleId = await standingSale(query, shopId);
      await putOnShelf(query, saleId, variantId);
      return { saleId };
    }
    const [sale] = await query<{ state: string; has: boolean }>(
      `SELECT s.state, v.sale_id IS NOT NULL AS has FROM sales s
       LEFT JOIN sale_variants v ON v.sale_id = s.id AND v.variant_id = $3
       WHERE s.id = $1 AND s.shop_id = $2`,
      [name, shopId, variantId],
    );
    if (!sale?.has) return { code: 'sale_not_found' };
    if (!['planned', 'open', 'paused'].includes(sale.state)) return { code: 'sale_state' };
    return { saleId: name };
  }
}

function saleOf(place: Place): string | null {
  return typeof place === 'string' ? null : place.saleId;
}

function outcomeOf(result: MoveResult): StockOutcome {
  switch (result.code) {
    case 'moved':
    case 'repeat':
      return { code: 'done' };
    case 'not_enough':
      return { code: 'not_enough_stock', available: result.available };
    case 'paused':
      return { code: 'sale_paused' };
  }
}

async function ownsVariant(query: Query, { shopId, variantId }: StockOrder): Promise<boolean> {
  const [variant] = await query('SELECT 1 FROM variants WHERE id = $1 AND shop_id = $2', [variantId, shopId]);
  return variant !== undefined;
}

/** Whether an event of this id was posted before, and if so whether it was this very change. */
async function sameAsBefore(
  query: Query,
  eventId: string,
  kind: string,
  move: UnitMove,
): Promise<boolean | undefined> {
  const rows = await query<{ kind: string; variantId: string; amount: number }>(
    `SELECT e.kind, r.variant_id AS "variantId", r.amount FROM ledger_events e
     LEFT JOIN ledger_rows r ON r.event_id = e.id WHERE e.id = $1`,
    [eventId],
  );
  if (rows.length === 0) return undefined;
  return rows.every(
    (row) => row.kind === kind && row.variantId === move.variantId && Math.abs(row.amount) === move.quantity,
  );
}
