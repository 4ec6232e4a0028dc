import { Stripe } from 'stripe';
import type { Money } from '#contracts';
import { toStripeAmount } from '../currencies.ts';
import type { PaymentKeys } from '../payment-keys.ts';
import type {
  CancelResult,
  CaptureResult,
  NewPayment,
  PaymentProvider,
  ProviderNotice,
  ProviderPayment,
  ProviderRefund,
  RefundResult,
} from '../payment-provider.ts';
import { asAway, isKeptFailure, isMissing, refusalOf } from './stripe-errors.ts';
import { readNotice } from './stripe-notices.ts';
import { PAYMENT_ID, REFUND_ID, toPayment, toRefund } from './stripe-shapes.ts';

/** A buyer waits for most calls; what takes longer is repeated from a queue. */
const TIMEOUT_MS = 10_000;
const NETWORK_RETRIES = 2;

/** Keys that are tried one after the other when each holds a kept failure. */
const MAX_KEYS = 4;

const EXPAND = { expand: ['latest_charge'] };

/** The driver for Stripe, or for the sandbox that speaks the same. */
export function stripeProvider(keys: PaymentKeys): PaymentProvider {
  return new StripeProvider(keys);
}

class StripeProvider implements PaymentProvider {
  readonly name: 'stripe' | 'sandbox';
  private readonly stripe: Stripe;
  private readonly webhookSecrets: readonly string[];

  constructor(keys: PaymentKeys) {
    this.name = keys.name;
    this.webhookSecrets = keys.webhookSecrets;
    this.stripe = new Stripe(keys.secretKey, {
      timeout: TIMEOUT_MS,
      maxNetworkRetries: NETWORK_RETRIES,
      telemetry: false,
      appInfo: { name: 'Showfloor' },
      ...addressOf(keys.apiUrl),
    });
  }

  async createPayment(payment: NewPayment): Promise<ProviderPayment> {
    const intent = await this.withKey(
      `pi:${payment.paymentId}`,
      'create a payment',
      (idempotencyKey) => this.stripe.paymentIntents.create(intentOf(payment), { idempotencyKey }),
      async () => {
        const query = `metadata['${PAYMENT_ID}']:'${payment.paymentId}'`;
        return (await this.stripe.paymentIntents.search({ query, limit: 1 })).data[0];
      },
    );
    return toPayment(intent);
  }

  async retrievePayment(providerId: string): Promise<ProviderPayment | undefined> {
    try {
      return toPayment(await this.stripe.paymentIntents.retrieve(providerId, EXPAND));
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw asAway(error, 'retrieve a payment');
    }
  }

  async capturePayment(providerId: string, paymentId: string): Promise<CaptureResult> {
    try {
      const intent = await this.withKey(
        `cap:${paymentId}`,
        'capture a payment',
        (idempotencyKey) => this.stripe.paymentIntents.capture(providerId, EXPAND, { idempotencyKey }),
        () => this.intentIn(providerId, ['succeeded', 'canceled']),
      );
      return intent.status === 'succeeded'
        ? { code: 'captured', payment: toPayment(intent) }
        : { code: 'refused', reason: intent.status, payment: toPayment(intent) };
    } catch (error) {
      const refusal = refusalOf(error);
      if (!refusal) throw error;
      // The refusal may only say that it was captured before, or may be an old answer kept under the key.
      const payment = await this.retrievePayment(providerId);
      if (payment?.state === 'captured') return { code: 'captured', payment };
      return { code: 'refused', reason: refusal.code, payment };
    }
  }

  async cancelPayment(providerId: string, paymentId: string): Promise<CancelResult> {
    try {
      await this.withKey(
        `void:${paymentId}`,
        'cancel a payment',
        (idempotencyKey) => this.stripe.paymentIntents.cancel(providerId, {}, { idempotencyKey }),
        () => this.intentIn(providerId, ['canceled']),
      );
      return { code: 'voided' };
    } catch (error) {
      if (!refusalOf(error)) throw error;
      const payment = await this.retrievePayment(providerId);
      if (!payment || payment.state === 'voided') return { code: 'voided' };
      if (payment.state === 'captured' || payment.state === 'authorized')
        return { code: 'too_late', payment };
      return { code: 'not_now', payment };
    }
  }

  async refundPayment(providerId: string, refundId: string, amount: Money): Promise<RefundResult> {
    try {
      const refund = await this.withKey(
        `re:${refundId}`,
        'refund a payment',
        (idempotencyKey) =>
          this.stripe.refunds.create(
            {
              payment_intent: providerId,
              amount: toStripeAmount(amount.amount, amount.currency),
              metadata: { [REFUND_ID]: refundId },
            },
            { idempotencyKey },
          ),
        () => this.refundOf(providerId, refundId),
      );
      return { code: 'made', refund: toRefund(refund) };
    } catch (error) {
      const refusal = refusalOf(error);
      if (!refusal) throw error;
      const made = await this.refundOf(providerId, refundId);
      return made ? { code: 'made', refund: toRefund(made) } : { code: 'refused', reason: refusal.code };
    }
  }

  async retrieveRefund(providerRefundId: string): Promise<ProviderRefund | undefined> {
    try {
      return toRefund(await this.stripe.refunds.retrieve(providerRefundId));
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw asAway(error, 'retrieve a refund');
    }
  }

  readNotice(rawBody: Buffer, signature: string | undefined): ProviderNotice | undefined {
    return readNotice(this.stripe, rawBody, signature, this.webhookSecrets);
  }

  /**
   * Runs `call` under `key`. When Stripe keeps a failure of its own under that key, `find` looks whether the effect
   * is there nevertheless, and only then another key is used. A timeout never changes the key: the first request
   * may still be under way.
   */
  private async withKey<T>(
    key: string,
    what: string,
    call: (idempotencyKey: string) => Promise<T>,
    find: () => Promise<T | undefined>,
  ): Promise<T> {
    for (let round = 1; ; round += 1) {
      try {
        return await call(round === 1 ? key : `${key}:${round}`);
      } catch (error) {
        if (refusalOf(error)) throw error;
        if (!isKeptFailure(error) || round === MAX_KEYS) throw asAway(error, what);
        const found = await find().catch((cause: unknown) => {
          throw asAway(cause, what);
        });
        if (found) return found;
      }
    }
  }

  private async intentIn(
    providerId: string,
    statuses: Stripe.PaymentIntent.Status[],
  ): Promise<Stripe.PaymentIntent | undefined> {
    const intent = await this.stripe.paymentIntents.retrieve(providerId, EXPAND);
    return statuses.includes(intent.status) ? intent : undefined;
  }

  private async refundOf(providerId: string, refundId: string): Promise<Stripe.Refund | undefined> {
    try {
      for await (const refund of this.stripe.refunds.list({ payment_intent: providerId, limit: 100 })) {
        if (refund.metadata?.[REFUND_ID] === refundId) return refund;
      }
      return undefined;
    } catch (error) {
      throw asAway(error, 'list refunds');
    }
  }
}

function intentOf(payment: NewPayment): Stripe.PaymentIntentCreateParams {
  const { amount, currency } = payment.amount;
  return {
    amount: toStripeAmount(amount, currency),
    currency: currency.toLowerCase(),
    capture_method: payment.capture === 'manual' ? 'manual' : 'automatic',
    // Cards and the wallets on them can be authorised and captured apart; other methods are a setting of its own.
    ...(payment.capture === 'manual'
      ? { payment_method_types: ['card'] }
      : { automatic_payment_methods: { enabled: true } }),
    description: `Order ${payment.orderNumber}`,
    metadata: { [PAYMENT_ID]: payment.paymentId, showfloor_order_id: payment.orderId },
    ...(payment.receiptEmail ? { receipt_email: payment.receiptEmail } : {}),
  };
}

function addressOf(apiUrl: string | undefined): {
  host?: string;
  port?: string;
  protocol?: 'http' | 'https';
} {
  if (!apiUrl) return {};
  const url = new URL(apiUrl);
  const protocol = url.protocol === 'https:' ? 'https' : 'http';
  return { host: url.hostname, port: url.port || (protocol === 'https' ? '443' : '80'), protocol };
}
