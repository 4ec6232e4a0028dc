import { queryOf, inTransaction, type Query } from '#bus';
import { newId, type Logger } from '#process';
import type { HoldEnd, HoldKey } from '#inventory';
import type { Pool } from 'pg';
import { createBatcher, type Batcher } from '../database/batcher.ts';
import { reach } from '../failpoints.ts';
import type { SaleActivity } from '../sales/sale-activity.ts';
import type { EngineName, SaleGate } from '../sales/sale-gate.ts';
import { postLedger, type Account, type Move } from '../stock/ledger.ts';
import { HOLD_COLUMNS, type HoldRow } from './stored-hold.ts';

/** A hold kept for a payment, as of the epoch at which its engine kept it. */
export interface PinnedHold extends HoldRow {
  epoch: number;
}

export type PinResult =
  | { code: 'pinned'; holds: PinnedHold[] }
  | { code: 'not_found'; holdId: string }
  | { code: 'ended'; holdId: string; state: HoldEnd }
  /** Already in an order; `orderId` says which. */
  | { code: 'paying'; holdId: string; orderId: string | null }
  | { code: 'stopped'; holdId: string }
  | { code: 'paused'; holdId: string };

/** What the engine has to hear once the transaction is committed; lost ones are found by the sweeper. */
export type FollowUp =
  | { kind: 'confirm' | 'release'; saleId: string; engine: EngineName; epoch: number; keys: HoldRow[] }
  | {
      kind: 'reverse';
      saleId: string;
      engine: EngineName;
      epoch: number;
      changeId: string;
      variantId: string;
      quantity: number;
      buyerId: string | null;
      to: 'available' | 'outside';
    }
  | {
      kind: 'adjust';
      saleId: string;
      engine: EngineName;
      epoch: number;
      changeId: string;
      variantId: string;
      quantity: number;
    };

export interface Reversal {
  /** Stable for this reversal, e.g. the refund's id: a repeat changes nothing. */
  eventId: string;
  saleId: string;
  /** Whose limit gets the units back; null for nobody's. */
  buyerId: string | null;
  lines: readonly { variantId: string; quantity: number }[];
  /** `sale`: for sale again at once (on the shelf when the sale is over); else for inspection, or written off. */
  to: 'sale' | 'returned' | 'shrink';
  reason: string;
  actorId?: string | null;
}

interface AskedHolds {
  holdIds: readonly string[];
  buyerId: string;
}

interface LockedSale {
  saleId: string;
  shopId: string;
  kind: 'standing' | 'flash';
  state: string;
  engine: EngineName;
  epoch: number;
}

/**
 * What orders and payments do to holds. The methods that take a `query` run inside the caller's transaction and are
 * decided in Postgres; pass what they give to `follow` after the commit. All lock in one order: sales, holds, balances.
 */
export class SettleHolds {
  private readonly pool: Pool;
  private readonly gate: SaleGate;
  private readonly activity: SaleActivity;
  private readonly logger: Logger;
  private readonly own: Batcher<AskedHolds, HoldRow[]>;

  constructor(pool: Pool, gate: SaleGate, activity: SaleActivity, logger: Logger) {
    this.pool = pool;
    this.gate = gate;
    this.activity = activity;
    this.logger = logger;
    this.own = createBatcher({ most: 64, lanes: 2, run: (asked) => readOwn(queryOf(pool), asked) });
  }

  /**
   * Keeps a buyer's holds from expiring while an order is made (protocols 1). Repeating is fine. A crash after this
   * leaves no trace but the pin, which the sweeper settles once the hold is past its time.
   */
  async pinHolds(holdIds: readonly string[], buyerId: string): Promise<PinResult> {
    const rows = await this.own.add({ holdIds, buyerId });
    for (const holdId of holdIds) {
      const row = rows.find((found) => found.holdId === holdId);
      if (!row) return { code: 'not_found', holdId };
      if (row.state === 'paying') return { code: 'paying', holdId, orderId: row.orderId };
      if (row.state !== 'held') return { code: 'ended', holdId, state: row.state };
    }
    const pinned: PinnedHold[] = [];
    for (const [saleId, holds] of Map.groupBy(rows, (row) => row.saleId)) {
      const holdId = holds[0]?.holdId ?? '';
      const answer = await this.gate.run(saleId, async (store, sale) => {
        const reply = await store.pin(sale, holds);
        return reply.code === 'pinned' ? { code: 'pinned' as const, epoch: sale.epoch } : reply;
      });
      switch (answer.code) {
        case 'pinned':
          pinned.push(...holds.map((hold) => ({ ...hold, epoch: answer.epoch })));
          break;
        case 'not_held':
          return {
            code: 'ended',
            holdId: answer.holdId,
            state: answer.state === 'unknown' ? 'expired' : answer.state,
          };
        case 'closed':
          return { code: 'stopped', holdId };
        default:
          return { code: 'paused', holdId };
      }
    }
    await reach('pin.pinned');
    return { code: 'pinned', holds: pinned };
  }

  /**
   * `held -> paying` for the holds of one order or of many. Gives `changed` when a hold ended or its sale was rebuilt
   * since: roll back and pin again.
   */
  async markPaying(
    query: Query,
    orders: readonly { orderId: string; holds: readonly PinnedHold[] }[],
  ): Promise<'paying' | 'changed'> {
    const holds = orders.flatMap((order) => order.holds.map((hold) => ({ ...hold, orderId: order.orderId })));
    const sales = await this.lockSales(query, holds);
    if (holds.some((hold) => sales.get(hold.saleId)?.epoch !== hold.epoch)) return 'changed';
    const moved = await query(
      `UPDATE holds h SET state = 'paying', order_id = o.order_id, ended_at = NULL
       FROM unnest($1::uuid[], $2::uuid[], $3::uuid[]) AS o (id, buyer_id, order_id)
       WHERE h.id = o.id AND h.buyer_id = o.buyer_id AND h.state = 'held' RETURNING h.id`,
      [
        holds.map((hold) => hold.holdId),
        holds.map((hold) => hold.buyerId),
        holds.map((hold) => hold.orderId),
      ],
    );
    return moved.length === holds.length ? 'paying' : 'changed';
  }

  /** `paying -> sold`, in the ledger too. Gives `changed`, having moved nothing, unless every hold was `paying`. */
  async commitSold(
    query: Query,
    holds: readonly HoldKey[],
  ): Promise<{ code: 'sold'; after: FollowUp[] } | { code: 'changed' }> {
    const { rows, sales } = await this.lockHolds(query, holds);
    if (rows.length !== holds.length || rows.some((row) => row.state !== 'paying'))
      return { code: 'changed' };
    await moveHolds(query, rows, ['paying'], 'sold', {});
    await postLedger(query, eventOf('sold', rows), movesOf(rows, 'held', 'sold'));
    return { code: 'sold', after: followUps('confirm', rows, sales) };
  }

  /** `paying -> released` (or `held -> released`), in the ledger too; holds that ended before are left alone. */
  async markReleased(query: Query, holds: readonly HoldKey[], reason: string): Promise<FollowUp[]> {
    return this.release(query, holds, ['held', 'paying'], reason);
  }

  /** `held -> released`; a hold that is being paid, or is over, is left alone. */
  async releaseHeld(query: Query, hold: HoldKey, reason: string): Promise<FollowUp[]> {
    return this.release(query, [hold], ['held'], reason);
  }

  private async release(
    query: Query,
    holds: readonly HoldKey[],
    from: readonly string[],
    reason: string,
  ): Promise<FollowUp[]> {
    const locked = await this.lockHolds(query, holds);
    const rows = locked.rows.filter((row) => from.includes(row.state));
    if (rows.length === 0) return [];
    await moveHolds(query, rows, from, 'released', { reason });
    await postLedger(query, { ...eventOf('released', rows), reason }, movesOf(rows, 'held', 'sale'));
    return followUps('release', rows, locked.sales);
  }

  /** Gives units back at once, in a transaction of its own: cancel the payment first (protocols 2). */
  async releaseHolds(holds: readonly HoldKey[], reason: string): Promise<void> {
    await this.follow(await inTransaction(this.pool, (query) => this.markReleased(query, holds, reason)));
  }

  /** Takes sold units back: a capture that failed for good, or a refund with restock. */
  async reverseSold(query: Query, reversal: Reversal): Promise<FollowUp[]> {
    const { saleId, to } = reversal;
    const [found] = await query<{ shopId: string; shelf: string | null }>(
      `SELECT s.shop_id AS "shopId", shelf.id AS shelf FROM sales s
       LEFT JOIN sales shelf ON shelf.shop_id = s.shop_id AND shelf.kind = 'standing' WHERE s.id = $1`,
      [saleId],
    );
    if (!found) throw new Error(`reversal ${reversal.eventId} names the unknown sale ${saleId}`);
    const shelfId = found.shelf ?? saleId;
    const sales = await this.lockSales(query, [{ saleId }, { saleId: shelfId }]);
    const sale = sales.get(saleId);
    const running = sale?.state === 'open' || sale?.state === 'paused';
    const target: Account = to === 'sale' ? `sale:${running ? saleId : shelfId}` : to;
    const posted = await postLedger(
      query,
      {
        id: reversal.eventId,
        kind: 'reversed',
        shopId: found.shopId,
        saleId,
        actorId: reversal.actorId ?? null,
        reason: reversal.reason,
      },
      reversal.lines.map((line) => ({ ...line, from: `sold:${saleId}`, to: target })),
    );
    if (posted === 'repeat') return [];
    const base = { changeId: reversal.eventId, buyerId: reversal.buyerId };
    return reversal.lines.flatMap((line) => {
      const back = { ...base, ...line };
      const steps: FollowUp[] = [];
      if (sale) {
        const stays = target === `sale:${saleId}`;
        steps.push({ ...sale, ...back, kind: 'reverse', to: stays ? 'available' : 'outside' });
        const shelf = sales.get(shelfId);
        if (!stays && to === 'sale' && shelf) steps.push({ ...shelf, ...back, kind: 'adjust' });
      }
      return steps;
    });
  }

  /** Tells the engines what Postgres decided. Never throws: what is lost here the sweeper and reconciler find. */
  async follow(steps: readonly FollowUp[]): Promise<void> {
    await reach('settle.committed');
    for (const step of steps) {
      try {
        await this.followOne(step);
      } catch (err) {
        this.logger.warn({ err, saleId: step.saleId, step: step.kind }, 'an engine will hear of this later');
      }
    }
  }

  /** A stale epoch is fine here: the rebuild that made it stale began after our commit and so includes it. */
  private async followOne(step: FollowUp): Promise<void> {
    const store = this.gate.storeOf(step.engine);
    switch (step.kind) {
      case 'confirm':
        this.activity.touchHolds(step.saleId, step.keys);
        return void (await store.confirm(step, step.keys));
      case 'release':
        this.activity.touchHolds(step.saleId, step.keys);
        return void (await store.release(step, step.keys));
      case 'reverse':
        this.activity.touch(step.saleId, step.variantId);
        return void (await store.reverse(step, step));
      case 'adjust':
        this.activity.touch(step.saleId, step.variantId);
        return void (await store.adjust(step, { ...step, delta: step.quantity }));
    }
  }

  private async lockSales(
    query: Query,
    holds: readonly { saleId: string }[],
  ): Promise<Map<string, LockedSale>> {
    const sales = await query<LockedSale>(`${LOCKED_SALE} WHERE id = ANY($1::uuid[]) ORDER BY id FOR SHARE`, [
      [...new Set(holds.map((hold) => hold.saleId))],
    ]);
    return new Map(sales.map((sale) => [sale.saleId, sale]));
  }

  /** Locks the sales of these holds, then the holds. */
  private async lockHolds(
    query: Query,
    holds: readonly HoldKey[],
  ): Promise<{ sales: Map<string, LockedSale>; rows: HoldRow[] }> {
    const keys = [holds.map((hold) => hold.holdId), holds.map((hold) => hold.buyerId)];
    const named = `(h.id, h.buyer_id) IN (SELECT * FROM unnest($1::uuid[], $2::uuid[]))`;
    const sales = await query<LockedSale>(
      `${LOCKED_SALE} WHERE id IN (SELECT h.sale_id FROM holds h WHERE ${named}) ORDER BY id FOR SHARE`,
      keys,
    );
    const rows = await query<HoldRow>(
      `SELECT ${HOLD_COLUMNS} FROM holds h JOIN sales s ON s.id = h.sale_id WHERE ${named}
       ORDER BY h.id, h.buyer_id FOR UPDATE OF h`,
      keys,
    );
    return { sales: new Map(sales.map((sale) => [sale.saleId, sale])), rows };
  }
}

const LOCKED_SALE = `SELECT id AS "saleId", shop_id AS "shopId", kind, state, engine, epoch FROM sales`;

/** The holds that each asked for and that are their own, in the order of their sales. */
async function readOwn(query: Query, asked: readonly AskedHolds[]): Promise<HoldRow[][]> {
  const keys = asked.flatMap(({ holdIds, buyerId }) => holdIds.map((holdId) => ({ holdId, buyerId })));
  const rows = await query<HoldRow>(
    `SELECT ${HOLD_COLUMNS} FROM holds h JOIN sales s ON s.id = h.sale_id
     WHERE (h.id, h.buyer_id) IN (SELECT * FROM unnest($1::uuid[], $2::uuid[])) ORDER BY h.sale_id, h.id`,
    [keys.map((key) => key.holdId), keys.map((key) => key.buyerId)],
  );
  const byBuyer = Map.groupBy(rows, (row) => row.buyerId);
  return asked.map(({ holdIds, buyerId }) =>
    (byBuyer.get(buyerId) ?? []).filter((row) => holdIds.includes(row.holdId)),
  );
}

/** Compare-and-set on hold rows; gives those that were in one of the states `from`. */
async function moveHolds(
  query: Query,
  holds: readonly HoldKey[],
  from: readonly string[],
  to: HoldEnd,
  set: { reason?: string },
): Promise<unknown[]> {
  return query(
    `UPDATE holds SET state = $3, reason = coalesce($5, reason), ended_at = clock_timestamp()
     WHERE (id, buyer_id) IN (SELECT * FROM unnest($1::uuid[], $2::uuid[])) AND state = ANY($4::text[])
     RETURNING id`,
    [holds.map((hold) => hold.holdId), holds.map((hold) => hold.buyerId), to, from, set.reason ?? null],
  );
}

function eventOf(
  kind: string,
  rows: readonly HoldRow[],
): { id: string; kind: string; saleId: string | null } {
  const sales = new Set(rows.map((row) => row.saleId));
  return { id: newId(), kind, saleId: sales.size === 1 ? (rows[0]?.saleId ?? null) : null };
}

function movesOf(rows: readonly HoldRow[], from: 'held' | 'sale', to: 'sold' | 'sale'): Move[] {
  return rows.flatMap((row) =>
    row.lines.map((line) => ({
      variantId: line.variantId,
      quantity: line.quantity,
      from: `${from}:${row.saleId}` as const,
      to: `${to}:${row.saleId}` as const,
    })),
  );
}

function followUps(
  kind: 'confirm' | 'release',
  rows: readonly HoldRow[],
  sales: Map<string, LockedSale>,
): FollowUp[] {
  return [...Map.groupBy(rows, (row) => row.saleId)].flatMap(([saleId, keys]) => {
    const sale = sales.get(saleId);
    return sale ? [{ kind, saleId, engine: sale.engine, epoch: sale.epoch, keys }] : [];
  });
}
