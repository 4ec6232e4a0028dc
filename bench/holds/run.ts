import { parseArgs } from 'node:util';
import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { connectInventoryRedis, RedisHoldStore, type SaleRef } from '#inventory';
import { newId } from '#process';
import { testIdentity, tokenOf } from '#testing';
import { startWorld, stockHotVariant } from '../purchase/world.ts';
import { load, type LoadResult } from './load.ts';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '5' },
    rounds: { type: 'string', default: '3' },
    connections: { type: 'string', default: '64' },
    engine: { type: 'string', default: 'both' },
  },
});
const SECONDS = Number(values.seconds);
const ROUNDS = Number(values.rounds);
const CONNECTIONS = Number(values.connections);
/** More than any run can hold. */
const REDIS_UNITS = 900_000;
/** The Postgres engine has a row for each. */
const POSTGRES_UNITS = 150_000;
/** So many that none of them comes near the limit of calls for one account. */
const BUYERS = 5_000;
/** The race that must end with exactly as many holds as units. */
const RACE_BUYERS = 5_000;
const RACE_UNITS = 100;

type Engine = 'redis' | 'postgres';
interface Target {
  saleId: string;
  variantId: string;
}
interface Figures {
  engine: Engine;
  ok_per_s: number;
  baseline_ok_per_s: number;
  ratio: number;
  p99_ms: number;
  baseline_p99_ms: number;
  sold_out_ratio: number;
  oversold: number;
  drift: number;
}

const buyers = await Promise.all(
  Array.from({ length: BUYERS }, async () => {
    const identity = testIdentity();
    return { buyerId: identity.userId, authorization: `Bearer ${await tokenOf(identity)}` };
  }),
);
const world = await startWorld();
const redis = connectInventoryRedis(world.redisUrl, { warn: () => undefined, info: () => undefined });
const store = new RedisHoldStore(redis);
const bare = await startBare();
try {
  const engines: Engine[] = values.engine === 'both' ? ['postgres', 'redis'] : [values.engine as Engine];
  const all: Figures[] = [];
  for (const engine of engines) all.push(await measure(engine));
  // The last line is the front gate's; the other engine stands beside it.
  const [first, ...others] = all.toReversed();
  process.stdout.write(`${JSON.stringify({ ...first, ...(others.length > 0 ? { others } : {}) })}\n`);
} finally {
  bare.child.kill('SIGTERM');
  redis.disconnect();
  await world.stop();
}

/** Ours and the bare server in turn, on the same machine and for the same time; medians of all rounds. */
async function measure(engine: Engine): Promise<Figures> {
  const target = await stocked(engine, engine === 'redis' ? REDIS_UNITS : POSTGRES_UNITS);
  const gone = await stocked(engine, 1);
  await ours(gone, { requests: 1, want: 201 });
  // Everybody comes by once, so that no token is seen for the first time while we measure.
  await ours(target, { requests: BUYERS, want: 201 });
  await theirs(bare.plenty, { seconds: 1, want: 201 });
  const rounds: { held: LoadResult; bare: LoadResult; out: LoadResult; bareOut: LoadResult }[] = [];
  for (let round = 1; round <= ROUNDS; round += 1) {
    rounds.push({
      bare: await theirs(bare.plenty, { seconds: SECONDS, want: 201 }),
      held: await ours(target, { seconds: SECONDS, want: 201 }),
      bareOut: await theirs(bare.gone, { seconds: SECONDS / 2, want: 409 }),
      out: await ours(gone, { seconds: SECONDS / 2, want: 409 }),
    });
    process.stderr.write(
      `${engine} round ${round}: ${describe(rounds.at(-1)?.held)} against ${describe(rounds.at(-1)?.bare)}\n`,
    );
  }
  const oversold = await race(engine);
  const [okPerS, baseline] = [median(rounds, (r) => r.held.okPerS), median(rounds, (r) => r.bare.okPerS)];
  const soldOut = median(rounds, (r) => r.out.okPerS) / median(rounds, (r) => r.bareOut.okPerS);
  return {
    engine,
    ok_per_s: Math.round(okPerS),
    baseline_ok_per_s: Math.round(baseline),
    ratio: round2(okPerS / baseline),
    p99_ms: round2(median(rounds, (r) => r.held.p99Ms)),
    baseline_p99_ms: round2(median(rounds, (r) => r.bare.p99Ms)),
    sold_out_ratio: round2(soldOut),
    oversold,
    drift: await drift(engine, target),
  };
}

type Run = { seconds?: number; requests?: number; want: number };

function ours({ saleId, variantId }: Target, run: Run): Promise<LoadResult> {
  return load({
    url: world.checkoutUrl,
    connections: CONNECTIONS,
    ...run,
    request: (nth) => ({
      path: '/api/checkout/v1/holds',
      authorization: buyers[nth % BUYERS]?.authorization ?? '',
      body: JSON.stringify({ holds: [{ holdId: newId(), saleId, lines: [{ variantId, quantity: 1 }] }] }),
    }),
  });
}

function theirs({ url, variantId }: { url: string; variantId: string }, run: Run): Promise<LoadResult> {
  return load({
    url,
    connections: CONNECTIONS,
    ...run,
    request: (nth) => ({
      path: '/holds',
      body: JSON.stringify({
        holdId: newId(),
        buyerId: buyers[nth % BUYERS]?.buyerId,
        lines: [{ variantId, quantity: 1 }],
      }),
    }),
  });
}

/** A shelf with `units` of one variant, sold by `engine`. */
async function stocked(engine: Engine, units: number): Promise<Target> {
  const { shelfId, variantId } = await stockHotVariant(world, units);
  if (engine === 'postgres') {
    await world.query(`UPDATE sales SET engine = 'postgres', epoch = nextval('sale_epochs') WHERE id = $1`, [
      shelfId,
    ]);
  }
  return { saleId: shelfId, variantId };
}

/** Units that were given out beyond those there were: many buyers, few units, everybody at once. */
async function race(engine: Engine): Promise<number> {
  const target = await stocked(engine, RACE_UNITS);
  const { statuses } = await ours(target, { requests: RACE_BUYERS, want: 201 });
  const held = statuses.get(201) ?? 0;
  if (held < RACE_UNITS)
    process.stderr.write(`${engine}: only ${held} of ${RACE_UNITS} units were claimed\n`);
  return Math.max(0, held - RACE_UNITS);
}

/** Units by which engine and Postgres differ once everything is stored. */
async function drift(engine: Engine, { saleId, variantId }: Target): Promise<number> {
  const [row] = await world.query<{ epoch: number; held: number; left: number; rows: number }>(
    `SELECT s.epoch::integer AS epoch,
       (SELECT amount FROM balances WHERE variant_id = $2 AND account = 'held:' || s.id) AS held,
       (SELECT amount FROM balances WHERE variant_id = $2 AND account = 'sale:' || s.id) AS left,
       (SELECT count(*)::integer FROM holds WHERE sale_id = s.id AND state = 'held') AS rows
     FROM sales s WHERE s.id = $1`,
    [saleId, variantId],
  );
  if (!row) return Number.NaN;
  const stored = Math.abs(row.held - row.rows);
  if (engine === 'postgres') return stored;
  const snapshot = await store.read({ saleId, epoch: row.epoch }, [variantId]);
  const counters = 'variants' in snapshot ? snapshot.variants[0] : undefined;
  if (!counters) return Number.NaN;
  return stored + Math.abs(counters.held - row.held) + Math.abs(counters.available - row.left);
}

/** The bare server with a sale of its own in the same Redis. */
async function startBare(): Promise<{
  child: ChildProcess;
  plenty: { url: string; variantId: string };
  gone: { url: string; variantId: string };
}> {
  const sale: SaleRef = { saleId: newId(), epoch: 1 };
  const [plenty, gone] = [newId(), newId()];
  while (redis.status !== 'ready') await new Promise((resolve) => redis.once('ready', resolve));
  const rules = {
    state: 'open',
    startsAt: null,
    endsAt: null,
    limitPerBuyer: 0,
    holdTtlMs: 300_000,
  } as const;
  await store.open(sale, rules, [
    { variantId: plenty, terms: '1900 EUR 1', unsold: 10 * REDIS_UNITS, sold: 0 },
    { variantId: gone, terms: '1900 EUR 1', unsold: 0, sold: 1 },
  ]);
  const flags = ['--conditions=source', '--disable-warning=ExperimentalWarning'];
  const child = spawn(
    process.execPath,
    [...flags, 'bench/holds/bare-server.ts', world.redisUrl, JSON.stringify(sale)],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const lines = createInterface({ input: child.stdout });
  const url = await new Promise<string>((resolve) => lines.once('line', resolve));
  return { child, plenty: { url, variantId: plenty }, gone: { url, variantId: gone } };
}

function describe(result: LoadResult | undefined): string {
  return `${Math.round(result?.okPerS ?? 0)}/s (p99 ${round2(result?.p99Ms ?? 0)} ms)`;
}

function median<T>(rounds: readonly T[], of: (round: T) => number): number {
  const sorted = rounds.map(of).toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

function round2(value: number): number {
  return Math.round(value * 100) / 100;
}
