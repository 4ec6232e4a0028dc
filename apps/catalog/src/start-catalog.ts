import { connectBus, queryOf, startOutboxRelay, startRepeatingConsumer, type Bus } from '#bus';
import { streamEnded, streamInterrupted, streamPublished, streamResumed } from '#contracts';
import { createLogger, repeat, systemClock, type Clock, type Drain, type Logger } from '#process';
import {
  followSessions,
  openDatabase,
  pgPool,
  startService,
  TOKENS,
  withTransaction,
  type KeySource,
  type RunningService,
  type TokenVerifier,
} from '#service';
import { openStore } from '#storage';
import type { DataSource } from 'typeorm';
import type { CatalogEnv } from './catalog.env.ts';
import { CatalogModule } from './catalog.module.ts';
import { catalogSchema } from './database/schema.ts';
import { PictureFiles } from './images/picture-files.ts';
import { servePictures } from './images/serve-pictures.ts';
import { sweepPictures } from './images/store-picture.ts';
import { AirShow } from './shows/air-show.ts';
import { hearStream } from './shows/hear-stream.ts';
import { checkShowStates } from './shows/show-states.ts';

/** Connections for the relay, which keeps one, and for idempotency keys. */
const POOL_CONNECTIONS = 4;
const PICTURES_EVERY_MS = 3_600_000;
const FORGOTTEN_EVERY_MS = 60_000;

export interface CatalogOptions {
  clock?: Clock;
  handleSignals?: boolean;
  /** Keys that verify tokens; accounts' when left out. */
  keys?: KeySource;
}

/** Starts the whole process: schema, pictures, events, HTTP. Tests give clock and keys. */
export async function startCatalog(env: CatalogEnv, options: CatalogOptions = {}): Promise<RunningService> {
  checkShowStates();
  const logger = createLogger({ process: 'catalog', level: env.LOG_LEVEL });
  const database = await openDatabase({
    ...catalogSchema,
    url: env.DATABASE_URL,
    poolSize: env.DATABASE_POOL,
    logger,
  });
  try {
    return await startOn(database, env, logger, options);
  } catch (error) {
    if (database.isInitialized) await database.destroy();
    throw error;
  }
}

async function startOn(
  database: DataSource,
  env: CatalogEnv,
  logger: Logger,
  { clock = systemClock, handleSignals = true, keys }: CatalogOptions,
): Promise<RunningService> {
  const store = openStore(env, env.DATA_DIR);
  const files = new PictureFiles(store);
  const pool = pgPool(env.DATABASE_URL, POOL_CONNECTIONS, logger);
  const service = await startService({
    name: 'catalog',
    env,
    logger,
    handleSignals,
    ...(keys ? { keys } : {}),
    idempotency: queryOf(pool),
    fastify: (fastify) => servePictures(fastify, files),
    module: ({ drain, readiness }) => {
      drain.add('picture store', () => store.stop());
      drain.add('database', async () => {
        await pool.end();
        await database.destroy();
      });
      readiness.add('postgres', async () => void (await database.query('SELECT 1')));
      return CatalogModule.with({ database, files, clock });
    },
  });
  const { drain, readiness } = service;
  const bus = await connectBus({ url: env.NATS_URL, name: 'catalog', logger });
  drain.add('bus', () => bus.close());
  readiness.add('nats', () => bus.ping());
  const relay = startOutboxRelay({ pool, bus, schema: catalogSchema.schema, logger });
  drain.add('outbox', () => relay.stop());
  const follower = await followSessions(bus, service.app.get<TokenVerifier>(TOKENS), logger);
  drain.add('session events', () => follower.stop());
  await startEvents(bus, database, drain, logger);
  startChores(database, files, service.app.get(AirShow), drain, logger);
  return service;
}

/** Lets shows follow their streams; told twice, the version of an event shows that it is old news. */
async function startEvents(bus: Bus, database: DataSource, drain: Drain, logger: Logger): Promise<void> {
  const consumer = await startRepeatingConsumer({
    bus,
    logger,
    durable: 'catalog',
    events: [streamPublished, streamInterrupted, streamResumed, streamEnded],
    handle: (event) => withTransaction(database, (tx, query) => hearStream(tx, query, event)),
  });
  drain.add('events', () => consumer.stop());
}

function startChores(
  database: DataSource,
  files: PictureFiles,
  air: AirShow,
  drain: Drain,
  logger: Logger,
): void {
  const pictures = async (): Promise<void> => {
    await sweepPictures((work) => withTransaction(database, (_, query) => work(query)), files);
  };
  drain.add('picture sweep', repeat(PICTURES_EVERY_MS, logger, 'picture sweep', pictures));
  const forgotten = async (): Promise<void> => {
    const ended = await air.endForgotten();
    if (ended > 0) logger.info({ ended }, 'ended shows whose picture stayed away');
  };
  drain.add('forgotten shows', repeat(FORGOTTEN_EVERY_MS, logger, 'forgotten shows', forgotten));
}
