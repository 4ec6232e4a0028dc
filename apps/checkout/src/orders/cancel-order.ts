import type { Pool } from 'pg';
import { inTransaction, queryOf, type Query } from '#bus';
import { orderCancelled } from '#contracts';
import { newId } from '#process';
import type { FollowUp, SettleHolds } from '../holds/settle-holds.ts';
import type { AdvancePayment } from '../payments/advance-payment.ts';
import type { LetGo } from '../payments/let-go.ts';
import { readPayment, type PaymentRow } from '../payments/payment-row.ts';
import { requestRefund } from '../refunds/request-refund.ts';
import { changeOrders } from './change-orders.ts';

export type CancelOrderResult =
  { code: 'cancelled'; refunding: boolean } | { code: 'order_state' } | { code: 'order_being_paid' };

export interface CancelBy {
  actor: 'buyer' | 'merchant';
  actorId: string;
  note: string;
}

/** Calls an order off before it is shipped: an unpaid one is let go, a paid one is refunded and its goods go back. */
export class CancelOrder {
  private readonly pool: Pool;
  private readonly letGo: LetGo;
  private readonly advance: AdvancePayment;
  private readonly settle: SettleHolds;

  constructor(pool: Pool, letGo: LetGo, advance: AdvancePayment, settle: SettleHolds) {
    this.pool = pool;
    this.letGo = letGo;
    this.advance = advance;
    this.settle = settle;
  }

  async cancel(paymentId: string, by: CancelBy): Promise<CancelOrderResult> {
    const payment = await readPayment(queryOf(this.pool), paymentId);
    if (!payment) return { code: 'order_state' };
    switch (payment.decision) {
      case 'open':
      case 'cancelling':
        return this.letGoUnpaid(payment, by);
      case 'cancelled':
        return { code: 'cancelled', refunding: false };
      case 'committing':
        return { code: 'order_being_paid' };
      case 'committed':
        return this.callOff(payment, by);
      case 'reversed':
        return { code: 'order_state' };
    }
  }

  private async letGoUnpaid(payment: PaymentRow, by: CancelBy): Promise<CancelOrderResult> {
    const reason = by.actor === 'buyer' ? 'cancelled_by_buyer' : 'cancelled_by_shop';
    const result = await this.letGo.letGo(payment, reason, {
      actor: by.actor,
      actorId: by.actorId,
      data: { note: by.note },
    });
    switch (result.code) {
      case 'gone':
        return { code: 'cancelled', refunding: false };
      case 'too_late': {
        // The money was taken: sell first, so that the refund is of an order like any other, then call it off.
        await this.advance.sell({ ...payment, decision: 'cancelling' }, result.seen, 'cancelling');
        return this.cancel(payment.paymentId, by);
      }
      default:
        return { code: 'order_being_paid' };
    }
  }

  private async callOff(payment: PaymentRow, by: CancelBy): Promise<CancelOrderResult> {
    const { orderId, paymentId, currency } = payment;
    const outcome = await inTransaction(this.pool, async (query) => {
      // The payment's row is locked before sales, holds and orders, as everywhere.
      const [money] = await query<{ left: number }>(
        'SELECT captured_amount - refunded_amount AS left FROM payments WHERE id = $1 FOR UPDATE',
        [paymentId],
      );
      const [order] = await query<{ state: string }>('SELECT state FROM orders WHERE id = $1', [orderId]);
      if (order?.state === 'cancelled') return { after: [], done: true };
      if (order?.state !== 'paid' || !money) return { after: [], done: false };
      const after = await this.takeBack(query, payment);
      const left = money.left;
      const changed = await changeOrders(query, [
        {
          orderId,
          to: 'cancelled',
          reason: by.actor === 'buyer' ? 'cancelled_by_buyer' : 'cancelled_by_shop',
          entry: { kind: 'cancelled', actor: by.actor, actorId: by.actorId, data: { note: by.note } },
          event: orderCancelled,
        },
      ]);
      if (!changed.has(orderId)) throw new Error(`order ${orderId} was shipped while it was being cancelled`);
      if (left > 0) {
        await requestRefund(query, {
          orderId,
          paymentId,
          currency,
          idempotencyKey: `cancel:${orderId}`,
          requestHash: '',
          amount: left,
          reason: 'requested_by_customer',
          note: by.note,
          lines: [],
          requestedBy: by.actorId,
          entry: { actor: by.actor, actorId: by.actorId },
        });
      }
      return { after, done: true };
    });
    await this.settle.follow(outcome.after);
    return outcome.done ? { code: 'cancelled', refunding: true } : { code: 'order_state' };
  }

  /** Everything that was not refunded with its goods before goes back on sale. */
  private async takeBack(query: Query, { orderId, buyerId }: PaymentRow): Promise<FollowUp[]> {
    const lines = await query<{ saleId: string; variantId: string; quantity: number }>(
      `SELECT sale_id AS "saleId", variant_id AS "variantId", (quantity - refunded_quantity) AS quantity
       FROM order_lines WHERE order_id = $1 AND quantity > refunded_quantity ORDER BY sale_id, variant_id`,
      [orderId],
    );
    const steps: FollowUp[] = [];
    for (const [saleId, sold] of Map.groupBy(lines, (line) => line.saleId)) {
      const eventId = newId();
      const reversal = {
        eventId,
        saleId,
        buyerId,
        lines: sold,
        to: 'sale' as const,
        reason: 'order_cancelled',
      };
      steps.push(...(await this.settle.reverseSold(query, reversal)));
    }
    return steps;
  }
}
