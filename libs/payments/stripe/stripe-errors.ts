import { Stripe } from 'stripe';
import { PaymentsAway } from '../payment-provider.ts';

/** Whether Stripe answered with a failure that it keeps under the idempotency key: only a new key helps then. */
export function isKeptFailure(error: unknown): boolean {
  return (
    error instanceof Stripe.errors.StripeAPIError &&
    (error.statusCode ?? 0) >= 500 &&
    error.headers?.['idempotent-replayed'] === 'true'
  );
}

/** The refusal in `error`, or undefined when it is none. */
export function refusalOf(error: unknown): { code: string; message: string } | undefined {
  if (
    error instanceof Stripe.errors.StripeCardError ||
    error instanceof Stripe.errors.StripeInvalidRequestError
  ) {
    return { code: error.decline_code || error.code || error.type, message: error.message };
  }
  return undefined;
}

/** Whether `error` says that the object does not exist. */
export function isMissing(error: unknown): boolean {
  return error instanceof Stripe.errors.StripeInvalidRequestError && error.code === 'resource_missing';
}

/** `error` as what callers understand: away and worth repeating, or the bug that it is. */
export function asAway(error: unknown, call: string): Error {
  const away =
    error instanceof Stripe.errors.StripeConnectionError ||
    error instanceof Stripe.errors.StripeRateLimitError ||
    error instanceof Stripe.errors.StripeAPIError ||
    (error instanceof Stripe.errors.StripeError && error.code === 'idempotency_key_in_use') ||
    (error instanceof Stripe.errors.StripeError && error.code === 'lock_timeout');
  const id = error instanceof Stripe.errors.StripeError ? (error.requestId ?? 'none') : 'none';
  if (away)
    return new PaymentsAway(`The payment provider could not ${call} now (request ${id})`, { cause: error });
  return new Error(`The payment provider refused to ${call} (request ${id})`, { cause: error });
}
