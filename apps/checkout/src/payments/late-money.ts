import type { Pool } from 'pg';
import { inTransaction, queryOf } from '#bus';
import { orderPaymentChanged } from '#contracts';
import type { PaymentProvider, ProviderPayment } from '#payments';
import { counter, newId, type Logger } from '#process';
import type { SettleHolds } from '../holds/settle-holds.ts';
import { changeOrders } from '../orders/change-orders.ts';
import { requestRefund } from '../refunds/request-refund.ts';
import type { CommitPayment } from './commit-payment.ts';
import { readPayment, stateSeen, type PaymentRow } from './payment-row.ts';

const late = counter(
  'checkout_late_payments_total',
  'Payments that succeeded after their goods were released.',
  ['outcome'],
);

/** Goods to be held again, under ids that were chosen before. */
export interface WantedHold {
  holdId: string;
  saleId: string;
  lines: { variantId: string; quantity: number }[];
}

/** Whoever claimed a late payment settles it within this time, or another may. */
const LEASE_S = 30;

export interface LateMoneyParts {
  pool: Pool;
  provider: PaymentProvider;
  settle: SettleHolds;
  commit: CommitPayment;
  /** Claims goods as for any buyer, never ahead of the waitlist; false when not all could be had. */
  holdAgain: (buyerId: string, holds: WantedHold[]) => Promise<boolean>;
  logger: Logger;
}

/**
 * Money that came after its goods were released: the goods are taken again if they are still to be had, else the
 * money goes back. A once-only record and keys made of it let this be repeated after any crash.
 */
export class LateMoney {
  private readonly pool: Pool;
  private readonly parts: LateMoneyParts;

  constructor(parts: LateMoneyParts) {
    this.pool = parts.pool;
    this.parts = parts;
  }

  /**
   * Settles what `hint` says came late; what counts is what the provider says after the decision fell. True when the
   * goods were sold after all, so that the money is still to be taken.
   */
  async handle(payment: PaymentRow, hint: ProviderPayment): Promise<boolean> {
    const { paymentId, orderId } = payment;
    const seen = payment.providerId
      ? await this.parts.provider.retrievePayment(payment.providerId)
      : undefined;
    if (!seen || (seen.state !== 'authorized' && seen.state !== 'captured')) return false;
    const holdIds = await this.claim(payment, seen);
    if (!holdIds) return false;
    this.parts.logger.warn(
      { orderId, paymentId, state: hint.state },
      'money came after its goods were released',
    );
    if (await this.sellAgain(payment, seen, holdIds)) {
      await this.settled(payment, 'sold');
      return true;
    }
    await this.giveBack(payment, seen);
    return false;
  }

  private async giveBack(payment: PaymentRow, seen: ProviderPayment): Promise<void> {
    if (seen.state === 'captured') return this.refund(payment, seen);
    const answer = await this.parts.provider.cancelPayment(seen.providerId, payment.paymentId);
    if (answer.code === 'voided') return this.settled(payment, 'voided');
    if (answer.code === 'not_now')
      throw new Error(`the late payment ${payment.paymentId} cannot be voided yet`);
    return this.refund(payment, answer.payment);
  }

  /** Late payments that a crash left without an outcome. */
  async unsettled(): Promise<PaymentRow[]> {
    const query = queryOf(this.pool);
    const rows = await query<{ id: string }>(
      'SELECT payment_id AS id FROM late_payments WHERE outcome IS NULL AND lease_until < clock_timestamp() LIMIT 50',
    );
    const payments = await Promise.all(rows.map(({ id }) => readPayment(query, id)));
    return payments.filter((payment) => payment !== undefined);
  }

  /** Takes the record for a while; gives the ids under which the goods may be held again, or undefined: not ours. */
  private async claim(payment: PaymentRow, seen: ProviderPayment): Promise<string[] | undefined> {
    const sales = await queryOf(this.pool)<{ saleId: string }>(
      'SELECT DISTINCT sale_id AS "saleId" FROM order_lines WHERE order_id = $1',
      [payment.orderId],
    );
    const [row] = await queryOf(this.pool)<{ holdIds: string[] }>(
      `INSERT INTO late_payments AS l (payment_id, state, hold_ids, lease_until)
       VALUES ($1, $2, $3, clock_timestamp() + interval '${LEASE_S} seconds')
       ON CONFLICT (payment_id) DO UPDATE SET lease_until = excluded.lease_until
         WHERE l.outcome IS NULL AND l.lease_until < clock_timestamp()
       RETURNING hold_ids AS "holdIds"`,
      [payment.paymentId, seen.state, sales.map(() => newId())],
    );
    return row?.holdIds;
  }

  /** Holds the same goods again, pins them for this order and sells them; true when that worked. */
  private async sellAgain(payment: PaymentRow, seen: ProviderPayment, holdIds: string[]): Promise<boolean> {
    // Who called the order off, or had it called off by a stop, does not want it back.
    if (payment.reason !== 'not_paid_in_time') return false;
    const { orderId, buyerId } = payment;
    const lines = await queryOf(this.pool)<{ saleId: string; variantId: string; quantity: number }>(
      `SELECT sale_id AS "saleId", variant_id AS "variantId", quantity FROM order_lines
       WHERE order_id = $1 ORDER BY sale_id, position`,
      [orderId],
    );
    const holds = [...Map.groupBy(lines, (line) => line.saleId)].map(([saleId, wanted], index) => ({
      holdId: holdIds[index] ?? '',
      saleId,
      lines: wanted.map(({ variantId, quantity }) => ({ variantId, quantity })),
    }));
    if (!(await this.parts.holdAgain(buyerId, holds))) return false;
    const ids = holds.map((hold) => hold.holdId);
    const pinned = await this.parts.settle.pinHolds(ids, buyerId);
    if (pinned.code === 'pinned') {
      const marked = await inTransaction(this.pool, (query) =>
        this.parts.settle.markPaying(query, [{ orderId, holds: pinned.holds }]),
      );
      if (marked === 'changed') throw new Error(`holds of the late order ${orderId} changed; trying again`);
    } else if (pinned.code !== 'paying') return false;
    return (await this.parts.commit.commit(payment.paymentId, seen, ['cancelled'])) === 'committed';
  }

  private async refund(payment: PaymentRow, seen: ProviderPayment): Promise<void> {
    const { paymentId, orderId, currency } = payment;
    await inTransaction(this.pool, async (query) => {
      // The one place where the provider's word outranks the table: a payment believed dead holds money.
      await query('UPDATE payments SET captured_amount = $2, state = $3, check_at = NULL WHERE id = $1', [
        paymentId,
        seen.capturedAmount,
        stateSeen(seen),
      ]);
      await requestRefund(query, {
        orderId,
        paymentId,
        currency,
        idempotencyKey: `late:${paymentId}`,
        requestHash: '',
        amount: seen.capturedAmount,
        reason: 'late_payment',
        note: '',
        lines: [],
        requestedBy: null,
        entry: { actor: 'system' },
      });
    });
    await this.settled(payment, 'refunded');
  }

  private async settled(
    { paymentId, orderId }: PaymentRow,
    outcome: 'sold' | 'voided' | 'refunded',
  ): Promise<void> {
    await inTransaction(this.pool, async (query) => {
      const rows = await query(
        `UPDATE late_payments SET outcome = $2, settled_at = clock_timestamp()
         WHERE payment_id = $1 AND outcome IS NULL RETURNING 1`,
        [paymentId, outcome],
      );
      if (rows.length === 0) return;
      late.inc({ outcome });
      await changeOrders(query, [
        {
          orderId,
          entry: { kind: `late_payment_${outcome}`, actor: 'system' },
          event: orderPaymentChanged,
        },
      ]);
    });
  }
}
