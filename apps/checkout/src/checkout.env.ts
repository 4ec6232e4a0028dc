import { commonEnv, databaseEnv, natsEnv, redisEnv } from '#process';
import { z } from 'zod';
import { checkPaymentKeys, paymentsEnv } from './payments/payments.env.ts';

/** Settings of apps/checkout. */
export const checkoutEnv = commonEnv
  .extend({
    ...databaseEnv.shape,
    ...natsEnv.shape,
    ...redisEnv.shape,
    ...paymentsEnv.shape,
    HOLD_TTL_MS: z.coerce
      .number()
      .int()
      .min(1_000)
      .max(600_000)
      .default(300_000)
      .describe(
        'How long units stay held for a buyer before the order, in sales made from now on (milliseconds).',
      ),
    DATABASE_POOL: z.coerce.number().int().min(4).max(200).default(20).describe('Connections to PostgreSQL.'),
  })
  .superRefine(checkPaymentKeys);

export type CheckoutEnv = z.infer<typeof checkoutEnv>;
