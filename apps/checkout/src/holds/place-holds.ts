import type { HoldRequest, HoldView } from '#contracts';
import { queryOf } from '#bus';
import type { HoldEnd, HoldKey, ReserveAnswer } from '#inventory';
import type { Pool } from 'pg';
import { reach } from '../failpoints.ts';
import type { SaleActivity } from '../sales/sale-activity.ts';
import type { KnownSale, SaleGate } from '../sales/sale-gate.ts';
import { heldLinesOf, termedLinesOf } from '../sales/terms.ts';
import { lineViews } from './hold-view.ts';
import type { HoldWriter, StoreResult } from './hold-writer.ts';
import type { SettleHolds } from './settle-holds.ts';
import { findHold } from './stored-hold.ts';

/** Why nothing was claimed. */
export type HoldReason =
  | { code: 'sold_out'; variantId: string; waitlist: boolean }
  | { code: 'limit_reached'; limit: number; units: number }
  | { code: 'not_open'; startsAt: number | null }
  | { code: 'ended'; state: HoldEnd }
  | {
      code: 'closed' | 'paused' | 'unknown_sale' | 'unknown_variant' | 'other_lines' | 'not_stored' | 'busy';
    };

export type PlaceHoldsResult =
  { code: 'held'; holds: HoldView[] } | { code: 'refused'; saleId: string; reason: HoldReason };

type Held = Extract<ReserveAnswer, { code: 'held' }>;
type NotHeld =
  | Exclude<ReserveAnswer, Held | { code: 'stale_epoch' }>
  | { code: 'planned' }
  | { code: 'paused' | 'unknown_sale' };

/** A rebuild between claim and commit makes a hold begin again; more often than this is trouble of another kind. */
const TRIES = 3;

export interface PlaceHoldsParts {
  pool: Pool;
  gate: SaleGate;
  writer: HoldWriter;
  settle: SettleHolds;
  activity: SaleActivity;
}

/** Claims units for a buyer and makes the claim durable before saying so (protocols 4). */
export class PlaceHolds {
  private readonly parts: PlaceHoldsParts;

  constructor(parts: PlaceHoldsParts) {
    this.parts = parts;
  }

  /** All parts of a cart or none: parts that were claimed before a later one was refused are given back. */
  async place(buyerId: string, requests: readonly HoldRequest[]): Promise<PlaceHoldsResult> {
    const holds: HoldView[] = [];
    for (const request of requests) {
      const placed = this.parts.writer.saturated ? BUSY : await this.placeOne(buyerId, request);
      if ('code' in placed) {
        const back = holds.map(({ holdId }) => ({ holdId, buyerId }));
        if (back.length > 0) await this.parts.settle.releaseHolds(back, 'cart_refused');
        return { code: 'refused', saleId: request.saleId, reason: placed };
      }
      holds.push(placed);
    }
    return { code: 'held', holds };
  }

  private async placeOne(buyerId: string, request: HoldRequest): Promise<HoldView | HoldReason> {
    for (let attempt = 1; attempt <= TRIES; attempt += 1) {
      const claimed = await this.claim(buyerId, request);
      if ('code' in claimed) return claimed;
      await reach('hold.claimed');
      const { sale, hold } = claimed;
      const { saleId, epoch } = sale;
      const stored = await this.parts.writer.store({ ...hold, saleId, epoch, source: 'buyer' });
      if (stored.code === 'held') {
        await reach('hold.stored');
        return viewOf(sale, hold);
      }
      const reason = await this.reasonNotStored(sale, hold, stored);
      if (reason) return reason;
    }
    return { code: 'paused' };
  }

  private async claim(
    buyerId: string,
    { saleId, holdId, lines }: HoldRequest,
  ): Promise<{ sale: KnownSale; hold: Held } | HoldReason> {
    let used: KnownSale | undefined;
    const answer = await this.parts.gate.run<ReserveAnswer | { code: 'planned' | 'paused' }>(
      saleId,
      async (store, sale) => {
        used = sale;
        if (sale.state === 'planned' || sale.state === 'paused') return { code: sale.state };
        if (sale.state === 'closed' || sale.state === 'stopped') return this.afterEnd({ holdId, buyerId });
        return store.reserve({ saleId, epoch: sale.epoch, holdId, buyerId, lines });
      },
    );
    if ('expired' in answer) this.parts.writer.expire(answer.expired);
    for (const line of lines) this.parts.activity.touch(saleId, line.variantId);
    return answer.code === 'held' && used ? { sale: used, hold: answer } : reasonOf(answer as NotHeld);
  }

  /** A sale that is over may be gone from its engine; what became of a hold is known in Postgres. */
  private async afterEnd(key: HoldKey): Promise<ReserveAnswer> {
    const row = await findHold(queryOf(this.parts.pool), key.buyerId, key.holdId);
    if (!row) return { code: 'closed' };
    if (row.state !== 'held' && row.state !== 'paying') return { code: 'ended', state: row.state };
    const times = { startedAt: row.startedAt.getTime(), expiresAt: row.expiresAt.getTime() };
    const lines = termedLinesOf(row.lines);
    return {
      code: 'held',
      replay: true,
      state: row.state,
      ...key,
      ...times,
      lines,
      expired: [],
      promoted: [],
    };
  }

  /** Why a claimed hold is not durable; undefined when it may be claimed again. */
  private async reasonNotStored(
    sale: KnownSale,
    hold: Held,
    stored: Exclude<StoreResult, { code: 'held' }>,
  ): Promise<HoldReason | undefined> {
    if (stored.code === 'unknown') return { code: 'paused' };
    if (stored.code === 'moved') {
      this.parts.gate.forget(sale.saleId);
      return undefined;
    }
    // The row is a tombstone or had ended before. Should this call be lost, it is found when the time of the hold is up.
    const store = this.parts.gate.storeOf(sale.engine);
    // An engine that gives the first answer again has not heard yet that the hold was sold; its units are not free.
    const sold = hold.replay && stored.code === 'ended' && stored.state === 'sold';
    await (sold ? store.confirm(sale, [hold]) : store.release(sale, [hold])).catch(() => undefined);
    return stored;
  }
}

const BUSY: HoldReason = { code: 'busy' };

/** An engine's refusal in the words of this use case. */
function reasonOf(answer: NotHeld): HoldReason {
  switch (answer.code) {
    case 'sold_out':
      return { code: 'sold_out', variantId: answer.variantId, waitlist: answer.outstanding > 0 };
    case 'limit_reached':
      return { code: 'limit_reached', limit: answer.limit, units: answer.units };
    case 'not_open':
      return answer.paused ? { code: 'paused' } : { code: 'not_open', startsAt: answer.startsAt };
    case 'planned':
      return { code: 'not_open', startsAt: null };
    case 'invalid':
      return { code: answer.reason === 'unknown_variant' ? 'unknown_variant' : 'other_lines' };
    default:
      return answer;
  }
}

function viewOf(sale: KnownSale, hold: Held): HoldView {
  return {
    holdId: hold.holdId,
    saleId: sale.saleId,
    shopId: sale.shopId,
    state: hold.state,
    source: 'buyer',
    lines: lineViews(heldLinesOf(hold.lines)),
    startedAt: new Date(hold.startedAt).toISOString(),
    expiresAt: new Date(hold.expiresAt).toISOString(),
    orderId: null,
  };
}
