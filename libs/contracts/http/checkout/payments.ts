import { z } from 'zod';
import { defineEndpoint } from '../../endpoint.ts';

/** What a browser needs to pay. */
export const PaymentSettingsView = z.object({
  /** `sandbox` pays with test cards only. */
  provider: z.enum(['stripe', 'sandbox']),
  publishableKey: z.string(),
  /**
   * Script that makes the card form: Stripe's own is loaded from its site; the sandbox's has the same members under
   * the global name `ShowfloorSandboxPay`.
   */
  scriptUrl: z.string(),
});
export type PaymentSettingsView = z.infer<typeof PaymentSettingsView>;

export const getPaymentSettingsEndpoint = defineEndpoint({
  process: 'checkout',
  name: 'getPaymentSettings',
  summary: 'Which payment provider takes the money, and the key and script for its card form.',
  method: 'GET',
  path: '/v1/payment-settings',
  access: 'public',
  replies: { 200: PaymentSettingsView },
});

export const stripeWebhookEndpoint = defineEndpoint({
  process: 'checkout',
  name: 'stripeWebhook',
  summary:
    "The payment provider's notices: the signature is verified over the raw body, then the notice is kept.",
  method: 'POST',
  path: '/v1/webhooks/stripe',
  access: 'public',
  consumes: 'application/json',
  bodyLimitBytes: 512 * 1_024,
  replies: { 200: z.object({ received: z.literal(true) }) },
  errors: ['webhook_signature_wrong'],
});
