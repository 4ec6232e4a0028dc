import { startPostgres } from '../servers/postgres.ts';
import type { PostgresServer } from '../servers/postgres.ts';
import { SHARED_POSTGRES_VARIABLE } from '../servers/shared-postgres.ts';

const place = globalThis as { showfloorTestPostgres?: PostgresServer };

/** jest's global set-up of every project that uses real servers: one PostgreSQL cluster for the whole run. */
export default async function startSharedServers(): Promise<void> {
  if (process.env[SHARED_POSTGRES_VARIABLE]) return;
  place.showfloorTestPostgres = await startPostgres();
  process.env[SHARED_POSTGRES_VARIABLE] = place.showfloorTestPostgres.url;
}
