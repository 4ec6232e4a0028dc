import type { Pool } from 'pg';
import { inTransaction, queryOf, type Query } from '#bus';
import { orderPaymentFailed } from '#contracts';
import type { PaymentProvider } from '#payments';
import { counter, newId, type Logger } from '#process';
import { reach } from '../failpoints.ts';
import type { FollowUp, SettleHolds } from '../holds/settle-holds.ts';
import { changeOrders } from '../orders/change-orders.ts';
import type { CommitPayment } from './commit-payment.ts';
import { decide, readPayment, type PaymentRow } from './payment-row.ts';

const reversed = counter('checkout_captures_failed_total', 'Sold orders whose money could not be taken.');

/** Takes the money of orders whose goods are sold; where that fails for good, takes the goods back (protocols 3). */
export class CapturePayment {
  private readonly pool: Pool;
  private readonly provider: PaymentProvider;
  private readonly commit: CommitPayment;
  private readonly settle: SettleHolds;
  private readonly logger: Logger;
  private readonly underWay = new Map<string, Promise<void>>();

  constructor(
    pool: Pool,
    provider: PaymentProvider,
    commit: CommitPayment,
    settle: SettleHolds,
    logger: Logger,
  ) {
    this.pool = pool;
    this.provider = provider;
    this.commit = commit;
    this.settle = settle;
    this.logger = logger;
  }

  /** Captures the payment of a committed order. Repeating is fine; throws when the provider is away. */
  async run(paymentId: string): Promise<void> {
    const payment = await readPayment(queryOf(this.pool), paymentId);
    if (!payment || payment.decision !== 'committing' || !payment.providerId) return this.dropJob(paymentId);
    await this.capture(payment, payment.providerId);
  }

  /** Captures a payment that was committed a moment ago. */
  async capture(payment: PaymentRow, providerId: string): Promise<void> {
    const { paymentId } = payment;
    const work = this.take(payment, providerId).finally(() => this.underWay.delete(paymentId));
    this.underWay.set(paymentId, work);
    return work;
  }

  /** Waits for the capture of a payment that this process is making; false when it makes none. */
  async settled(paymentId: string): Promise<boolean> {
    const work = this.underWay.get(paymentId);
    await work?.catch(() => undefined); // whoever began it hears of it
    return work !== undefined;
  }

  private async take(payment: PaymentRow, providerId: string): Promise<void> {
    const { paymentId } = payment;
    const captured = await this.provider.capturePayment(providerId, paymentId);
    await reach('capture.answered');
    if (captured.code === 'captured') return this.commit.recordCaptured(payment, captured.payment);
    // No money now. Before the goods go back nobody may be able to take it later.
    const cancelled = await this.provider.cancelPayment(providerId, paymentId);
    if (cancelled.code === 'voided') return this.reverse(payment, captured.reason);
    if (cancelled.payment.state === 'captured') return this.commit.recordCaptured(payment, cancelled.payment);
    throw new Error(`payment ${paymentId} can neither be captured (${captured.reason}) nor cancelled yet`);
  }

  /** The goods go back on sale, the order is told to have failed. */
  private async reverse(payment: PaymentRow, reason: string): Promise<void> {
    const { paymentId, orderId } = payment;
    const after = await inTransaction(this.pool, async (query) => {
      const [won] = await decide(query, [paymentId], ['committing'], 'reversed');
      if (!won) return [];
      const steps = await this.takeBack(query, payment);
      await query(
        `UPDATE payments SET state = 'voided', check_at = NULL, client_secret = NULL,
           failure = jsonb_build_object('code', $2::text, 'message', 'The payment could not be taken.') WHERE id = $1`,
        [paymentId, reason],
      );
      await query("DELETE FROM payment_jobs WHERE kind = 'capture' AND subject_id = $1", [paymentId]);
      await changeOrders(query, [
        {
          orderId,
          to: 'payment_failed',
          reason: 'capture_failed',
          entry: { kind: 'payment_failed', actor: 'provider', data: { reason } },
          event: orderPaymentFailed,
        },
      ]);
      reversed.inc();
      return steps;
    });
    this.logger.warn({ orderId, reason }, 'a payment could not be captured; its goods went back');
    await this.settle.follow(after);
  }

  private async takeBack(query: Query, { orderId, buyerId }: PaymentRow): Promise<FollowUp[]> {
    const lines = await query<{ saleId: string; variantId: string; quantity: number }>(
      `SELECT sale_id AS "saleId", variant_id AS "variantId", quantity FROM order_lines
       WHERE order_id = $1 ORDER BY sale_id, variant_id`,
      [orderId],
    );
    const steps: FollowUp[] = [];
    for (const [saleId, sold] of Map.groupBy(lines, (line) => line.saleId)) {
      const reversal = {
        eventId: newId(),
        saleId,
        buyerId,
        lines: sold,
        to: 'sale' as const,
        reason: 'capture_failed',
      };
      steps.push(...(await this.settle.reverseSold(query, reversal)));
    }
    return steps;
  }

  private async dropJob(paymentId: string): Promise<void> {
    await this.pool.query("DELETE FROM payment_jobs WHERE kind = 'capture' AND subject_id = $1", [paymentId]);
  }
}
