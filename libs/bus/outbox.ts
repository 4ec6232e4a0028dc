import type { EventEnvelope } from '#contracts';
import { hash } from 'node:crypto';
import type { Logger } from 'pino';
import type { Pool, PoolClient } from 'pg';
import type { Bus } from './bus.ts';
import { queryOf, type Query } from './query.ts';

/** Tables that `addToOutbox` and `startConsumer` need, for the first migration of each schema. */
export const busTables: readonly string[] = [
  `CREATE TABLE outbox (
     position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
     event_id uuid NOT NULL UNIQUE,
     event text NOT NULL,
     created_at timestamptz NOT NULL DEFAULT now()
   )`,
  `CREATE TABLE inbox (
     consumer text NOT NULL,
     event_id uuid NOT NULL,
     handled_at timestamptz NOT NULL DEFAULT now(),
     PRIMARY KEY (consumer, event_id)
   )`,
  `CREATE INDEX inbox_handled_at ON inbox (handled_at)`,
];

/** Most events read, published and removed at a time. */
const BATCH = 200;
/** How long an event waits for the relay at most when nobody wakes it. */
const POLL_MS = 100;
const RETRY_MS = 500;

/** Records events beside the change they tell of: in the same transaction, or not at all. */
export async function addToOutbox(query: Query, ...events: EventEnvelope[]): Promise<void> {
  if (events.length === 0) return;
  await query('INSERT INTO outbox (event_id, event) SELECT * FROM unnest($1::uuid[], $2::text[])', [
    events.map((event) => event.id),
    events.map((event) => JSON.stringify(event)),
  ]);
}

export interface OutboxRelay {
  /** Publishes what is there without waiting for the next poll. */
  wake(): void;
  stop(): Promise<void>;
}

export interface OutboxRelayOptions {
  pool: Pool;
  bus: Bus;
  /** Name of the schema; one relay at a time works for it, whoever holds its advisory lock. */
  schema: string;
  logger: Logger;
}

/** Publishes outbox rows in their order and removes them once JetStream has stored them. */
export function startOutboxRelay({ pool, bus, schema, logger }: OutboxRelayOptions): OutboxRelay {
  let running = true;
  let poke = (): void => undefined;
  const loop = (async () => {
    while (running) {
      try {
        await relayWhileLocked(pool, schema, async (client) => {
          while (running) {
            const sent = await relayBatch(client, bus);
            if (sent < BATCH) await pause(POLL_MS);
          }
        });
      } catch (err) {
        if (running) logger.warn({ err }, 'the outbox waits: its database or NATS is out of reach');
      }
      if (running) await pause(RETRY_MS);
    }
  })();

  function pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      poke = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  return {
    wake: () => poke(),
    async stop() {
      running = false;
      poke();
      await loop;
    },
  };
}

/** Runs `work` on one connection that holds the schema's relay lock; returns at once when another holds it. */
async function relayWhileLocked(
  pool: Pool,
  schema: string,
  work: (client: PoolClient) => Promise<void>,
): Promise<void> {
  const client = await pool.connect();
  const lost = (): void => undefined; // the next statement on a lost connection fails by itself
  client.on('error', lost);
  let failed = true;
  try {
    const key = lockKey(`outbox:${schema}`);
    const { rows } = await client.query<{ got: boolean }>('SELECT pg_try_advisory_lock($1) AS got', [key]);
    if (rows[0]?.got) {
      await work(client);
      await client.query('SELECT pg_advisory_unlock($1)', [key]);
    }
    failed = false;
  } finally {
    client.off('error', lost);
    client.release(failed);
  }
}

async function relayBatch(client: PoolClient, bus: Bus): Promise<number> {
  const query = queryOf(client);
  const rows = await query<{ position: string; event: string }>(
    'SELECT position, event FROM outbox ORDER BY position LIMIT $1',
    [BATCH],
  );
  if (rows.length === 0) return 0;
  await Promise.all(rows.map((row) => bus.publish(JSON.parse(row.event) as EventEnvelope, row.event)));
  await query('DELETE FROM outbox WHERE position = ANY($1::bigint[])', [rows.map((row) => row.position)]);
  return rows.length;
}

/** A stable 53-bit key for PostgreSQL's advisory locks. */
export function lockKey(name: string): number {
  return Number.parseInt(hash('sha256', name, 'hex').slice(0, 13), 16);
}
