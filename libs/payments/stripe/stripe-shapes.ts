import type { Stripe } from 'stripe';
import { fromStripeAmount } from '../currencies.ts';
import type { ProviderPayment, ProviderPaymentState, ProviderRefund } from '../payment-provider.ts';

/** Key of our payment's id in the metadata of a PaymentIntent. */
export const PAYMENT_ID = 'showfloor_payment_id';

/** Key of our refund's id in the metadata of a Refund. */
export const REFUND_ID = 'showfloor_refund_id';

/** A PaymentIntent, its latest charge expanded, as what we make of it. */
export function toPayment(intent: Stripe.PaymentIntent): ProviderPayment {
  const currency = intent.currency.toUpperCase();
  const charge = typeof intent.latest_charge === 'object' ? intent.latest_charge : null;
  const failure = intent.last_payment_error;
  const captured = fromStripeAmount(intent.amount_received, currency);
  return {
    providerId: intent.id,
    state: stateOf(intent),
    amount: { amount: fromStripeAmount(intent.amount, currency), currency },
    capturedAmount: captured,
    refundedAmount: charge?.captured ? refundedOf(charge, currency) : 0,
    disputed: charge?.disputed ?? false,
    clientSecret: intent.client_secret ?? '',
    failure: failure
      ? {
          code: failure.decline_code ?? failure.code ?? 'declined',
          message: failure.message ?? 'The payment was refused.',
        }
      : null,
    paymentId: intent.metadata[PAYMENT_ID] ?? null,
  };
}

/** A Refund as what we make of it. */
export function toRefund(refund: Stripe.Refund): ProviderRefund {
  const currency = refund.currency.toUpperCase();
  return {
    providerId: refund.id,
    state: refundStateOf(refund.status),
    amount: { amount: fromStripeAmount(refund.amount, currency), currency },
    failureReason: refund.failure_reason ?? null,
    refundId: refund.metadata?.[REFUND_ID] ?? null,
  };
}

function stateOf(intent: Stripe.PaymentIntent): ProviderPaymentState {
  switch (intent.status) {
    case 'requires_action':
      return 'requires_action';
    case 'processing':
      return 'processing';
    case 'requires_capture':
      return 'authorized';
    case 'succeeded':
      return 'captured';
    case 'canceled':
      return 'voided';
    case 'requires_payment_method':
      return intent.last_payment_error ? 'failed' : 'created';
    default:
      return 'created';
  }
}

/** What a capture did not take counts as refunded at Stripe, though it was never taken. */
function refundedOf(charge: Stripe.Charge, currency: string): number {
  return fromStripeAmount(charge.amount_refunded - (charge.amount - charge.amount_captured), currency);
}

function refundStateOf(status: string | null): ProviderRefund['state'] {
  if (status === 'succeeded') return 'succeeded';
  return status === 'failed' || status === 'canceled' ? 'failed' : 'pending';
}
