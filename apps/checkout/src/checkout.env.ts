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
    DATABASE_POOL: z.coerce.number().int().min(4).max(200).default(20).describe('Connections to PostgreSQL.'),
  })
  .superRefine(checkPaymentKeys);

export type CheckoutEnv = z.infer<typeof checkoutEnv>;
