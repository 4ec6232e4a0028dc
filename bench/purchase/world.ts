import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { Pool } from 'pg';
import { queryOf, type Query } from '#bus';
import { callEndpoint, receiveStockEndpoint } from '#contracts';
import { sandboxKeys, type SandboxKeys } from '#payments';
import { newId } from '#process';
import { freePort, startNats, startPostgres, startRedis } from '#servers';
import { startKeyServer, testIdentity, tokenOf } from '#testing';
import { projectProduct, projectShop } from '../../apps/checkout/src/catalog/project-catalog.ts';

const INTERNAL_TOKEN = 'internal-token-of-the-bench-run';
const START_TIMEOUT_MS = 60_000;

/** Real servers and the built processes, as `npm start` runs them. */
export interface World {
  checkoutUrl: string;
  sandboxUrl: string;
  natsUrl: string;
  redisUrl: string;
  postgresPid: number;
  keys: SandboxKeys;
  query: Query;
  stop(): Promise<void>;
}

export async function startWorld(): Promise<World> {
  const [checkoutPort, sandboxPort] = await Promise.all([freePort(), freePort()]);
  const postgres = await startPostgres({ durable: true });
  const redis = await startRedis();
  const nats = await startNats();
  const keyServer = await startKeyServer();
  const checkoutUrl = `http://127.0.0.1:${checkoutPort}`;
  const sandboxUrl = `http://127.0.0.1:${sandboxPort}`;
  const databaseUrl = await postgres.createDatabase('checkout');
  const common = { NODE_ENV: 'test', LOG_LEVEL: 'warn', INTERNAL_TOKEN, ACCOUNTS_URL: keyServer.url };
  const sandbox = await run('payments-sandbox', sandboxUrl, {
    ...common,
    PORT: String(sandboxPort),
    DATABASE_URL: await postgres.createDatabase('payments_sandbox'),
    CHECKOUT_URL: checkoutUrl,
  });
  const checkout = await run('checkout', checkoutUrl, {
    ...common,
    // Replies are held against their contracts everywhere but in production, and sold there with real keys.
    NODE_ENV: 'production',
    SANDBOX_ALLOW_PRODUCTION: 'true',
    PORT: String(checkoutPort),
    DATABASE_URL: databaseUrl,
    REDIS_URL: redis.url,
    NATS_URL: nats.url,
    PAYMENTS_URL: sandboxUrl,
    ORDER_SLOTS: '128',
  });
  const pool = new Pool({ connectionString: databaseUrl, max: 2 });
  return {
    checkoutUrl,
    sandboxUrl,
    natsUrl: nats.url,
    redisUrl: redis.url,
    postgresPid: postgres.pid,
    keys: sandboxKeys(INTERNAL_TOKEN),
    query: queryOf(pool),
    async stop() {
      await pool.end();
      for (const child of [checkout, sandbox]) {
        const ended = once(child, 'exit');
        child.kill('SIGTERM');
        await ended;
      }
      await keyServer.stop();
      await Promise.all([redis.stop(), nats.stop(), postgres.stop()]);
    },
  };
}

/** A shop with one hot variant, `units` of it on the shelf. */
export async function stockHotVariant(
  { query, checkoutUrl }: World,
  units: number,
): Promise<{ shopId: string; shelfId: string; variantId: string }> {
  const [shopId, productId, variantId] = [newId(), newId(), newId()];
  const owner = testIdentity({ shops: [{ shopId, role: 'owner' }] });
  await projectShop(
    query,
    { shopId, ownerId: owner.userId, slug: 'bench', name: 'Bench', currency: 'EUR' },
    1,
  );
  const variant = {
    variantId,
    sku: 'HOT-1',
    title: '',
    options: {},
    price: { amount: 1_900, currency: 'EUR' },
  };
  const facts = {
    productId,
    shopId,
    title: 'Hot mug',
    status: 'active' as const,
    imageUrl: null,
    variants: [{ ...variant, compareAt: null, weightGrams: null, archived: false }],
  };
  await projectProduct(query, facts, 1);
  const [shelf] = await query<{ id: string }>('SELECT id FROM sales WHERE shop_id = $1', [shopId]);
  const received = await callEndpoint(
    fetch,
    checkoutUrl,
    receiveStockEndpoint,
    { params: { shopId, variantId }, body: { changeId: newId(), quantity: units } },
    { headers: { authorization: `Bearer ${await tokenOf(owner)}` } },
  );
  if (!received.ok) throw new Error(`the shelf could not be stocked: ${received.problem.code}`);
  return { shopId, shelfId: shelf?.id ?? '', variantId };
}

async function run(name: string, url: string, env: Record<string, string>): Promise<ChildProcess> {
  const main = `dist/apps/${name}/src/main.js`;
  if (!existsSync(main)) throw new Error(`${main} is not there; npm run build makes it`);
  const profile = process.env['BENCH_PROFILE']
    ? ['--cpu-prof', `--cpu-prof-dir=${process.env['BENCH_PROFILE']}`]
    : [];
  const child = spawn(process.execPath, [...profile, main], {
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const until = Date.now() + START_TIMEOUT_MS;
  while (Date.now() < until) {
    if (child.exitCode !== null) throw new Error(`${name} ended with code ${child.exitCode}`);
    if ((await fetch(`${url}/readyz`).catch(() => undefined))?.ok) return child;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`${name} did not get ready`);
}
