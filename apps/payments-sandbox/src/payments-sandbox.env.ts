import { z } from 'zod';
import { commonEnv, databaseEnv, envSwitch } from '#process';

/** Environment of the payments sandbox. Its keys and webhook secret are derived from INTERNAL_TOKEN. */
export const paymentsSandboxEnv = z
  .object({
    ...commonEnv.shape,
    ...databaseEnv.shape,
    CHECKOUT_URL: z
      .url()
      .default('http://127.0.0.1:7103')
      .describe('Where this process reaches checkout, which gets the webhooks.'),
    SANDBOX_ALLOW_PRODUCTION: envSwitch
      .default(false)
      .describe('Lets the sandbox start with NODE_ENV=production, where no real money can then be taken.'),
  })
  .refine((env) => env.NODE_ENV !== 'production' || env.SANDBOX_ALLOW_PRODUCTION, {
    path: ['NODE_ENV'],
    message:
      'the payments sandbox does not start in production, because it accepts test cards as money; set STRIPE_SECRET_KEY, STRIPE_PUBLISHABLE_KEY and STRIPE_WEBHOOK_SECRET in checkout, or SANDBOX_ALLOW_PRODUCTION=true',
  });

export type PaymentsSandboxEnv = z.output<typeof paymentsSandboxEnv>;
