import { commonEnv, databaseEnv, natsEnv, redisEnv, storageEnv } from '#process';
import { z } from 'zod';

/** Settings of apps/catalog. */
export const catalogEnv = commonEnv.extend({
  ...databaseEnv.shape,
  ...natsEnv.shape,
  ...redisEnv.shape,
  ...storageEnv.shape,
  DATA_DIR: z
    .string()
    .default('.data/catalog')
    .describe('Folder of uploaded pictures; without S3_BUCKET all instances of catalog need the same one.'),
});

export type CatalogEnv = z.infer<typeof catalogEnv>;
