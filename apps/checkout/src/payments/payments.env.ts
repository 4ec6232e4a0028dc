import { paymentKeys } from '#payments';
import { envSwitch } from '#process';
import { z } from 'zod';

/** Settings of orders and payments, as part of checkout's. */
export const paymentsEnv = z.object({
  STRIPE_SECRET_KEY: z
    .string()
    .optional()
    .describe("Stripe's secret key; without Stripe's keys the sandbox is used."),
  STRIPE_PUBLISHABLE_KEY: z
    .string()
    .optional()
    .describe("Stripe's publishable key; goes with the secret key."),
  STRIPE_WEBHOOK_SECRET: z
    .string()
    .optional()
    .describe(
      'Signing secret of the webhook endpoint at Stripe; two with a comma between while it is rotated.',
    ),
  PAYMENTS_URL: z
    .url()
    .default('http://127.0.0.1:7106')
    .describe('Where this process reaches the payments sandbox.'),
  SANDBOX_ALLOW_PRODUCTION: envSwitch
    .default(false)
    .describe('Lets checkout use the payments sandbox with NODE_ENV=production.'),
  PAYMENT_CAPTURE: z
    .enum(['manual', 'automatic'])
    .default('manual')
    .describe(
      'manual: cards are authorised, and captured once the goods are sold. automatic: also methods that cannot do that; money that came too late is then refunded.',
    ),
  PLATFORM_FEE_BP: z.coerce
    .number()
    .int()
    .min(0)
    .max(10_000)
    .default(500)
    .describe("The platform's share of the price of goods, in hundredths of a percent."),
  ORDER_SLOTS: z.coerce
    .number()
    .int()
    .min(1)
    .max(1_000)
    .default(48)
    .describe('Orders whose payment is set up while the buyer waits; further ones stand in line.'),
  ORDER_QUEUE_LIMIT: z.coerce
    .number()
    .int()
    .min(1)
    .max(1_000_000)
    .default(20_000)
    .describe('Orders that may stand in line; further ones are refused for the moment.'),
});

export type PaymentsEnv = z.infer<typeof paymentsEnv>;

/** Names what is wrong with the keys, so that a process with some of them never starts (protocols 11). */
export function checkPaymentKeys(
  env: PaymentsEnv & { INTERNAL_TOKEN: string; NODE_ENV: string },
  context: { addIssue: (issue: { code: 'custom'; path: string[]; message: string }) => void },
): void {
  const result = paymentKeys(env);
  if ('fault' in result) context.addIssue({ code: 'custom', path: [result.variable], message: result.fault });
}
