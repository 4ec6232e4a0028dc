import { hash } from 'node:crypto';
import type { Pool } from 'pg';
import { inTransaction, queryOf, type Query } from '#bus';
import type { Address, Identity } from '#contracts';
import { counter, newId } from '#process';
import { createBatcher, type Batcher } from '../database/batcher.ts';
import { reach } from '../failpoints.ts';
import type { PinnedHold, PinResult, SettleHolds } from '../holds/settle-holds.ts';
import { newPayment, type PaymentRow } from '../payments/payment-row.ts';
import type { OrderQueue } from '../queue/order-queue.ts';
import type { SaleGate } from '../sales/sale-gate.ts';
import { findParcels, parcelKey } from './find-parcels.ts';
import { insertOrders, type OrderDraft } from './insert-orders.ts';
import { PAY_AFTER_EXPIRY_MS, PAY_WITHIN_MS, type OrderSettings } from './order-settings.ts';
import type { PriceOrder, PriceRefusal, PricedOrder } from './price-order.ts';

/** How long a request may take over setting up its payment before a worker does it as well. */
const SET_UP_LEASE_MS = 20_000;

/** A hold that moved under the order is looked at anew this often. */
const TRIES = 3;

const placed = counter('checkout_orders_placed_total', 'Orders placed.', ['way']);

export interface OrderRequest {
  buyer: Identity;
  idempotencyKey: string;
  holdIds: readonly string[];
  address: Address;
  shipping: string;
  showId: string | null;
  note: string;
}

export type PlaceOrderResult =
  | { code: 'placed'; orderId: string; paymentId: string; inLine: boolean; replay: boolean }
  | { code: 'idempotency_key_reused' }
  | { code: 'orders_saturated' }
  | { code: 'hold_in_order'; orderId: string | null }
  | Exclude<PinResult, { code: 'pinned' } | { code: 'paying' }>
  | { code: 'changed' }
  | PriceRefusal;

interface Prepared {
  request: OrderRequest;
  requestHash: string;
  orderId: string;
  paymentId: string;
  holds: PinnedHold[];
  showId: string | null;
  inLine: boolean;
}

/** What became of one of a batch, with the payment as it was written. */
interface Written {
  result: PlaceOrderResult;
  payment?: PaymentRow;
}

/**
 * Turns holds into an order (protocols 1): pins them all, then one transaction makes them `paying` and writes order,
 * payment and the job that sets the payment up. Many requests share one transaction.
 */
export class PlaceOrder {
  private readonly pool: Pool;
  private readonly settle: SettleHolds;
  private readonly gate: SaleGate;
  private readonly pricing: PriceOrder;
  private readonly queue: OrderQueue;
  private readonly settings: OrderSettings & { provider: string };
  private readonly batcher: Batcher<Prepared, Written>;

  constructor(parts: {
    pool: Pool;
    settle: SettleHolds;
    gate: SaleGate;
    pricing: PriceOrder;
    queue: OrderQueue;
    settings: OrderSettings & { provider: string };
  }) {
    this.pool = parts.pool;
    this.settle = parts.settle;
    this.gate = parts.gate;
    this.pricing = parts.pricing;
    this.queue = parts.queue;
    this.settings = parts.settings;
    this.batcher = createBatcher({ most: 64, lanes: 2, run: (items) => this.write(items) });
  }

  /** Places the order, or finds the one that the same request made before. */
  async place(request: OrderRequest): Promise<PlaceOrderResult> {
    const requestHash = hashOf(request);
    if (this.queue.full)
      return (await this.findEarlier(request, requestHash)) ?? { code: 'orders_saturated' };
    for (let round = 1; ; round += 1) {
      const pinned = await this.settle.pinHolds(request.holdIds, request.buyer.userId);
      if (pinned.code === 'paying') {
        return (
          (await this.findEarlier(request, requestHash)) ?? { code: 'hold_in_order', orderId: pinned.orderId }
        );
      }
      if (pinned.code !== 'pinned') return (await this.findEarlier(request, requestHash)) ?? pinned;
      const result = await this.placePinned(request, requestHash, pinned.holds);
      if (result.code !== 'changed' || round === TRIES) return result;
    }
  }

  private async placePinned(
    request: OrderRequest,
    requestHash: string,
    holds: PinnedHold[],
  ): Promise<PlaceOrderResult> {
    const showId = await this.showOf(holds, request.showId);
    const slot = this.queue.takeSlot();
    try {
      const { result, payment } = await this.batcher.add({
        request,
        requestHash,
        orderId: newId(),
        paymentId: newId(),
        holds,
        showId,
        inLine: !slot,
      });
      if (result.code !== 'placed' || result.replay) return result;
      placed.inc({ way: slot ? 'at_once' : 'in_line' });
      await reach('order.placed');
      if (slot && payment) await this.queue.setUpNow(payment);
      else this.queue.wake();
      return result;
    } finally {
      slot?.();
    }
  }

  /** One transaction for all `items`; refusals of one do not disturb the others. */
  private async write(items: Prepared[]): Promise<Written[]> {
    return inTransaction(this.pool, async (query) => {
      const answers = new Map<Prepared, Written>();
      const parcels = await findParcels(
        query,
        items.map(({ request, showId }) => ({
          buyerId: request.buyer.userId,
          showId,
          address: request.address,
        })),
      );
      const drafts: { item: Prepared; draft: OrderDraft }[] = [];
      let numbers = new Map<string, number>();
      for (const item of items) {
        const parcel = parcelKey(item.request.buyer.userId, item.showId, item.request.address);
        const { country } = item.request.address;
        const priced = await this.pricing.price(item.holds, {
          country,
          shipping: item.request.shipping,
          combined: parcels.has(parcel),
        });
        if ('code' in priced) {
          answers.set(item, { result: priced });
          continue;
        }
        // The next of this batch may travel with it.
        if (item.showId !== null) parcels.add(parcel);
        drafts.push({ item, draft: this.draftOf(item, priced) });
      }
      if (drafts.length > 0) {
        const orders = drafts.map(({ item, draft }) => ({ orderId: draft.orderId, holds: item.holds }));
        const marked = await this.settle.markPaying(query, orders);
        // Alone, the caller pins again; in a batch, the others must not wait for that.
        if (marked === 'changed' && items.length > 1) throw new Error('a hold of the batch changed');
        if (marked === 'changed') return [CHANGED];
        numbers = await insertOrders(
          query,
          drafts.map(({ draft }) => draft),
        );
      }
      for (const { item, draft } of drafts) {
        const { orderId, paymentId } = draft;
        const payment = paymentOf(draft, numbers.get(orderId) ?? 0);
        answers.set(item, {
          result: { code: 'placed', orderId, paymentId, inLine: item.inLine, replay: false },
          payment,
        });
      }
      return items.map((item) => answers.get(item) ?? CHANGED);
    });
  }

  private draftOf(item: Prepared, priced: PricedOrder): OrderDraft {
    const { request, requestHash, orderId, paymentId, showId } = item;
    return {
      orderId,
      paymentId,
      requestHash,
      showId,
      priced,
      idempotencyKey: request.idempotencyKey,
      buyerId: request.buyer.userId,
      buyerName: request.buyer.displayName,
      address: request.address,
      shipping: request.shipping,
      note: request.note,
      provider: this.settings.provider,
      capture: this.settings.capture,
      payBy: payBy(item.holds),
      setUpBy: new Date(Date.now() + (item.inLine ? 0 : SET_UP_LEASE_MS)),
    };
  }

  /** The order that the same buyer made with the same key. */
  private async findEarlier(
    request: OrderRequest,
    requestHash: string,
  ): Promise<PlaceOrderResult | undefined> {
    const query: Query = queryOf(this.pool);
    const [earlier] = await query<{
      orderId: string;
      paymentId: string;
      requestHash: string;
      waiting: boolean;
    }>(
      `SELECT o.id AS "orderId", p.id AS "paymentId", o.request_hash AS "requestHash", p.provider_id IS NULL AS waiting
       FROM orders o JOIN payments p ON p.order_id = o.id WHERE o.buyer_id = $1 AND o.idempotency_key = $2`,
      [request.buyer.userId, request.idempotencyKey],
    );
    if (!earlier) return undefined;
    if (earlier.requestHash !== requestHash) return { code: 'idempotency_key_reused' };
    return {
      code: 'placed',
      orderId: earlier.orderId,
      paymentId: earlier.paymentId,
      inLine: earlier.waiting,
      replay: true,
    };
  }

  /** The show of a flash sale among the holds, else the one that the buyer says to watch. */
  private async showOf(holds: readonly PinnedHold[], said: string | null): Promise<string | null> {
    for (const hold of holds) {
      const sale = await this.gate.find(hold.saleId);
      if (sale?.showId) return sale.showId;
    }
    return said;
  }
}

/** The latest moment at which every hold may still be paid. */
export function payBy(holds: readonly { startedAt: Date; expiresAt: Date }[]): Date {
  const limits = holds.flatMap((hold) => [
    hold.expiresAt.getTime() + PAY_AFTER_EXPIRY_MS,
    hold.startedAt.getTime() + PAY_WITHIN_MS,
  ]);
  return new Date(Math.min(...limits));
}

/** The payment that was written for `draft`. */
function paymentOf(draft: OrderDraft, orderNumber: number): PaymentRow {
  const { orderId, paymentId, buyerId, capture, payBy: until } = draft;
  const { total: amount, currency } = draft.priced.totals;
  return newPayment({ paymentId, orderId, orderNumber, buyerId, capture, amount, currency, payBy: until });
}

const CHANGED: Written = { result: { code: 'changed' } };

function hashOf({ holdIds, address, shipping, showId, note }: OrderRequest): string {
  return hash(
    'sha256',
    JSON.stringify([[...holdIds].toSorted(), address, shipping, showId, note]),
    'base64url',
  );
}
