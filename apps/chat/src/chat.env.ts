import { commonEnv, databaseEnv, natsEnv, redisEnv } from '#process';
import { z } from 'zod';

/** Settings of apps/chat. */
export const chatEnv = commonEnv.extend({
  ...databaseEnv.shape,
  ...natsEnv.shape,
  ...redisEnv.shape,
  CHECKOUT_URL: z
    .url()
    .default('http://127.0.0.1:7103')
    .describe('Where this process reaches checkout, which decides commands about sales.'),
  CATALOG_URL: z
    .url()
    .default('http://127.0.0.1:7102')
    .describe('Where this process reaches catalog, asked for shows and line-ups it has not heard of yet.'),
  CHAT_LINES_PER_S: z.coerce
    .number()
    .int()
    .min(0)
    .max(1_000)
    .default(15)
    .describe(
      'Chat lines a second that every viewer gets live; the others are kept for the replay. 0 shows all.',
    ),
  CHAT_TICK_MS: z.coerce
    .number()
    .int()
    .min(50)
    .max(1_000)
    .default(200)
    .describe(
      'Time between two ticks of a small room; large rooms and busy processes tick up to 500 ms apart.',
    ),
  CHAT_DRAIN_S: z.coerce
    .number()
    .int()
    .min(0)
    .max(300)
    .default(30)
    .describe('Time over which a stopping gateway lets its connections go; few connections take less.'),
  CHAT_CONNECTIONS_PER_S: z.coerce
    .number()
    .int()
    .min(1)
    .max(100_000)
    .default(2_000)
    .describe(
      'New connections a second that a gateway takes; the others are told to come back a few seconds later.',
    ),
  CHAT_SOCKETS: z.coerce
    .number()
    .int()
    .min(1)
    .max(1_000_000)
    .default(40_000)
    .describe('Connections that a gateway holds at most, at about 20 KB each.'),
  CHAT_ORIGINS: z
    .string()
    .default('')
    .describe(
      "Further origins (commas between) whose pages may use the session cookie on a socket; PUBLIC_URL's always may.",
    ),
  CHAT_ADDRESS_KEY: z
    .string()
    .min(16)
    .optional()
    .describe(
      'Key under which viewer addresses are hashed, so that no address is kept; made anew at each start when left out.',
    ),
});

export type ChatEnv = z.infer<typeof chatEnv>;
