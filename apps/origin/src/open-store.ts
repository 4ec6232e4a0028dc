import { join } from 'node:path';
import { diskStore, s3Store } from '#storage';
import type { ObjectStore } from '#storage';
import type { OriginEnv } from './origin.env.ts';

/** The object store that the environment names: a bucket, or a folder below the data folder. */
export function openStore(env: OriginEnv): ObjectStore {
  const { S3_BUCKET: bucket, S3_ACCESS_KEY_ID: accessKeyId, S3_SECRET_ACCESS_KEY: secretAccessKey } = env;
  if (bucket === undefined) {
    return diskStore({ root: join(env.DATA_DIR, 'store'), durable: env.STORAGE_DURABLE });
  }
  return s3Store({
    bucket,
    region: env.S3_REGION,
    endpoint: env.S3_ENDPOINT,
    prefix: env.S3_PREFIX,
    credentials: accessKeyId && secretAccessKey ? { accessKeyId, secretAccessKey } : undefined,
  });
}
