import { commonEnv, databaseEnv, natsEnv, redisEnv } from '#process';
import { z } from 'zod';

/** Settings of apps/accounts. */
export const accountsEnv = commonEnv.extend({
  ...databaseEnv.shape,
  ...natsEnv.shape,
  ...redisEnv.shape,
  ACCOUNTS_SECRET: z
    .string()
    .min(32)
    .describe(
      'Secret that encrypts the signing keys and authenticates refresh tokens (32 characters or more). Changing it ends all sessions.',
    ),
  ACCESS_TOKEN_S: z.coerce
    .number()
    .int()
    .min(60)
    .max(600)
    .default(600)
    .describe('Life of an access token in seconds.'),
  SESSION_IDLE_DAYS: z.coerce
    .number()
    .int()
    .min(1)
    .max(90)
    .default(30)
    .describe('Days after which a session that nobody refreshes ends.'),
  SIGNING_KEY_DAYS: z.coerce
    .number()
    .int()
    .min(1)
    .max(365)
    .default(30)
    .describe('Days after which a new signing key takes over.'),
  AUDIT_KEEP_DAYS: z.coerce
    .number()
    .int()
    .min(30)
    .max(3650)
    .default(730)
    .describe('Days that entries of the audit record are kept.'),
  ADMIN_EMAIL: z
    .email()
    .optional()
    .describe('Address of the first platform admin; the account is made at start when there is none.'),
  ADMIN_PASSWORD: z.string().min(10).max(200).optional().describe('Password of the first platform admin.'),
});

export type AccountsEnv = z.infer<typeof accountsEnv>;
