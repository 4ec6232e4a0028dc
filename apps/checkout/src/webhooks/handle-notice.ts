import type { Pool } from 'pg';
import { queryOf } from '#bus';
import { isSettled } from '#payments';
import { createBatcher, type Batcher } from '../database/batcher.ts';
import type { AdvancePayment } from '../payments/advance-payment.ts';
import type { CapturePayment } from '../payments/capture-payment.ts';
import { findByProviderIds, type PaymentRow } from '../payments/payment-row.ts';
import type { SettleRefund } from '../refunds/settle-refund.ts';
import type { StoredNotice } from './notice-inbox.ts';

/** Notices that only say what we did ourselves, once the payment stands where they say. */
const OWN_ECHO = new Set(['payment_intent.amount_capturable_updated', 'payment_intent.succeeded']);

/** Acts on a notice: asks the provider about what it names, and moves forward. */
export class HandleNotice {
  private readonly payments: Batcher<string, PaymentRow | undefined>;
  private readonly advance: AdvancePayment;
  private readonly capture: CapturePayment;
  private readonly refunds: SettleRefund;

  constructor(pool: Pool, advance: AdvancePayment, capture: CapturePayment, refunds: SettleRefund) {
    this.payments = createBatcher({
      most: 64,
      lanes: 2,
      run: async (providerIds) => {
        const found = await findByProviderIds(queryOf(pool), providerIds);
        const byId = new Map(found.map((payment) => [payment.providerId, payment]));
        return providerIds.map((providerId) => byId.get(providerId));
      },
    });
    this.advance = advance;
    this.capture = capture;
    this.refunds = refunds;
  }

  /** `unknown`: about a payment that is not here yet, perhaps because its creation is still being written. */
  async handle(notice: StoredNotice): Promise<'done' | 'unknown'> {
    const { providerPaymentId, providerRefundId, type } = notice;
    if (providerRefundId) return this.refunds.settle(providerRefundId, providerPaymentId);
    if (!providerPaymentId) return 'done';
    let payment = await this.payments.add(providerPaymentId);
    if (!payment) return 'unknown';
    if (OWN_ECHO.has(type)) {
      // The provider tells of a capture before its answer to us is written down.
      if (payment.decision === 'committing' && (await this.capture.settled(payment.paymentId)))
        payment = (await this.payments.add(providerPaymentId)) ?? payment;
      if (payment.decision === 'committed' && isSettled(payment.state)) return 'done';
    }
    await this.advance.advance(payment);
    return 'done';
  }
}
