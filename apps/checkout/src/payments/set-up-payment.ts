import type { Pool } from 'pg';
import { inTransaction, queryOf } from '#bus';
import { orderPayable } from '#contracts';
import { PaymentsAway, type PaymentProvider, type ProviderPayment } from '#payments';
import type { Logger } from '#process';
import { createBatcher, type Batcher } from '../database/batcher.ts';
import { reach } from '../failpoints.ts';
import { changeOrders } from '../orders/change-orders.ts';
import { orderNumber } from '../orders/order-facts.ts';
import type { CommitPayment } from './commit-payment.ts';
import type { LetGo } from './let-go.ts';
import { readPayments, type PaymentRow } from './payment-row.ts';

interface SetUp {
  paymentId: string;
  made: ProviderPayment;
}

/** Makes the payment of an order known to the provider and so lets its buyer pay. */
export class SetUpPayment {
  private readonly pool: Pool;
  private readonly provider: PaymentProvider;
  private readonly commit: CommitPayment;
  private readonly letGo: LetGo;
  private readonly logger: Logger;
  private readonly payments: Batcher<string, PaymentRow | undefined>;
  private readonly kept: Batcher<SetUp, boolean>;

  constructor(pool: Pool, provider: PaymentProvider, commit: CommitPayment, letGo: LetGo, logger: Logger) {
    this.pool = pool;
    this.provider = provider;
    this.commit = commit;
    this.letGo = letGo;
    this.logger = logger;
    this.payments = createBatcher({ most: 64, lanes: 2, run: (ids) => this.read(ids) });
    this.kept = createBatcher({ most: 64, lanes: 2, run: (items) => this.keep(items) });
  }

  /** Sets the payment up, once: the provider's key is our row's id, so a repetition gives the same payment. */
  async run(paymentId: string): Promise<void> {
    const payment = await this.payments.add(paymentId);
    if (!payment || payment.decision !== 'open' || payment.providerId) return this.dropJob(paymentId);
    await this.make(payment);
  }

  /** Sets up a payment that is open; should it be decided meanwhile, what was made is called off again. */
  async make(payment: PaymentRow): Promise<void> {
    const { paymentId } = payment;
    if (payment.amount === 0) {
      await this.commit.commitFree(payment);
      return this.dropJob(paymentId);
    }
    const made = await this.create(payment);
    await reach('payment.made');
    if (!made) {
      await this.letGo.withoutPayment(payment, 'payment_refused');
      return this.dropJob(paymentId);
    }
    const kept = await this.kept.add({ paymentId, made });
    // The order was let go meanwhile. Nobody ever saw the secret, so nobody can pay; the provider is tidied up.
    if (!kept) await this.provider.cancelPayment(made.providerId, paymentId);
  }

  private async read(paymentIds: readonly string[]): Promise<(PaymentRow | undefined)[]> {
    const found = await readPayments(queryOf(this.pool), paymentIds);
    const byId = new Map(found.map((payment) => [payment.paymentId, payment]));
    return paymentIds.map((paymentId) => byId.get(paymentId));
  }

  private async create(payment: PaymentRow): Promise<ProviderPayment | undefined> {
    try {
      return await this.provider.createPayment({
        paymentId: payment.paymentId,
        orderId: payment.orderId,
        orderNumber: orderNumber(payment.orderNumber),
        amount: { amount: payment.amount, currency: payment.currency },
        capture: payment.capture,
      });
    } catch (error) {
      if (error instanceof PaymentsAway) throw error;
      this.logger.error(
        { err: error, paymentId: payment.paymentId },
        'the provider refuses to make a payment',
      );
      return undefined;
    }
  }

  /** Writes what the provider made, for many at once; false where the order was let go meanwhile. */
  private async keep(items: SetUp[]): Promise<boolean[]> {
    const ids = items.map((item) => item.paymentId);
    return inTransaction(this.pool, async (query) => {
      const kept = await query<{ id: string; orderId: string }>(
        `WITH locked AS (SELECT id FROM payments WHERE id = ANY($1::uuid[]) AND decision = 'open' ORDER BY id FOR UPDATE)
         UPDATE payments p SET provider_id = m.provider_id, client_secret = m.client_secret
         FROM locked JOIN unnest($1::uuid[], $2::text[], $3::text[]) AS m (id, provider_id, client_secret) USING (id)
         WHERE p.id = locked.id RETURNING p.id, p.order_id AS "orderId"`,
        [ids, items.map((item) => item.made.providerId), items.map((item) => item.made.clientSecret)],
      );
      const gone = await query<{ subjectId: string; inLine: boolean }>(
        `DELETE FROM payment_jobs WHERE kind = 'set_up' AND subject_id = ANY($1::uuid[])
         RETURNING subject_id AS "subjectId", told_position IS NOT NULL AS "inLine"`,
        [ids],
      );
      const inLine = new Set(gone.filter((job) => job.inLine).map((job) => job.subjectId));
      await changeOrders(
        query,
        kept
          .filter((row) => inLine.has(row.id))
          .map(({ orderId }) => ({
            orderId,
            entry: { kind: 'payable', actor: 'system' },
            event: orderPayable,
          })),
      );
      const keptIds = new Set(kept.map((row) => row.id));
      return ids.map((id) => keptIds.has(id));
    });
  }

  private async dropJob(paymentId: string): Promise<void> {
    await this.pool.query("DELETE FROM payment_jobs WHERE kind = 'set_up' AND subject_id = $1", [paymentId]);
  }
}
