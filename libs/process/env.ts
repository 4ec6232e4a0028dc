import { z } from 'zod';

/** EX_CONFIG of sysexits.h: a supervisor must not restart what cannot start. */
const EXIT_CONFIG = 78;

const Port = z.coerce.number().int().min(0).max(65_535);

/** Switch in an environment variable: `1`, `true`, `yes`, `on` against their opposites. */
export const envSwitch = z.stringbool();

/** Settings that every process has. */
export const commonEnv = z.object({
  NODE_ENV: z
    .enum(['development', 'test', 'production'])
    .default('development')
    .describe('Kind of deployment.'),
  HOST: z.string().default('127.0.0.1').describe('Address to listen on.'),
  PORT: Port.default(0).describe('Port to listen on; 0 takes a free one.'),
  LOG_LEVEL: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'silent'])
    .default('info')
    .describe('Least severity that is logged.'),
  INTERNAL_TOKEN: z
    .string()
    .min(24)
    .describe('Shared secret for calls between our own processes (24 characters or more).'),
  PUBLIC_URL: z.url().default('http://localhost:8080').describe('Address of the edge as browsers see it.'),
  TRUST_PROXY: z
    .string()
    .default('loopback,uniquelocal')
    .describe('Addresses whose X-Forwarded-For is believed: the edge.'),
  ACCOUNTS_URL: z
    .url()
    .default('http://127.0.0.1:7101')
    .describe('Where this process reaches accounts (its keys verify tokens).'),
});

/** Connection to this process's own schema. */
export const databaseEnv = z.object({
  DATABASE_URL: z.url().describe("PostgreSQL address with this process's own role and schema."),
  DATABASE_POOL: z.coerce.number().int().min(1).max(200).default(10).describe('Connections to PostgreSQL.'),
});

/** Connection to NATS. */
export const natsEnv = z.object({
  NATS_URL: z.string().default('nats://127.0.0.1:4222').describe('NATS servers, separated by commas.'),
});

/** Connection to Redis. */
export const redisEnv = z.object({
  REDIS_URL: z.string().default('redis://127.0.0.1:6379').describe('Redis address.'),
});

/** Where objects (recordings, pictures) are kept: a bucket, or a folder of this machine. */
export const storageEnv = z.object({
  STORAGE_DURABLE: envSwitch
    .default(true)
    .describe('Whether files are forced to the disk; off, a loss of power may cost the last seconds.'),
  S3_BUCKET: z.string().optional().describe('Bucket for recordings and pictures; the local disk when unset.'),
  S3_REGION: z.string().default('us-east-1').describe('Region of the bucket.'),
  S3_ENDPOINT: z.url().optional().describe('Address of an S3 service that is not Amazon.'),
  S3_ACCESS_KEY_ID: z.string().optional().describe('Key of the bucket; the machine role when unset.'),
  S3_SECRET_ACCESS_KEY: z.string().optional().describe('Secret of the key.'),
  S3_PREFIX: z.string().default('').describe('Put before every object name; ends with a slash.'),
});

/** Reads the environment, or names every fault in it at once and throws `EnvError`. */
export function parseEnv<T extends z.ZodObject>(
  schema: T,
  source: Record<string, string | undefined>,
): z.output<T> {
  const present = Object.fromEntries(Object.entries(source).filter(([, value]) => value !== ''));
  const result = schema.safeParse(present);
  if (result.success) return result.data;
  throw new EnvError(result.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`));
}

/** The environment does not fit a process's schema; `faults` has one line per variable. */
export class EnvError extends Error {
  override name = 'EnvError';
  readonly faults: string[];
  constructor(faults: string[]) {
    super(`The environment is not right:\n${faults.map((fault) => `  ${fault}`).join('\n')}`);
    this.faults = faults;
  }
}

/** The environment of this process; on faults prints them all and ends it with exit code 78. */
export function readEnv<T extends z.ZodObject>(schema: T): z.output<T> {
  try {
    return parseEnv(schema, process.env);
  } catch (error) {
    if (!(error instanceof EnvError)) throw error;
    process.stderr.write(`${error.message}\nEach variable is described in docs/env.md.\n`);
    process.exit(EXIT_CONFIG);
  }
}
