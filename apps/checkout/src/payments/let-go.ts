import type { Pool } from 'pg';
import { inTransaction } from '#bus';
import { orderCancelled, orderExpired } from '#contracts';
import type { PaymentDecision, PaymentProvider, ProviderPayment } from '#payments';
import { counter } from '#process';
import { reach } from '../failpoints.ts';
import type { SettleHolds } from '../holds/settle-holds.ts';
import { changeOrders, type NewEntry } from '../orders/change-orders.ts';
import { decide, type PaymentRow } from './payment-row.ts';

const released = counter('checkout_orders_released_total', 'Unpaid orders that were let go.', ['reason']);

/** Why an unpaid order is let go. */
export type LetGoReason =
  'not_paid_in_time' | 'cancelled_by_buyer' | 'cancelled_by_shop' | 'sale_stopped' | 'payment_refused';

/**
 * `gone`: no money will come and the goods are free. `too_late`: there is money after all; it has to be sold or given
 * back. `not_now`: the provider cannot say yet; ask again. `lost`: somebody else decided first.
 */
export type LetGoResult =
  | { code: 'gone' }
  | { code: 'too_late'; seen: ProviderPayment }
  | { code: 'not_now'; seen: ProviderPayment }
  | { code: 'lost' };

/** Lets unpaid orders go: the payment is cancelled at the provider first, the goods are released second (protocols 2). */
export class LetGo {
  private readonly pool: Pool;
  private readonly provider: PaymentProvider;
  private readonly settle: SettleHolds;

  constructor(pool: Pool, provider: PaymentProvider, settle: SettleHolds) {
    this.pool = pool;
    this.provider = provider;
    this.settle = settle;
  }

  /** Wins `open -> cancelling`, or finds that it was won before by somebody who did not finish. */
  async begin(payment: PaymentRow, reason: LetGoReason): Promise<boolean> {
    if (payment.decision === 'cancelling') return true;
    return inTransaction(this.pool, async (query) => {
      const [won] = await decide(query, [payment.paymentId], ['open'], 'cancelling');
      // Kept with the order, so that whoever goes on after a crash knows why.
      if (won) await query('UPDATE orders SET reason = $2 WHERE id = $1', [payment.orderId, reason]);
      return won !== undefined;
    });
  }

  /** Cancels the payment of `payment`, then releases its goods. */
  async letGo(payment: PaymentRow, reason: LetGoReason, entry: Omit<NewEntry, 'kind'>): Promise<LetGoResult> {
    if (!(await this.begin(payment, reason))) return { code: 'lost' };
    await reach('cancel.won');
    if (payment.providerId) {
      const answer = await this.provider.cancelPayment(payment.providerId, payment.paymentId);
      if (answer.code === 'too_late') return { code: 'too_late', seen: answer.payment };
      if (answer.code === 'not_now') return { code: 'not_now', seen: answer.payment };
    }
    await reach('cancel.voided');
    await this.release(payment, reason, entry, ['cancelling']);
    return { code: 'gone' };
  }

  /** For a payment that the provider will never make, or has ended by itself: nothing to cancel. */
  async withoutPayment(payment: PaymentRow, reason: LetGoReason): Promise<void> {
    await this.release(payment, reason, { actor: 'provider' }, ['open', 'cancelling']);
  }

  private async release(
    payment: PaymentRow,
    reason: LetGoReason,
    entry: Omit<NewEntry, 'kind'>,
    from: readonly PaymentDecision[],
  ): Promise<void> {
    const { paymentId, orderId } = payment;
    const after = await inTransaction(this.pool, async (query) => {
      const [won] = await decide(query, [paymentId], from, 'cancelled');
      if (!won) return [];
      const holds = await query<{ holdId: string; buyerId: string }>(
        `SELECT id AS "holdId", buyer_id AS "buyerId" FROM holds WHERE order_id = $1 AND state IN ('held', 'paying')`,
        [orderId],
      );
      const steps = await this.settle.markReleased(query, holds, reason);
      await query(
        "UPDATE payments SET state = 'voided', check_at = NULL, client_secret = NULL WHERE id = $1",
        [paymentId],
      );
      await query("DELETE FROM payment_jobs WHERE kind = 'set_up' AND subject_id = $1", [paymentId]);
      const expired = reason === 'not_paid_in_time';
      await changeOrders(query, [
        {
          orderId,
          reason,
          to: expired ? 'expired' : 'cancelled',
          entry: { ...entry, kind: expired ? 'expired' : 'cancelled', data: { ...entry.data, reason } },
          event: expired ? orderExpired : orderCancelled,
        },
      ]);
      released.inc({ reason });
      return steps;
    });
    await this.settle.follow(after);
  }
}
