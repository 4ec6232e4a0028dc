import type { Changes } from './changes.ts';
import { newObjectId } from './object-ids.ts';
import type { Charge, PaymentIntent, PaymentMethod } from './shapes.ts';
import type { TestCard } from './test-cards.ts';

/** How long a card's authorisation may be captured: seven days, as the card networks have it. */
export const AUTHORIZATION_LIFE_S = 7 * 86_400;

/** The charge of a payment whose bank agreed; `captured` says whether the money moved at once. */
export function makeCharge(
  changes: Changes,
  payment: PaymentIntent,
  method: PaymentMethod,
  captured: boolean,
): Charge {
  return {
    ...chargeOf(changes, payment, method),
    amount_captured: captured ? payment.amount : 0,
    balance_transaction: captured ? newObjectId('txn') : null,
    captured,
    outcome: {
      network_status: 'approved_by_network',
      seller_message: 'Payment complete.',
      type: 'authorized',
    },
    paid: true,
    status: 'succeeded',
  };
}

/** The charge of a payment that the bank refused. */
export function makeFailedCharge(
  changes: Changes,
  payment: PaymentIntent,
  method: PaymentMethod,
  decline: NonNullable<TestCard['decline']>,
): Charge {
  return {
    ...chargeOf(changes, payment, method),
    failure_code: decline.code,
    failure_message: decline.message,
    outcome: {
      network_status: 'declined_by_network',
      reason: decline.declineCode ?? decline.code,
      seller_message: decline.message,
      type: 'issuer_declined',
    },
    paid: false,
    status: 'failed',
  };
}

function chargeOf(changes: Changes, payment: PaymentIntent, method: PaymentMethod): Charge {
  return {
    id: newObjectId('ch'),
    object: 'charge',
    amount: payment.amount,
    amount_captured: 0,
    amount_refunded: 0,
    application_fee_amount: payment.application_fee_amount,
    balance_transaction: null,
    billing_details: method.billing_details,
    captured: false,
    created: changes.nowS,
    currency: payment.currency,
    customer: payment.customer,
    description: payment.description,
    disputed: false,
    failure_code: null,
    failure_message: null,
    livemode: false,
    metadata: payment.metadata,
    outcome: {},
    paid: false,
    payment_intent: payment.id,
    payment_method: method.id,
    payment_method_details: {
      type: 'card',
      card: {
        brand: method.card.brand,
        capture_before: changes.nowS + AUTHORIZATION_LIFE_S,
        country: method.card.country,
        exp_month: method.card.exp_month,
        exp_year: method.card.exp_year,
        fingerprint: method.card.fingerprint,
        funding: method.card.funding,
        last4: method.card.last4,
        network: method.card.brand,
      },
    },
    receipt_email: payment.receipt_email,
    refunded: false,
    shipping: payment.shipping,
    status: 'pending',
    transfer_group: payment.transfer_group,
  };
}
