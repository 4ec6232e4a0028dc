import type { Stripe } from 'stripe';
import type { ProviderNotice } from '../payment-provider.ts';

/** Path of checkout's webhook address. */
export const WEBHOOK_PATH = '/api/checkout/v1/webhooks/stripe';

/** The events that an endpoint at Stripe must be subscribed to; the sandbox's is. */
export const WEBHOOK_EVENT_TYPES = [
  'payment_intent.amount_capturable_updated',
  'payment_intent.succeeded',
  'payment_intent.payment_failed',
  'payment_intent.canceled',
  'payment_intent.processing',
  'payment_intent.requires_action',
  'charge.dispute.created',
  'charge.dispute.closed',
  'refund.created',
  'refund.updated',
  'refund.failed',
] as const;

/** The notice in `rawBody` when one of `secrets` signed it within Stripe's five minutes. */
export function readNotice(
  stripe: Stripe,
  rawBody: Buffer,
  signature: string | undefined,
  secrets: readonly string[],
): ProviderNotice | undefined {
  if (!signature) return undefined;
  for (const secret of secrets) {
    try {
      return noticeOf(stripe.webhooks.constructEvent(rawBody, signature, secret));
    } catch {
      // Not this secret's signature, or too old: the next one may be the right one.
    }
  }
  return undefined;
}

function noticeOf(event: Stripe.Event): ProviderNotice {
  const object = event.data.object as { id?: unknown; object?: unknown; payment_intent?: unknown };
  const paymentId = object.object === 'payment_intent' ? object.id : object.payment_intent;
  return {
    eventId: event.id,
    type: event.type,
    createdMs: event.created * 1_000,
    providerPaymentId: typeof paymentId === 'string' ? paymentId : null,
    providerRefundId: object.object === 'refund' && typeof object.id === 'string' ? object.id : null,
  };
}
