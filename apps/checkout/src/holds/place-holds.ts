import type { HoldRequest, HoldView } from '#contracts';
import type { HoldEnd, HoldKey, ReserveAnswer } from '#inventory';
import { reach } from '../failpoints.ts';
import type { SaleActivity } from '../sales/sale-activity.ts';
import type { KnownSale, SaleGate } from '../sales/sale-gate.ts';
import { heldLinesOf } from '../sales/terms.ts';
import { lineViews } from './hold-view.ts';
import type { HoldWriter, StoreResult } from './hold-writer.ts';
import type { SettleHolds } from './settle-holds.ts';

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

/** Claims units for a buyer and makes the claim durable before saying so (protocols 4). */
export class PlaceHolds {
  private readonly gate: SaleGate;
  private readonly writer: HoldWriter;
  private readonly settle: SettleHolds;
  private readonly activity: SaleActivity;

  constructor(gate: SaleGate, writer: HoldWriter, settle: SettleHolds, activity: SaleActivity) {
    this.gate = gate;
    this.writer = writer;
    this.settle = settle;
    this.activity = activity;
  }

  /** All parts of a cart or none: parts that were claimed before a later one was refused are given back. */
  async place(buyerId: string, requests: readonly HoldRequest[]): Promise<PlaceHoldsResult> {
    const holds: HoldView[] = [];
    for (const request of requests) {
      const placed = this.writer.saturated ? BUSY : await this.placeOne(buyerId, request);
      if ('code' in placed) {
        const back = holds.map(({ holdId }) => ({ holdId, buyerId }));
        if (back.length > 0) await this.settle.releaseHolds(back, 'cart_refused');
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
      const stored = await this.writer.store({ ...hold, saleId, epoch, source: 'buyer' });
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
    const answer = await this.gate.run<ReserveAnswer | { code: 'planned' }>(saleId, async (store, sale) => {
      used = sale;
      if (sale.state === 'planned') return { code: 'planned' };
      return store.reserve({ saleId, epoch: sale.epoch, holdId, buyerId, lines });
    });
    if ('expired' in answer) this.writer.expire(answer.expired);
    for (const line of lines) this.activity.touch(saleId, line.variantId);
    return answer.code === 'held' && used ? { sale: used, hold: answer } : reasonOf(answer as NotHeld);
  }

  /** Why a claimed hold is not durable; undefined when it may be claimed again. */
  private async reasonNotStored(
    sale: KnownSale,
    key: HoldKey,
    stored: Exclude<StoreResult, { code: 'held' }>,
  ): Promise<HoldReason | undefined> {
    if (stored.code === 'unknown') return { code: 'paused' };
    if (stored.code === 'moved') {
      this.gate.forget(sale.saleId);
      return undefined;
    }
    // The row is a tombstone or had ended before. Should this call be lost, the units come back when the time is up.
    await this.gate
      .storeOf(sale.engine)
      .release(sale, [key])
      .catch(() => undefined);
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
