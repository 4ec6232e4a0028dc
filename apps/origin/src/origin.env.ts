import { commonEnv, envSwitch, natsEnv } from '#process';
import { z } from 'zod';

/** The environment of apps/origin. */
export const originEnv = commonEnv.extend(natsEnv.shape).extend({
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
  STORAGE_DURABLE: envSwitch
    .default(true)
    .describe('Whether segments are forced to the disk; off, a loss of power may cost the last seconds.'),
  FFMPEG_PATH: z.string().default('ffmpeg').describe('Program that makes posters, storyboards and clips.'),
  S3_BUCKET: z.string().optional().describe('Bucket for recordings; the local disk when unset.'),
  S3_REGION: z.string().default('us-east-1').describe('Region of the bucket.'),
  S3_ENDPOINT: z.url().optional().describe('Address of an S3 service that is not Amazon.'),
  S3_ACCESS_KEY_ID: z.string().optional().describe('Key of the bucket; the machine role when unset.'),
  S3_SECRET_ACCESS_KEY: z.string().optional().describe('Secret of the key.'),
  S3_PREFIX: z.string().default('').describe('Put before every object name; ends with a slash.'),
});
export type OriginEnv = z.output<typeof originEnv>;
