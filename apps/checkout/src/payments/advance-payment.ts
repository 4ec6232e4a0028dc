import type { Pool } from 'pg';
import { inTransaction, queryOf, type Query } from '#bus';
import { orderDisputed, orderPaymentChanged } from '#contracts';
import type { PaymentProvider, ProviderPayment } from '#payments';
import type { Logger } from '#process';
import { reach } from '../failpoints.ts';
import { changeOrders } from '../orders/change-orders.ts';
import type { CapturePayment } from './capture-payment.ts';
import type { CommitPayment } from './commit-payment.ts';
import type { LateMoney } from './late-money.ts';
import type { LetGo, LetGoReason } from './let-go.ts';
import { readPayment, stateSeen, statesBefore, type PaymentRow } from './payment-row.ts';

export interface AdvanceParts {
  pool: Pool;
  provider: PaymentProvider;
  commit: CommitPayment;
  capture: CapturePayment;
  letGo: LetGo;
  late: LateMoney;
  logger: Logger;
}

/**
 * Brings a payment to where the provider says it is, and the order with it. Notices, the sweep and impatient buyers
 * all end here; what they say is never believed, the provider is asked. Repeating is fine, in any order.
 */
export class AdvancePayment {
  private readonly pool: Pool;
  private readonly provider: PaymentProvider;
  private readonly parts: AdvanceParts;

  constructor(parts: AdvanceParts) {
    this.pool = parts.pool;
    this.provider = parts.provider;
    this.parts = parts;
  }

  /** Asks the provider and acts on the answer. Throws `PaymentsAway` when it cannot be asked. */
  async advance(payment: PaymentRow): Promise<void> {
    if (!payment.providerId) return;
    const seen = await this.provider.retrievePayment(payment.providerId);
    if (!seen) throw new Error(`the provider does not know payment ${payment.paymentId}`);
    await reach('payment.seen');
    await this.act(payment, seen);
  }

  /** Acts on what the provider said a moment ago. */
  async act(payment: PaymentRow, seen: ProviderPayment): Promise<void> {
    switch (seen.state) {
      case 'authorized':
      case 'captured':
        return this.takeMoney(payment, seen);
      case 'voided':
        return this.ended(payment);
      default:
        await this.observe(payment, seen);
    }
  }

  private async takeMoney(payment: PaymentRow, seen: ProviderPayment): Promise<void> {
    switch (payment.decision) {
      case 'open':
        return this.sell(payment, seen);
      case 'cancelling':
        return this.finishCancelling(payment, seen);
      case 'committing':
        return seen.state === 'captured'
          ? this.parts.commit.recordCaptured(payment, seen)
          : this.parts.capture.run(payment.paymentId);
      case 'cancelled':
      case 'reversed':
        return this.late(payment, seen);
      case 'committed':
        return void (await this.observe(payment, seen));
    }
  }

  /** Sells the goods, then takes the money; a worker takes it when this process cannot. */
  async sell(
    payment: PaymentRow,
    seen: ProviderPayment,
    from: 'open' | 'cancelling' = 'open',
  ): Promise<void> {
    const result = await this.parts.commit.commit(payment.paymentId, seen, [from]);
    if (result === 'committed' && seen.state === 'captured')
      return this.parts.commit.recordCaptured(payment, seen);
    if (result === 'committed') return this.captureSoon(payment);
    if (result === 'not_ours') return this.giveUp(payment, 'sale_stopped');
    const fresh = await readPayment(queryOf(this.pool), payment.paymentId);
    if (fresh && fresh.decision !== payment.decision) await this.takeMoney(fresh, seen);
  }

  /** Somebody won the cancel and did not finish. Money beats a clock that ran out, but not a buyer's own wish. */
  private async finishCancelling(payment: PaymentRow, seen: ProviderPayment): Promise<void> {
    if (payment.reason === 'not_paid_in_time' || seen.state === 'captured') {
      return this.sell(payment, seen, 'cancelling');
    }
    return this.giveUp(payment, (payment.reason ?? 'cancelled_by_buyer') as LetGoReason);
  }

  /** Cancels and releases; money that cannot be cancelled any more is sold or given back. */
  async giveUp(payment: PaymentRow, reason: LetGoReason): Promise<void> {
    const result = await this.parts.letGo.letGo(payment, reason, { actor: 'system' });
    if (result.code !== 'too_late') return;
    const sold = await this.parts.commit.commit(payment.paymentId, result.seen, ['cancelling']);
    if (sold === 'committed') return this.takeMoney({ ...payment, decision: 'committing' }, result.seen);
    if (sold === 'lost') return;
    await this.parts.letGo.withoutPayment(payment, reason);
    await this.late({ ...payment, decision: 'cancelled', reason }, result.seen);
  }

  private async late(payment: PaymentRow, seen: ProviderPayment): Promise<void> {
    const sold = await this.parts.late.handle(payment, seen);
    if (sold) await this.takeMoney({ ...payment, decision: 'committing' }, seen);
  }

  private async captureSoon(payment: PaymentRow): Promise<void> {
    try {
      if (payment.providerId) await this.parts.capture.capture(payment, payment.providerId);
    } catch (err) {
      this.parts.logger.warn({ err, orderId: payment.orderId }, 'a capture is left to the worker');
    }
  }

  /** The provider ended the payment: an authorisation lapsed, or somebody cancelled it over there. */
  private async ended(payment: PaymentRow): Promise<void> {
    if (payment.decision === 'open' || payment.decision === 'cancelling') {
      const reason =
        payment.reason ?? (payment.payBy.getTime() <= Date.now() ? 'not_paid_in_time' : 'payment_refused');
      await this.parts.letGo.withoutPayment(payment, reason as LetGoReason);
    }
    if (payment.decision === 'committing') await this.parts.capture.run(payment.paymentId);
  }

  /** Keeps what is new about a payment that decides nothing: refused, waiting for its buyer, slow, disputed. */
  private async observe(payment: PaymentRow, seen: ProviderPayment): Promise<void> {
    const state = stateSeen(seen);
    await inTransaction(this.pool, async (query) => {
      const changed = await keepState(query, payment, seen);
      if (!changed) return;
      const dispute = seen.disputed !== changed.disputed;
      await changeOrders(query, [
        {
          orderId: payment.orderId,
          entry: {
            kind: dispute ? (seen.disputed ? 'disputed' : 'dispute_ended') : 'payment_changed',
            actor: 'provider',
            data: { state, ...seen.failure },
          },
          event: dispute ? orderDisputed : orderPaymentChanged,
        },
      ]);
    });
  }
}

/** Writes the state where its table lets it; gives what was there before, or undefined when nothing changed. */
async function keepState(
  query: Query,
  payment: PaymentRow,
  seen: ProviderPayment,
): Promise<{ disputed: boolean } | undefined> {
  const state = stateSeen(seen);
  const [before] = await query<{ state: string; disputed: boolean; failure: { code: string } | null }>(
    'SELECT state, disputed, failure FROM payments WHERE id = $1 FOR UPDATE',
    [payment.paymentId],
  );
  const failure = seen.failure ? JSON.stringify(seen.failure) : null;
  if (!before) return undefined;
  const sameFailure = (before.failure?.code ?? null) === (seen.failure?.code ?? null);
  if (before.state === state && before.disputed === seen.disputed && sameFailure) return undefined;
  const rows = await query(
    `UPDATE payments SET state = $2, disputed = $3, failure = $4 WHERE id = $1 AND state = ANY($5::text[]) RETURNING id`,
    [payment.paymentId, state, seen.disputed, failure, statesBefore(state)],
  );
  return rows.length > 0 ? { disputed: before.disputed } : undefined;
}
