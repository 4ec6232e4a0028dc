import { ApiError, cardError, invalidRequest } from '../api/api-error.ts';
import type { Changes } from './changes.ts';
import { AUTHORIZATION_LIFE_S, makeCharge, makeFailedCharge } from './charges.ts';
import { behaviourOf } from './payment-methods.ts';
import type { Charge, NextAction, PaymentIntent, PaymentIntentStatus, PaymentMethod } from './shapes.ts';
import type { TestCard } from './test-cards.ts';

const CONFIRMABLE: PaymentIntentStatus[] = [
  'requires_payment_method',
  'requires_confirmation',
  'requires_action',
];
const CANCELABLE: PaymentIntentStatus[] = [...CONFIRMABLE, 'requires_capture'];

export interface ConfirmInput {
  method: PaymentMethod;
  /** Address of the challenge page for this payment. */
  challengeUrl: string;
  returnUrl: string | null;
  /** The buyer is not there: a card that wants a challenge is declined. */
  offSession: boolean;
}

/** Asks the bank: authorised, captured, declined, challenged or still thinking. Throws the decline after saving it. */
export function confirmPayment(changes: Changes, payment: PaymentIntent, input: ConfirmInput): PaymentIntent {
  if (!CONFIRMABLE.includes(payment.status)) throw unexpectedState(payment, 'confirm');
  const card = behaviourOf(input.method);
  const started = {
    ...payment,
    payment_method: input.method.id,
    next_action: null,
    last_payment_error: null,
  };
  if (card.challenge && input.offSession) {
    return refuseCharge(changes, started, input.method, {
      code: 'authentication_required',
      declineCode: 'authentication_required',
      message: 'Your card was declined. This transaction requires authentication.',
    });
  }
  if (card.challenge) {
    const waiting = changes.save({
      ...started,
      status: 'requires_action' as const,
      next_action: challengeAction(input),
    });
    changes.emit('payment_intent.requires_action', waiting);
    return waiting;
  }
  return askBank(changes, started, input.method, card);
}

/** The buyer came back from the challenge page. */
export function finishChallenge(
  changes: Changes,
  payment: PaymentIntent,
  method: PaymentMethod,
  passed: boolean,
): PaymentIntent {
  if (payment.status !== 'requires_action') throw unexpectedState(payment, 'authenticate');
  const started = { ...payment, next_action: null };
  if (passed) return askBank(changes, started, method, behaviourOf(method));
  const failed = changes.save({
    ...started,
    status: 'requires_payment_method' as const,
    payment_method: null,
    last_payment_error: {
      type: 'invalid_request_error' as const,
      code: 'payment_intent_authentication_failure',
      message:
        'We are unable to authenticate your payment method. Please choose a different payment method and try again.',
      payment_method: method,
    },
  });
  changes.emit('payment_intent.payment_failed', failed);
  return failed;
}

/** The slow bank answers at last. */
export function settleProcessing(
  changes: Changes,
  payment: PaymentIntent,
  method: PaymentMethod,
): PaymentIntent {
  if (payment.status !== 'processing') return payment;
  const { decline } = behaviourOf(method);
  const started = { ...payment, processing: null };
  return decline ? saveDecline(changes, started, method, decline).payment : approve(changes, started, method);
}

/** Moves the money of an authorised payment; what is not captured goes back to the buyer. */
export function capturePayment(
  changes: Changes,
  payment: PaymentIntent,
  charge: Charge | undefined,
  method: PaymentMethod,
  amount: number,
): { payment: PaymentIntent; charge: Charge } {
  if (payment.status !== 'requires_capture' || !charge) throw unexpectedState(payment, 'capture');
  if (amount > payment.amount_capturable) {
    throw invalidRequest('The amount to capture is greater than the amount that can be captured.', {
      code: 'amount_too_large',
      param: 'amount_to_capture',
    });
  }
  const card = behaviourOf(method);
  if (card.captureFails) {
    throw cardError({
      code: 'capture_charge_authorization_expired',
      message: 'The bank no longer honours this authorisation.',
      payment_intent: payment,
    });
  }
  const captured = changes.save({
    ...charge,
    amount_captured: amount,
    amount_refunded: charge.amount - amount,
    balance_transaction: `txn_${charge.id.slice(3)}`,
    captured: true,
  });
  const done = changes.save({
    ...payment,
    amount_capturable: 0,
    amount_received: amount,
    status: 'succeeded' as const,
  });
  changes.emit('charge.captured', captured);
  changes.emit('payment_intent.succeeded', done);
  if (card.dispute) changes.schedule('open_dispute', payment.id, 0);
  return { payment: done, charge: captured };
}

/** Ends a payment that no money was taken for; an authorisation is given back to the buyer. */
export function cancelPayment(
  changes: Changes,
  payment: PaymentIntent,
  charge: Charge | undefined,
  reason: string | null,
): PaymentIntent {
  if (!CANCELABLE.includes(payment.status)) throw unexpectedState(payment, 'cancel');
  const canceled = changes.save({
    ...payment,
    amount_capturable: 0,
    canceled_at: changes.nowS,
    cancellation_reason: reason,
    next_action: null,
    status: 'canceled' as const,
  });
  if (payment.status === 'requires_capture' && charge) {
    const voided = changes.save({ ...charge, amount_refunded: charge.amount, refunded: true });
    changes.emit('charge.refunded', voided);
  }
  changes.emit('payment_intent.canceled', canceled);
  return canceled;
}

/** 400 that names the state standing in the way, as Stripe words it. */
export function unexpectedState(payment: PaymentIntent, verb: string): ApiError {
  return invalidRequest(
    `You cannot ${verb} this PaymentIntent because it has a status of ${payment.status}.`,
    { code: 'payment_intent_unexpected_state', payment_intent: payment },
  );
}

function challengeAction(input: ConfirmInput): NextAction {
  return input.returnUrl
    ? {
        type: 'redirect_to_url',
        redirect_to_url: { url: input.challengeUrl, return_url: input.returnUrl },
      }
    : {
        type: 'use_stripe_sdk',
        use_stripe_sdk: { type: 'three_d_secure_redirect', stripe_js: input.challengeUrl },
      };
}

function askBank(
  changes: Changes,
  payment: PaymentIntent,
  method: PaymentMethod,
  card: TestCard,
): PaymentIntent {
  if (card.processingS !== undefined) {
    const thinking = changes.save({
      ...payment,
      status: 'processing' as const,
      processing: { type: 'card' },
    });
    changes.schedule('settle_processing', payment.id, card.processingS);
    changes.emit('payment_intent.processing', thinking);
    return thinking;
  }
  return card.decline
    ? refuseCharge(changes, payment, method, card.decline)
    : approve(changes, payment, method);
}

function approve(changes: Changes, payment: PaymentIntent, method: PaymentMethod): PaymentIntent {
  const manual = payment.capture_method === 'manual';
  const charge = changes.save(makeCharge(changes, payment, method, !manual));
  const approved = changes.save({
    ...payment,
    amount_capturable: manual ? payment.amount : 0,
    amount_received: manual ? 0 : payment.amount,
    latest_charge: charge.id,
    status: manual ? ('requires_capture' as const) : ('succeeded' as const),
  });
  changes.emit('charge.succeeded', charge);
  if (manual) {
    changes.schedule('expire_authorization', payment.id, AUTHORIZATION_LIFE_S);
    changes.emit('payment_intent.amount_capturable_updated', approved);
  } else {
    changes.emit('payment_intent.succeeded', approved);
    if (behaviourOf(method).dispute) changes.schedule('open_dispute', payment.id, 0);
  }
  return approved;
}

function refuseCharge(
  changes: Changes,
  payment: PaymentIntent,
  method: PaymentMethod,
  decline: NonNullable<TestCard['decline']>,
): never {
  const { payment: failed, charge } = saveDecline(changes, payment, method, decline);
  throw cardError({
    code: decline.code,
    ...(decline.declineCode ? { decline_code: decline.declineCode } : {}),
    charge: charge.id,
    message: decline.message,
    payment_intent: failed,
    payment_method: method,
  });
}

function saveDecline(
  changes: Changes,
  payment: PaymentIntent,
  method: PaymentMethod,
  decline: NonNullable<TestCard['decline']>,
): { payment: PaymentIntent; charge: Charge } {
  const charge = changes.save(makeFailedCharge(changes, payment, method, decline));
  const failed = changes.save({
    ...payment,
    last_payment_error: {
      type: 'card_error' as const,
      code: decline.code,
      ...(decline.declineCode ? { decline_code: decline.declineCode } : {}),
      charge: charge.id,
      message: decline.message,
      payment_method: method,
    },
    latest_charge: charge.id,
    payment_method: null,
    status: 'requires_payment_method' as const,
  });
  changes.emit('charge.failed', charge);
  changes.emit('payment_intent.payment_failed', failed);
  return { payment: failed, charge };
}
