import type { PostgresServer } from '../servers/postgres.ts';
import { SHARED_POSTGRES_VARIABLE } from '../servers/shared-postgres.ts';

const place = globalThis as { showfloorTestPostgres?: PostgresServer };

/** jest's global tear-down: ends what shared-servers.ts started, once, whichever project is torn down first. */
export default async function stopSharedServers(): Promise<void> {
  const postgres = place.showfloorTestPostgres;
  if (!postgres) return;
  delete place.showfloorTestPostgres;
  delete process.env[SHARED_POSTGRES_VARIABLE];
  await postgres.stop();
}
