import pg, { type Pool } from 'pg';
import { DataSource, type DataSourceOptions, type MigrationInterface } from 'typeorm';
import type { Logger } from '#process';
import { lockKey } from '#bus';

/** PostgreSQL's type ids of bigint. Counts and amounts here stay below 2^53, and `MinorUnits` keeps them there. */
const INT8 = 20;
pg.types.setTypeParser(INT8, (value) => {
  const number = Number(value);
  if (!Number.isSafeInteger(number)) throw new RangeError(`${value} does not fit a safe integer`);
  return number;
});

const CONNECT_TIMEOUT_MS = 3_000;
const STATEMENT_TIMEOUT_MS = 30_000;
const CONNECT_TRIES = 60;
const CONNECT_RETRY_MS = 500;

export interface DatabaseOptions {
  /** Address with the role whose search_path is `schema`. */
  url: string;
  schema: string;
  migrations: readonly (new () => MigrationInterface)[];
  entities?: NonNullable<DataSourceOptions['entities']>;
  poolSize?: number;
  logger: Logger;
}

/** A pool on the process's own schema. A lost idle connection is logged and replaced. */
export function pgPool(url: string, max: number, logger: Logger): Pool {
  const pool = new pg.Pool({
    connectionString: url,
    max,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    keepAlive: true,
  });
  pool.on('error', (err) => logger.warn({ err }, 'an idle database connection was lost'));
  return pool;
}

/**
 * Connects TypeORM to the schema, waiting up to 30 s for PostgreSQL, and runs missing migrations under an advisory
 * lock, because two runners at once fail.
 */
export async function openDatabase(options: DatabaseOptions): Promise<DataSource> {
  const { url, schema, migrations, entities, poolSize = 10, logger } = options;
  const source = new DataSource({
    type: 'postgres',
    url,
    schema,
    entities: entities ?? [],
    migrations: [...migrations],
    migrationsTableName: 'migrations',
    migrationsTransactionMode: 'each',
    poolSize,
    connectTimeoutMS: CONNECT_TIMEOUT_MS,
    poolErrorHandler: (err: unknown) => logger.warn({ err }, 'an idle database connection was lost'),
    extra: { statement_timeout: STATEMENT_TIMEOUT_MS, keepAlive: true },
  });
  await migrate(url, schema, source, logger);
  return source;
}

async function migrate(url: string, schema: string, source: DataSource, logger: Logger): Promise<void> {
  const client = await connectPatiently(url, logger);
  const key = lockKey(`migrate:${schema}`);
  try {
    await client.query('SELECT pg_advisory_lock($1)', [key]);
    const { rowCount } = await client.query('SELECT 1 FROM pg_namespace WHERE nspname = $1', [schema]);
    if (!rowCount) await client.query(`CREATE SCHEMA ${pg.escapeIdentifier(schema)}`);
    await source.initialize();
    await source.runMigrations();
  } finally {
    await client.end();
  }
}

async function connectPatiently(url: string, logger: Logger): Promise<pg.Client> {
  for (let attempt = 1; ; attempt += 1) {
    const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: CONNECT_TIMEOUT_MS });
    client.on('error', () => undefined);
    try {
      await client.connect();
      return client;
    } catch (error) {
      if (attempt === 1) logger.warn({ err: error }, 'waiting for PostgreSQL');
      if (attempt >= CONNECT_TRIES) throw new Error('PostgreSQL is out of reach', { cause: error });
      await new Promise((resolve) => setTimeout(resolve, CONNECT_RETRY_MS));
    }
  }
}
