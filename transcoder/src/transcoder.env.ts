import { commonEnv, natsEnv } from '#process';
import { z } from 'zod';

/** Settings of the transcoder. */
export const transcoderEnv = commonEnv
  .pick({ NODE_ENV: true, HOST: true, PORT: true, LOG_LEVEL: true, INTERNAL_TOKEN: true })
  .extend({
    ...natsEnv.shape,
    ORIGIN_URL: z.url().default('http://127.0.0.1:7106').describe('Where this process reaches the origin.'),
    CAPACITY_PIXELS_PER_S: z.coerce
      .number()
      .int()
      .min(1)
      .optional()
      .describe(
        'Points per second that this worker may encode; measured at the start when left out. 720p at 30 frames with 480p and 360p below it takes 19 million.',
      ),
    PINNED_RUNGS: z
      .string()
      .default('')
      .describe('Renditions that run although nobody watches them, separated by commas, e.g. `v480,v360`.'),
  });

export type TranscoderEnv = z.infer<typeof transcoderEnv>;
