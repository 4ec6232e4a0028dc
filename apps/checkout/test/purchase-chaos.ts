import { Pool } from 'pg';
import { queryOf, type Query } from '#bus';
import {
  callEndpoint,
  getOrderEndpoint,
  getSaleEndpoint,
  placeHoldsEndpoint,
  placeOrderEndpoint,
  receiveStockEndpoint,
  type Endpoint,
  type Identity,
  type ReplyOf,
  type RequestOf,
} from '#contracts';
import { newId } from '#process';
import { freePort, startNats, startPostgres, startRedis, type RunningServer } from '#servers';
import {
  startKeyServer,
  startOwnProcess,
  startPaymentsSandbox,
  TEST_INTERNAL_TOKEN,
  testIdentity,
  tokenOf,
  type OwnProcess,
  type PaymentsSandbox,
} from '#testing';
import { projectProduct, projectShop } from '../src/catalog/project-catalog.ts';
import { eventually } from './checkout-harness.ts';
import { auditPurchases } from './purchase-audit.ts';

/** Who is killed. */
export type Victim = 'checkout' | 'postgres' | 'redis' | 'nats' | 'sandbox';

export interface ChaosOptions {
  victims: Victim[];
  buyers: number;
  /** Units for sale: fewer than buyers makes them race. */
  units: number;
  /** Whether Redis keeps its data on disk. */
  redis: 'none' | 'aof';
}

const RETRY_MS = 60;
const GIVE_UP_MS = 90_000;

/** A whole checkout of real processes and servers, each of which can be killed and comes back on its address. */
export interface Chaos {
  sandbox: PaymentsSandbox;
  checkout: OwnProcess;
  query: Query;
  /** Kills `victim` with SIGKILL and brings it back. */
  strike(victim: Victim): Promise<void>;
  stop(): Promise<void>;
}

/** Sells `units` to `buyers` while each victim dies once; gives what is wrong afterwards. */
export async function sellThroughChaos(chaos: Chaos, options: ChaosOptions): Promise<string[]> {
  const shop = await stockShop(chaos, options.units);
  const buyers = Array.from({ length: options.buyers }, () => testIdentity({ displayName: 'Buyer' }));
  const buying = Promise.all(buyers.map((buyer, index) => buy(chaos, shop, buyer, index * 40)));
  for (const victim of options.victims) {
    await progress(chaos, shop.shopId);
    await chaos.strike(victim);
  }
  const outcomes = await buying;
  await settle(chaos, shop);
  const findings = await auditPurchases(chaos.query, chaos.sandbox, shop, options.units);
  const paid = outcomes.filter((outcome) => outcome === 'paid').length;
  if (paid === 0) findings.push(`nobody could buy: ${outcomes.join(', ')}`);
  return [...findings, ...(await drift(chaos, shop))];
}

interface Shop {
  shopId: string;
  shelfId: string;
  variantId: string;
}

/** One buyer, as a page behaves: the same ids again until there is an answer. */
async function buy(chaos: Chaos, shop: Shop, buyer: Identity, afterMs: number): Promise<string> {
  await pause(afterMs);
  const until = Date.now() + GIVE_UP_MS;
  let holdId = newId();
  for (;;) {
    const lines = [{ variantId: shop.variantId, quantity: 1 }];
    const held = await patiently(
      chaos,
      placeHoldsEndpoint,
      { body: { holds: [{ holdId, saleId: shop.shelfId, lines }] } },
      buyer,
      until,
    );
    if (typeof held !== 'string') break;
    if (held !== 'hold_ended' && held !== 'hold_not_stored') return held;
    holdId = newId();
  }
  const address = { name: 'A', line1: 'B', city: 'C', country: 'DE' };
  const key = newId();
  const placed = await patiently(
    chaos,
    placeOrderEndpoint,
    { headers: { 'idempotency-key': key }, body: { holdIds: [holdId], address } },
    buyer,
    until,
  );
  if (typeof placed === 'string') return placed;
  let paidOnce = false;
  while (Date.now() < until) {
    const seen = await patiently(
      chaos,
      getOrderEndpoint,
      { params: { orderId: placed.orderId } },
      buyer,
      until,
    );
    if (typeof seen === 'string') return seen;
    if (!['placed', 'committed'].includes(seen.state)) return seen.state;
    const secret = seen.payment.clientSecret;
    if (secret && !paidOnce) {
      paidOnce = await chaos.sandbox.pay(secret).then(
        () => true,
        () => false, // the sandbox is away: the page lets its buyer press again
      );
    }
    await pause(RETRY_MS);
  }
  return 'gave_up';
}

/** Calls until there is an answer that repeating would not change; a refusal is its code. */
async function patiently<T extends Endpoint>(
  { checkout }: Chaos,
  endpoint: T,
  request: RequestOf<T>,
  buyer: Identity,
  until: number,
): Promise<ReplyOf<T> | string> {
  const headers = { authorization: `Bearer ${await tokenOf(buyer)}` };
  for (;;) {
    const answer = await callEndpoint(fetch, checkout.url, endpoint, request, {
      headers,
      signal: AbortSignal.timeout(10_000),
    }).catch(() => undefined);
    if (answer?.ok) return answer.body;
    if (answer && answer.problem.status !== 0 && answer.problem.status < 500) return answer.problem.code;
    if (answer?.problem.code === 'hold_not_stored') return answer.problem.code;
    if (Date.now() > until) return `gave_up after ${answer?.problem.code ?? 'no answer'}`;
    await pause(RETRY_MS);
  }
}

/** Waits until purchases are in full swing: an order more than before is there. */
async function progress({ query }: Chaos, shopId: string): Promise<void> {
  const count = async (): Promise<number> => {
    const [row] = await query<{ count: number }>('SELECT count(*) FROM orders WHERE shop_id = $1', [shopId]);
    return Number(row?.count);
  };
  const before = await count();
  const until = Date.now() + 3_000;
  await eventually(async () => (await count()) > before || Date.now() > until, 10_000);
}

async function settle({ query, checkout, sandbox }: Chaos, shop: Shop): Promise<void> {
  await eventually(async () => (await fetch(`${checkout.url}/readyz`).catch(() => undefined))?.ok, 60_000);
  await sandbox.control('clock', { seconds: 11 });
  await eventually(async () => {
    await query(
      `UPDATE payments SET pay_by = least(pay_by, clock_timestamp()), check_at = clock_timestamp()
       WHERE decision IN ('open', 'cancelling') AND order_id IN (SELECT id FROM orders WHERE shop_id = $1)`,
      [shop.shopId],
    );
    await query(
      "UPDATE payment_jobs SET run_at = clock_timestamp() WHERE run_at > clock_timestamp() + interval '2 seconds'",
    );
    const [open] = await query<{ count: number }>(
      `SELECT count(*) FROM orders o JOIN payments p ON p.order_id = o.id
       WHERE o.shop_id = $1 AND (o.state IN ('placed', 'committed') OR p.decision = 'cancelling')`,
      [shop.shopId],
    );
    await pause(300);
    return Number(open?.count) === 0;
  }, 90_000);
}

/** Differences between the engine's counters and Postgres, once holds that died with their maker have run out. */
async function drift({ query, checkout }: Chaos, shop: Shop): Promise<string[]> {
  let findings: string[] = [];
  const agreed = await eventually(async () => {
    const sale = await callEndpoint(fetch, checkout.url, getSaleEndpoint, {
      params: { saleId: shop.shelfId },
      query: { variantId: shop.variantId },
    });
    const item = sale.ok ? sale.body.items[0] : undefined;
    const rows = await query<{ account: string; amount: number }>(
      'SELECT account, amount FROM balances WHERE variant_id = $1',
      [shop.variantId],
    );
    const amount = (name: string): number =>
      rows.find((row) => row.account === `${name}:${shop.shelfId}`)?.amount ?? 0;
    const metrics = await (await fetch(`${checkout.url}/metrics`)).text();
    const gauge = /^inventory_drift_units\S* (\d+)/m.exec(metrics)?.[1];
    findings = [];
    if (item?.available !== amount('sale'))
      findings.push(`engine ${item?.available}, ledger ${amount('sale')} available`);
    if (item?.sold !== amount('sold')) findings.push(`engine ${item?.sold}, ledger ${amount('sold')} sold`);
    if (gauge !== '0') findings.push(`inventory_drift_units is ${gauge}`);
    return findings.length === 0;
  }, 45_000).catch(() => false);
  return agreed ? [] : findings;
}

async function stockShop({ query, checkout }: Chaos, units: number): Promise<Shop> {
  const [shopId, productId, variantId] = [newId(), newId(), newId()];
  const owner = testIdentity({ shops: [{ shopId, role: 'owner' }] });
  const facts = { shopId, ownerId: owner.userId, slug: 'chaos', name: 'Chaos', currency: 'EUR' };
  await projectShop(query, facts, 1);
  const variant = {
    variantId,
    sku: 'C-1',
    title: '',
    options: {},
    price: { amount: 1_000, currency: 'EUR' },
  };
  await projectProduct(
    query,
    {
      productId,
      shopId,
      title: 'Chaos mug',
      status: 'active',
      imageUrl: null,
      variants: [{ ...variant, compareAt: null, weightGrams: null, archived: false }],
    },
    1,
  );
  const [shelf] = await query<{ id: string }>('SELECT id FROM sales WHERE shop_id = $1', [shopId]);
  const received = await callEndpoint(
    fetch,
    checkout.url,
    receiveStockEndpoint,
    { params: { shopId, variantId }, body: { changeId: newId(), quantity: units } },
    { headers: { authorization: `Bearer ${await tokenOf(owner)}` } },
  );
  if (!received.ok) throw new Error(`no stock: ${received.problem.code}`);
  return { shopId, variantId, shelfId: shelf?.id ?? '' };
}

/** Starts all of it. */
export async function startChaos(persistence: 'none' | 'aof'): Promise<Chaos> {
  const [port, sandboxPort] = await Promise.all([freePort(), freePort()]);
  const servers = {
    postgres: await startPostgres(),
    redis: await startRedis({ persistence }),
    nats: await startNats(),
  };
  const [databaseUrl, sandboxDatabase] = await Promise.all([
    servers.postgres.createDatabase('checkout'),
    servers.postgres.createDatabase('payments_sandbox'),
  ]);
  const keys = await startKeyServer();
  const sandbox = await startPaymentsSandbox({
    databaseUrl: sandboxDatabase,
    port: sandboxPort,
    checkoutUrl: `http://127.0.0.1:${port}`,
  });
  const checkout = await startOwnProcess({
    main: 'apps/checkout/src/main.ts',
    port,
    env: {
      NODE_ENV: 'test',
      LOG_LEVEL: 'warn',
      INTERNAL_TOKEN: TEST_INTERNAL_TOKEN,
      ACCOUNTS_URL: keys.url,
      DATABASE_URL: databaseUrl,
      REDIS_URL: servers.redis.url,
      NATS_URL: servers.nats.url,
      PAYMENTS_URL: sandbox.url,
    },
  });
  const pool = new Pool({ connectionString: databaseUrl, max: 4 });
  pool.on('error', () => undefined); // Postgres is killed on purpose
  return {
    sandbox,
    checkout,
    query: stubborn(queryOf(pool)),
    async strike(victim) {
      if (victim === 'checkout' || victim === 'sandbox') {
        const child = victim === 'checkout' ? checkout : sandbox;
        await child.kill();
        return child.start();
      }
      await revive(servers, victim, persistence);
    },
    async stop() {
      await pool.end();
      await checkout.stop();
      await sandbox.stop();
      await keys.stop();
      for (const server of Object.values(servers)) await server.stop();
    },
  };
}

async function revive(
  servers: { postgres: RunningServer; redis: RunningServer; nats: RunningServer },
  victim: 'postgres' | 'redis' | 'nats',
  persistence: 'none' | 'aof',
): Promise<void> {
  const { port, dir } = servers[victim];
  await servers[victim].kill();
  if (victim === 'postgres') servers.postgres = await startPostgres({ dataDir: dir, port });
  else if (victim === 'redis') servers.redis = await startRedis({ dir, port, persistence });
  else servers.nats = await startNats({ dir, port });
}

/** A query that waits for a database that is away. */
function stubborn(query: Query): Query {
  return async (sql, params) => {
    const until = Date.now() + 30_000;
    for (;;) {
      try {
        return await query(sql, params);
      } catch (error) {
        if (Date.now() > until) throw error;
        await pause(100);
      }
    }
  };
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
