import { commonEnv, natsEnv, storageEnv } from '#process';
import { z } from 'zod';

/** The environment of apps/origin. */
export const originEnv = commonEnv.extend({
  ...natsEnv.shape,
  ...storageEnv.shape,
  DATA_DIR: z
    .string()
    .default('.data/origin')
    .describe('Folder for streams on air and, without S3_BUCKET, for recordings.'),
  ORIGIN_NAME: z
    .string()
    .regex(/^[a-z0-9-]{1,32}$/)
    .default('origin')
    .describe('Name of this origin among several; each hears every event of catalog.'),
  CATALOG_URL: z
    .url()
    .optional()
    .describe('Where this process reaches catalog. Without it every show is taken to be public.'),
  UPSTREAM_ORIGIN_URL: z
    .url()
    .optional()
    .describe('Another origin: set, this process is a relay that stores nothing and asks there.'),
  CHAT_URL: z
    .url()
    .optional()
    .describe('Where this process reaches chat, to show what happened in playlists and chapters.'),
  RETENTION_DAYS: z.coerce
    .number()
    .int()
    .min(1)
    .max(3_650)
    .optional()
    .describe('Days that recordings are kept where a shop has not set it; for ever when unset.'),
  FFMPEG_PATH: z.string().default('ffmpeg').describe('Program that makes posters, storyboards and clips.'),
});
export type OriginEnv = z.output<typeof originEnv>;
