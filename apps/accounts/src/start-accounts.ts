import { connectBus, startConsumer, startOutboxRelay } from '#bus';
import { shopCreated } from '#contracts';
import { createLogger, repeat, systemClock, type Clock, type Logger } from '#process';
import {
  followSessions,
  managerQuery,
  openDatabase,
  pgPool,
  startService,
  TOKENS,
  type RunningService,
  type ServiceStart,
  type TokenVerifier,
} from '#service';
import { createLocalJWKSet, type JWTVerifyGetKey } from 'jose';
import type { DataSource } from 'typeorm';
import type { AccountsEnv } from './accounts.env.ts';
import { AccountsModule } from './accounts.module.ts';
import { makeFirstAdmin } from './admin/first-admin.ts';
import { accountsSchema } from './database/schema.ts';
import { keepHouse } from './housekeeping/housekeeping.ts';
import { ownNewShop } from './members/own-new-shop.ts';
import { PasswordHasher } from './passwords/password-hasher.ts';
import { createSeal, type Seal } from './tokens/seal.ts';
import { SigningKeys } from './tokens/signing-keys.ts';

/** Connections for the relay, which keeps one, and the consumer. */
const BUS_CONNECTIONS = 3;
const KEYS_EVERY_MS = 60_000;
const HOUSE_EVERY_MS = 3_600_000;

/** Starts the whole process: schema, keys, events, HTTP. Tests give another clock. */
export async function startAccounts(
  env: AccountsEnv,
  options: { clock?: Clock; handleSignals?: boolean } = {},
): Promise<RunningService> {
  const clock = options.clock ?? systemClock;
  const logger = createLogger({ process: 'accounts', level: env.LOG_LEVEL });
  const seal = createSeal(env.ACCOUNTS_SECRET);
  const hasher = new PasswordHasher();
  const database = await openDatabase({
    ...accountsSchema,
    url: env.DATABASE_URL,
    poolSize: env.DATABASE_POOL,
    logger,
  });
  try {
    return await startOn(database, { ...options, env, clock, logger, seal, hasher });
  } catch (error) {
    if (database.isInitialized) await database.destroy();
    throw error;
  }
}

interface StartParts {
  env: AccountsEnv;
  clock: Clock;
  logger: Logger;
  seal: Seal;
  hasher: PasswordHasher;
  handleSignals?: boolean;
}

async function startOn(database: DataSource, parts: StartParts): Promise<RunningService> {
  const { env, clock, logger, seal, hasher, handleSignals = true } = parts;
  const policy = { tokenMs: env.ACCESS_TOKEN_S * 1_000, rotateMs: env.SIGNING_KEY_DAYS * 24 * 3_600_000 };
  const keys = new SigningKeys({ database, seal, clock, policy, logger });
  await keys.maintain();
  if (env.ADMIN_EMAIL && env.ADMIN_PASSWORD) {
    const made = await makeFirstAdmin(database, hasher, env.ADMIN_EMAIL, env.ADMIN_PASSWORD);
    if (made) logger.info('made the first platform admin');
  }

  const service = await startService({
    name: 'accounts',
    env,
    logger,
    keys: ownKeys(keys),
    handleSignals,
    module: ({ drain, readiness }) => {
      drain.add('database', () => database.destroy());
      readiness.add('postgres', async () => void (await database.query('SELECT 1')));
      drain.add(
        'signing keys',
        repeat(KEYS_EVERY_MS, logger, 'signing keys', () => keys.maintain()),
      );
      const house = () =>
        keepHouse(managerQuery(database.manager), env.AUDIT_KEEP_DAYS).then(() => undefined);
      drain.add('housekeeping', repeat(HOUSE_EVERY_MS, logger, 'housekeeping', house));
      return AccountsModule.with({ env, database, keys, seal, hasher, clock });
    },
  });
  await startEvents(env, service, logger);
  return service;
}

/** Publishes the outbox, listens for ended sessions and for new shops. */
async function startEvents(
  env: AccountsEnv,
  { app, drain, readiness }: ServiceStart & Pick<RunningService, 'app'>,
  logger: Logger,
): Promise<void> {
  const pool = pgPool(env.DATABASE_URL, BUS_CONNECTIONS, logger);
  drain.add('bus database', () => pool.end());
  const bus = await connectBus({ url: env.NATS_URL, name: 'accounts', logger });
  drain.add('bus', () => bus.close());
  readiness.add('nats', () => bus.ping());
  const relay = startOutboxRelay({ pool, bus, schema: accountsSchema.schema, logger });
  drain.add('outbox', () => relay.stop());
  const follower = await followSessions(bus, app.get<TokenVerifier>(TOKENS), logger);
  drain.add('session events', () => follower.stop());
  const consumer = await startConsumer({
    bus,
    pool,
    logger,
    durable: 'accounts',
    events: [shopCreated],
    handle: ownNewShop,
  });
  drain.add('events', () => consumer.stop());
}

/** Our own tokens are verified without asking ourselves over HTTP. */
function ownKeys(keys: SigningKeys): JWTVerifyGetKey {
  return async (header, token) => createLocalJWKSet({ keys: await keys.publicKeys() })(header, token);
}
