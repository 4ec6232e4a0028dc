import { createOwnDatabase } from './postgres-database.ts';
import { startPostgres } from './postgres.ts';
import type { PostgresServer } from './postgres.ts';

/** Set by the test run's global set-up; workers inherit it. */
export const SHARED_POSTGRES_VARIABLE = 'SHOWFLOOR_TEST_POSTGRES_URL';

let own: Promise<PostgresServer> | undefined;

/** The one PostgreSQL cluster of this test run. Outside a run by jest it is started here, and ends with this process. */
export async function sharedPostgres(): Promise<Pick<PostgresServer, 'url' | 'createDatabase'>> {
  const url = process.env[SHARED_POSTGRES_VARIABLE];
  if (url) return { url, createDatabase: (schemaName = 'app') => createOwnDatabase(url, schemaName) };
  own ??= startPostgres();
  return own;
}

/** An empty database in the shared cluster, with its own role whose search_path is the schema. Resolves with its address. */
export async function createDatabase(schemaName?: string): Promise<string> {
  return (await sharedPostgres()).createDatabase(schemaName);
}
