import type { Pool } from 'pg';
import { inTransaction, queryOf, type Query } from '#bus';
import { orderRefunded } from '#contracts';
import type { PaymentProvider, ProviderRefund } from '#payments';
import { newId, type Logger } from '#process';
import { changeOrders } from '../orders/change-orders.ts';
import { findByProviderId } from '../payments/payment-row.ts';

interface RefundRow {
  refundId: string;
  orderId: string;
  paymentId: string;
  providerPaymentId: string | null;
  providerId: string | null;
  amount: number;
  currency: string;
  state: 'pending' | 'succeeded' | 'failed';
}

const SELECT = `SELECT r.id AS "refundId", r.order_id AS "orderId", r.payment_id AS "paymentId",
  p.provider_id AS "providerPaymentId", r.provider_id AS "providerId", r.amount, r.currency, r.state
  FROM refunds r JOIN payments p ON p.id = r.payment_id`;

/** Makes refunds at the provider and follows them to their end; one that fails later is money that we still have. */
export class SettleRefund {
  private readonly pool: Pool;
  private readonly provider: PaymentProvider;
  private readonly logger: Logger;

  constructor(pool: Pool, provider: PaymentProvider, logger: Logger) {
    this.pool = pool;
    this.provider = provider;
    this.logger = logger;
  }

  /** Makes the refund of our row; repeating gives the same one. */
  async make(refundId: string): Promise<void> {
    const refund = await this.read('r.id = $1', refundId);
    if (!refund || refund.providerId || refund.state !== 'pending' || !refund.providerPaymentId) {
      return this.dropJob(refundId);
    }
    const answer = await this.provider.refundPayment(refund.providerPaymentId, refundId, {
      amount: refund.amount,
      currency: refund.currency,
    });
    if (answer.code === 'made') await this.follow(refund, answer.refund);
    else await this.fail(refund, answer.reason);
  }

  /** The provider told of a refund: ours, or one that somebody made over there. */
  async settle(providerRefundId: string, providerPaymentId: string | null): Promise<'done' | 'unknown'> {
    const seen = await this.provider.retrieveRefund(providerRefundId);
    if (!seen) return 'done';
    const refund =
      (seen.refundId ? await this.read('r.id = $1', seen.refundId) : undefined) ??
      (await this.read('r.provider_id = $1', providerRefundId)) ??
      (await this.adopt(seen, providerPaymentId));
    if (!refund) return 'unknown';
    await this.follow(refund, seen);
    return 'done';
  }

  private async follow(refund: RefundRow, seen: ProviderRefund): Promise<void> {
    if (seen.state === 'failed')
      return this.fail(refund, seen.failureReason ?? 'refund_failed', seen.providerId);
    await inTransaction(this.pool, async (query) => {
      const before = await lock(query, refund.refundId);
      if (!before || before.state === 'failed') return;
      await query(
        `UPDATE refunds SET provider_id = $2, state = $3,
           settled_at = CASE WHEN $3 = 'succeeded' THEN coalesce(settled_at, clock_timestamp()) END WHERE id = $1`,
        [refund.refundId, seen.providerId, before.state === 'succeeded' ? 'succeeded' : seen.state],
      );
      await dropJob(query, refund.refundId);
      if (seen.state !== 'succeeded' || before.state === 'succeeded') return;
      await keepPaymentState(query, refund.paymentId);
      await tell(query, refund, 'refunded');
    });
  }

  /** Frees the amount again: the money never left, or came back. */
  private async fail(refund: RefundRow, reason: string, providerId?: string): Promise<void> {
    await inTransaction(this.pool, async (query) => {
      const before = await lock(query, refund.refundId);
      if (!before || before.state === 'failed') return;
      await query('UPDATE payments SET refunded_amount = refunded_amount - $2 WHERE id = $1', [
        refund.paymentId,
        refund.amount,
      ]);
      await query(
        `UPDATE refunds SET state = 'failed', failure = $2, provider_id = coalesce($3, provider_id),
           settled_at = clock_timestamp() WHERE id = $1`,
        [refund.refundId, reason, providerId ?? null],
      );
      await dropJob(query, refund.refundId);
      await keepPaymentState(query, refund.paymentId);
      await tell(query, refund, 'refund_failed');
    });
    this.logger.warn({ refundId: refund.refundId, reason }, 'a refund failed');
  }

  /** Takes note of a refund that was made at the provider and not here. */
  private async adopt(
    seen: ProviderRefund,
    providerPaymentId: string | null,
  ): Promise<RefundRow | undefined> {
    if (!providerPaymentId) return undefined;
    const payment = await findByProviderId(queryOf(this.pool), providerPaymentId);
    if (!payment) return undefined;
    await inTransaction(this.pool, async (query) => {
      const rows = await query(
        `INSERT INTO refunds (id, order_id, payment_id, idempotency_key, request_hash, provider_id, amount, currency,
           reason, note) VALUES ($1, $2, $3, $4, '', $4, $5, $6, 'other', 'Made at the payment provider.')
         ON CONFLICT DO NOTHING RETURNING 1`,
        [
          newId(),
          payment.orderId,
          payment.paymentId,
          seen.providerId,
          seen.amount.amount,
          seen.amount.currency,
        ],
      );
      if (rows.length === 0) return;
      await query('UPDATE payments SET refunded_amount = refunded_amount + $2 WHERE id = $1', [
        payment.paymentId,
        seen.amount.amount,
      ]);
    });
    return this.read('r.provider_id = $1', seen.providerId);
  }

  private async read(where: string, id: string): Promise<RefundRow | undefined> {
    return (await queryOf(this.pool)<RefundRow>(`${SELECT} WHERE ${where}`, [id]))[0];
  }

  private dropJob(refundId: string): Promise<void> {
    return dropJob(queryOf(this.pool), refundId);
  }
}

/** Locks payment, then refund: the order in which every refund locks. */
async function lock(query: Query, refundId: string): Promise<{ state: string } | undefined> {
  await query('SELECT 1 FROM payments WHERE id = (SELECT payment_id FROM refunds WHERE id = $1) FOR UPDATE', [
    refundId,
  ]);
  const [row] = await query<{ state: string }>('SELECT state FROM refunds WHERE id = $1 FOR UPDATE', [
    refundId,
  ]);
  return row;
}

async function dropJob(query: Query, refundId: string): Promise<void> {
  await query("DELETE FROM payment_jobs WHERE kind = 'refund' AND subject_id = $1", [refundId]);
}

/** The payment's state out of the refunds that ended well; a disputed payment stays disputed. */
async function keepPaymentState(query: Query, paymentId: string): Promise<void> {
  await query(
    `UPDATE payments p SET state = CASE
         WHEN r.amount = 0 THEN 'captured' WHEN r.amount < p.captured_amount THEN 'partially_refunded' ELSE 'refunded' END
     FROM (SELECT coalesce(sum(amount), 0) AS amount FROM refunds WHERE payment_id = $1 AND state = 'succeeded') r
     WHERE p.id = $1 AND p.state IN ('captured', 'partially_refunded', 'refunded')`,
    [paymentId],
  );
}

async function tell(query: Query, refund: RefundRow, kind: string): Promise<void> {
  await changeOrders(query, [
    {
      orderId: refund.orderId,
      entry: { kind, actor: 'provider', data: { refundId: refund.refundId, amount: refund.amount } },
      event: orderRefunded,
    },
  ]);
}
