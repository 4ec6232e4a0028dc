import { createDatabase, startRedis } from '#servers';
import { Redis } from 'ioredis';
import pg from 'pg';
import { MemoryHoldStore } from '../memory/memory-hold-store.ts';
import { PostgresHoldStore } from '../postgres/postgres-hold-store.ts';
import type { Transaction } from '../postgres/sale-session.ts';
import { postgresEngineTables } from '../postgres/tables.ts';
import { RedisHoldStore } from '../redis/redis-hold-store.ts';
import type { Script } from '../redis/script.ts';
import { TEST_TIME, type EngineUnderTest } from './engine-under-test.ts';

/** Tests move the clock; real engines go by the clock of their server. */
const CLOCK_LUA = /local time = redis\.call\('TIME'\)\n\s*return time\[1\][^\n]+/;
const TEST_CLOCK_LUA = `return tonumber(redis.call('GET', 'test-clock'))`;

export async function startMemory(): Promise<EngineUnderTest> {
  let now = TEST_TIME;
  return {
    store: new MemoryHoldStore(() => now),
    now: () => now,
    advance: async (ms) => void (now += ms),
    stop: async () => undefined,
  };
}

/** The Redis engine on a server of its own; `change` edits its Lua, to show what a guard is for. */
export async function startRedisEngine(
  change: (lua: string) => string = (lua) => lua,
): Promise<EngineUnderTest> {
  const server = await startRedis();
  const redis = new Redis(server.url, { enableAutoPipelining: true });
  let now = TEST_TIME;
  const setClock = () => redis.set('test-clock', now);
  await setClock();
  const store = new RedisHoldStore(redis, (script: Script) =>
    change(script.lua.replace(CLOCK_LUA, TEST_CLOCK_LUA)),
  );
  return {
    store,
    now: () => now,
    async advance(ms) {
      now += ms;
      await setClock();
    },
    async stop() {
      redis.disconnect();
      await server.stop();
    },
  };
}

/** The Postgres engine in a database of its own. */
export async function startPostgresEngine(): Promise<EngineUnderTest> {
  const pool = new pg.Pool({ connectionString: await createDatabase('engine'), max: 16 });
  for (const statement of postgresEngineTables) await pool.query(statement);
  let now = TEST_TIME;
  await pool.query('CREATE TABLE test_clock (now_ms bigint NOT NULL)');
  await pool.query('INSERT INTO test_clock VALUES ($1)', [now]);
  return {
    store: new PostgresHoldStore(transactionOf(pool), '(SELECT now_ms FROM test_clock)'),
    now: () => now,
    async advance(ms) {
      now += ms;
      await pool.query('UPDATE test_clock SET now_ms = $1', [now]);
    },
    stop: () => pool.end(),
  };
}

export function transactionOf(pool: pg.Pool): Transaction {
  return async (work) => {
    const client = await pool.connect();
    try {
      await client.query('BEGIN');
      const result = await work(async (sql, params) => (await client.query(sql, params)).rows);
      await client.query('COMMIT');
      return result;
    } catch (error) {
      await client.query('ROLLBACK');
      throw error;
    } finally {
      client.release();
    }
  };
}
