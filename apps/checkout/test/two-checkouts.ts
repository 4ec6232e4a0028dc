import pg from 'pg';
import { lockKey, queryOf, type Query } from '#bus';
import {
  callEndpoint,
  receiveStockEndpoint,
  type CallResult,
  type Endpoint,
  type Identity,
  type ReplyOf,
  type RequestOf,
} from '#contracts';
import { connectInventoryRedis, RedisHoldStore } from '#inventory';
import { newId } from '#process';
import { freePort } from '#servers';
import { startKeyServer, startOwnProcess, TEST_INTERNAL_TOKEN, tokenOf, type OwnProcess } from '#testing';
import { keepBuying, type Told } from './buy-running-sale.ts';
import { eventually, seedShop, startServers } from './checkout-harness.ts';

/** The shortest time a hold may have, so that units come back and are claimed again all the time. */
const SHORT_TTL_MS = 1_000;

/** Two processes of checkout on the same servers; one of them leads. */
export interface TwoCheckouts {
  query: Query;
  /** The process that leads, once one does. */
  leader(): Promise<OwnProcess>;
  processes: OwnProcess[];
  /** What is wrong with a sale from which nobody buys any more. */
  audit(sale: RunningShelf, told: Told): Promise<string[]>;
  stop(): Promise<void>;
}

export interface RunningShelf {
  shelfId: string;
  variantId: string;
  units: number;
}

export async function startTwoCheckouts(): Promise<TwoCheckouts> {
  const servers = await startServers();
  const keys = await startKeyServer();
  const names = ['first', 'second'];
  const processes: OwnProcess[] = [];
  // One after the other: the first migrates and leads.
  for (const name of names) {
    const database = new URL(servers.databaseUrl);
    database.searchParams.set('application_name', name);
    processes.push(
      await startOwnProcess({
        main: 'apps/checkout/src/main.ts',
        port: await freePort(),
        env: {
          NODE_ENV: 'test',
          LOG_LEVEL: 'warn',
          INTERNAL_TOKEN: TEST_INTERNAL_TOKEN,
          ACCOUNTS_URL: keys.url,
          DATABASE_URL: database.href,
          REDIS_URL: servers.redis.url,
          NATS_URL: servers.nats.url,
        },
      }),
    );
  }
  const pool = new pg.Pool({ connectionString: servers.databaseUrl, max: 4 });
  const query = queryOf(pool);
  const redis = connectInventoryRedis(servers.redis.url, { warn: () => undefined, info: () => undefined });
  return {
    query,
    processes,
    leader: () =>
      eventually(async () => {
        const [row] = await query<{ name: string }>(
          `SELECT a.application_name AS name FROM pg_locks l JOIN pg_stat_activity a USING (pid)
           WHERE l.locktype = 'advisory' AND l.granted AND a.datname = current_database() AND (l.classid::bigint << 32) | l.objid::bigint = $1`,
          [lockKey('leader:checkout')],
        );
        return row && processes[names.indexOf(row.name)];
      }, 30_000),
    audit: (sale, told) => audit(query, new RedisHoldStore(redis), sale, told),
    async stop() {
      redis.disconnect();
      await pool.end();
      for (const process of processes) await process.stop();
      await keys.stop();
      await servers.stop();
    },
  };
}

/** Sells from a shelf through both processes while their leader is killed, `falls` times; gives what is wrong then. */
export async function sellWhileLeadersFall(
  two: TwoCheckouts,
  { units, falls }: { units: number; falls: number },
): Promise<string[]> {
  const sale = await openShelf(two, units);
  const crowds = two.processes.map((process) =>
    keepBuying({ call: callOf(process) }, sale.shelfId, sale.variantId, 6),
  );
  const held = (): number => crowds.reduce((sum, crowd) => sum + crowd.told.held.length, 0);
  const sells = async (): Promise<void> => {
    // More than there are units: some must have come back in between.
    const enough = held() + 2 * units;
    await eventually(async () => held() > enough, 60_000);
  };
  await sells();
  for (let fall = 1; fall <= falls; fall += 1) {
    const fallen = await two.leader();
    await fallen.kill();
    // PostgreSQL notices the death of a connection in its own time.
    await eventually(async () => (await two.leader()) !== fallen);
    await sells();
    await fallen.start();
  }
  const all = await Promise.all(crowds.map((crowd) => crowd.stop()));
  return two.audit(sale, { held: all.flatMap((told) => told.held), refusals: new Map() });
}

async function openShelf({ query, processes }: TwoCheckouts, units: number): Promise<RunningShelf> {
  const { shopId, shelfId, owner, variants } = await seedShop(query);
  const variantId = variants[0]?.variantId ?? '';
  const [first] = processes;
  if (!first) throw new Error('no process');
  await query('UPDATE sales SET hold_ttl_ms = $2 WHERE id = $1', [shelfId, SHORT_TTL_MS]);
  const body = { changeId: newId(), quantity: units };
  const received = await callOf(first)(receiveStockEndpoint, { params: { shopId, variantId }, body }, owner);
  if (!received.ok) throw new Error(received.problem.code);
  return { shelfId, variantId, units };
}

/** Calls of one process; one that is dead answers `unavailable`. */
function callOf(process: OwnProcess) {
  return async <T extends Endpoint>(
    endpoint: T,
    request: RequestOf<T>,
    as?: Identity | 'internal',
  ): Promise<CallResult<ReplyOf<T>>> => {
    const token = as === 'internal' ? TEST_INTERNAL_TOKEN : as && (await tokenOf(as));
    const headers: Record<string, string> = token ? { authorization: `Bearer ${token}` } : {};
    const answer = await callEndpoint(fetch, process.url, endpoint, request, {
      headers,
      signal: AbortSignal.timeout(10_000),
    }).catch(() => undefined);
    if (answer && (answer.ok || answer.problem.status !== 0)) return answer;
    return {
      ok: false,
      status: 503,
      problem: { type: 'about:blank', title: '', status: 503, code: 'unavailable' },
    };
  };
}

async function audit(query: Query, store: RedisHoldStore, sale: RunningShelf, told: Told): Promise<string[]> {
  const { shelfId, variantId, units } = sale;
  const findings: string[] = [];
  // All holds run out; then engine and ledger must both have every unit back.
  const counted = async (): Promise<string> => {
    const [row] = await query<{ epoch: number; left: number; held: number }>(
      `SELECT s.epoch::integer AS epoch,
         (SELECT amount FROM balances WHERE variant_id = $2 AND account = 'sale:' || s.id)::integer AS left,
         (SELECT amount FROM balances WHERE variant_id = $2 AND account = 'held:' || s.id)::integer AS held
       FROM sales s WHERE s.id = $1`,
      [shelfId, variantId],
    );
    const snapshot = await store.read({ saleId: shelfId, epoch: row?.epoch ?? 0 }, [variantId]);
    const engine = 'variants' in snapshot ? snapshot.variants[0] : undefined;
    return `engine ${engine?.available} and ${engine?.held}, ledger ${row?.left} and ${row?.held}`;
  };
  const whole = `engine ${units} and 0, ledger ${units} and 0`;
  const came = await eventually(async () => (await counted()) === whole, 60_000).catch(() => false);
  if (!came) findings.push(`of ${units} units: ${await counted()}`);

  const rows = await query<{ id: string; started: number; expires: number }>(
    `SELECT id, (extract(epoch FROM started_at) * 1000)::float8 AS started, (extract(epoch FROM expires_at) * 1000)::float8 AS expires
     FROM holds WHERE sale_id = $1 AND reason IS DISTINCT FROM 'not_stored'`,
    [shelfId],
  );
  const most = mostAtOnce(rows);
  if (most > units) findings.push(`${most} holds at once on ${units} units`);
  const stored = new Set(rows.map((row) => row.id));
  const forgotten = told.held.filter((hold) => !stored.has(hold.holdId));
  if (forgotten.length > 0)
    findings.push(`${forgotten.length} holds that buyers were told of are not stored`);
  return findings;
}

/** The most holds that were live at one moment. */
function mostAtOnce(holds: readonly { started: number; expires: number }[]): number {
  const steps = holds.flatMap(({ started, expires }) => [
    { at: started, by: 1 },
    { at: expires, by: -1 },
  ]);
  // At one moment those that end do so first: a hold past its time is free to the next.
  steps.sort((a, b) => a.at - b.at || a.by - b.by);
  let live = 0;
  return steps.reduce((most, { by }) => Math.max(most, (live += by)), 0);
}
