import pg from 'pg';
import { TABLES } from './tables.ts';

/** Number of the advisory lock that the one sandbox of a schema holds; "sand" in ASCII. */
const OWNER_LOCK = 0x73616e64;

const POOL_SIZE = 8;
const RECONNECT_MS = 250;

export interface OpenedDatabase {
  pool: pg.Pool;
  /** Whether this process is the schema's only sandbox right now; it may write only then. */
  readonly owned: boolean;
  /** Called when ownership came back after a lost connection: what is in memory may be old. */
  onRegained(listener: () => void): void;
  close(): Promise<void>;
}

/**
 * Connects, makes the tables, and becomes the only sandbox of this schema, because its memory is only right while
 * nobody else writes. Waits for a predecessor's lock, which Postgres frees when that process is gone. When the
 * connection is lost it comes back by itself.
 */
export async function openStore(databaseUrl: string): Promise<OpenedDatabase> {
  const listeners: (() => void)[] = [];
  let owner: pg.Client | undefined;
  let closing = false;

  async function own(): Promise<void> {
    const client = new pg.Client({ connectionString: databaseUrl });
    client.on('error', () => void lost(client));
    await client.connect();
    await client.query('SELECT pg_advisory_lock($1, hashtext(current_schema()))', [OWNER_LOCK]);
    await client.query(TABLES);
    owner = client;
  }

  async function lost(client: pg.Client): Promise<void> {
    if (owner !== client) return;
    owner = undefined;
    while (!closing && !owner) {
      await new Promise((resolve) => setTimeout(resolve, RECONNECT_MS));
      await own().catch(() => undefined); // still away: the next round tries again
    }
    if (owner) for (const listener of listeners) listener();
  }

  await own();
  const pool = new pg.Pool({ connectionString: databaseUrl, max: POOL_SIZE });
  pool.on('error', () => undefined); // an idle connection went away; the next query takes a new one
  return {
    pool,
    get owned() {
      return owner !== undefined;
    },
    onRegained: (listener) => void listeners.push(listener),
    async close() {
      closing = true;
      await pool.end();
      await owner?.end();
    },
  };
}
