import { parseArgs } from 'node:util';
import { connectBus, listen } from '#bus';
import { orderPaid, type Identity } from '#contracts';
import { createLogger, newId } from '#process';
import { testIdentity, tokenOf } from '#testing';
import { Caller } from './caller.ts';
import { familyCpuSeconds } from './family-cpu.ts';
import { startWorld, stockHotVariant, type World } from './world.ts';

/** The bar of specs: whole purchases a second, none lost, none oversold. */
const BAR_PER_S = 300;

const { values } = parseArgs({
  options: {
    orders: { type: 'string', default: '3000' },
    warmup: { type: 'string', default: '400' },
    connections: { type: 'string', default: '64' },
  },
});
const ORDERS = Number(values.orders);
const WARMUP = Number(values.warmup);
const CONNECTIONS = Number(values.connections);
const BUYERS = 500;
const PAID_TIMEOUT_MS = 60_000;

interface Shop {
  shopId: string;
  shelfId: string;
  variantId: string;
}

interface Buyer {
  identity: Identity;
  authorization: string;
}

const world = await startWorld();
try {
  const logger = createLogger({ process: 'bench', level: 'warn' });
  const bus = await connectBus({ url: world.natsUrl, name: 'bench', logger });
  const paidAt = new Map<string, number>();
  listen({
    bus,
    events: [orderPaid],
    logger,
    handle: (event) => void paidAt.set(event.aggregateId, performance.now()),
  });
  const buyers = await Promise.all(
    Array.from({ length: BUYERS }, async () => {
      const identity = testIdentity();
      return { identity, authorization: `Bearer ${await tokenOf(identity)}` };
    }),
  );
  const shop = await stockHotVariant(world, ORDERS + WARMUP);
  await purchases(world, shop, buyers, WARMUP, paidAt);
  const cpuBefore = await cpuSeconds(world);
  const { placed, refused, elapsedMs, latencies } = await purchases(world, shop, buyers, ORDERS, paidAt);
  const cpuAfter = await cpuSeconds(world);
  const figures = await audit(world, shop);
  const cpuMs = (name: keyof typeof cpuAfter): number =>
    Math.round(((cpuAfter[name] - cpuBefore[name]) / ORDERS) * 100_000) / 100;
  const lost = placed - latencies.length;
  const result = {
    bench: 'purchase',
    orders: ORDERS,
    connections: CONNECTIONS,
    ok_per_s: Math.round((latencies.length / elapsedMs) * 1_000),
    bar_per_s: BAR_PER_S,
    p50_ms: Math.round(quantile(latencies, 0.5)),
    p99_ms: Math.round(quantile(latencies, 0.99)),
    checkout_cpu_ms_per_order: cpuMs('checkout'),
    sandbox_cpu_ms_per_order: cpuMs('sandbox'),
    postgres_cpu_ms_per_order: cpuMs('postgres'),
    refused,
    lost: lost + figures.paidButNotSold,
    oversold: figures.oversold,
  };
  await bus.close();
  process.stdout.write(`${JSON.stringify(result)}\n`);
} finally {
  await world.stop();
}

/** Runs `count` purchases over a fixed number of connections and waits until all are paid. */
async function purchases(
  { checkoutUrl, sandboxUrl, keys }: World,
  shop: Shop,
  buyers: Buyer[],
  count: number,
  paidAt: Map<string, number>,
): Promise<{ placed: number; refused: number; elapsedMs: number; latencies: number[] }> {
  const caller = new Caller(CONNECTIONS);
  const begun = new Map<string, number>();
  let next = 0;
  let refused = 0;
  const started = performance.now();
  const worker = async (): Promise<void> => {
    for (let n = next++; n < count; n = next++) {
      const buyer = buyers[n % buyers.length];
      if (!buyer) return;
      const at = performance.now();
      const orderId = await purchase(n, buyer);
      if (orderId) begun.set(orderId, at);
      else refused += 1;
    }
  };

  async function purchase(n: number, { authorization }: Buyer): Promise<string | undefined> {
    const holdId = newId();
    const lines = [{ variantId: shop.variantId, quantity: 1 }];
    const hold = { holds: [{ holdId, saleId: shop.shelfId, lines }] };
    const held = await caller.post(`${checkoutUrl}/api/checkout/v1/holds`, { authorization }, hold);
    if (held.status !== 201) return undefined;
    const headers = { authorization, 'idempotency-key': `bench-${n}-${holdId}` };
    const address = {
      name: 'Ada Buyer',
      line1: 'Street 1',
      postalCode: '10115',
      city: 'Berlin',
      country: 'DE',
    };
    const placed = await caller.post(`${checkoutUrl}/api/checkout/v1/orders`, headers, {
      holdIds: [holdId],
      address,
    });
    const order = placed.body as { orderId: string; payment: { clientSecret: string | null } };
    if (placed.status !== 201 || !order.payment.clientSecret) return undefined;
    const secret = order.payment.clientSecret;
    const id = secret.split('_secret_')[0];
    const confirmed = await caller.post(
      `${sandboxUrl}/api/payments-sandbox/v1/payment_intents/${id}/confirm`,
      { authorization: `Bearer ${keys.publishableKey}` },
      new URLSearchParams({
        client_secret: secret,
        'payment_method_data[type]': 'card',
        'payment_method_data[card][number]': '4242424242424242',
      }).toString(),
    );
    return confirmed.status === 200 ? order.orderId : undefined;
  }

  await Promise.all(Array.from({ length: CONNECTIONS }, worker));
  const until = performance.now() + PAID_TIMEOUT_MS;
  const missing = (): boolean => [...begun.keys()].some((orderId) => !paidAt.has(orderId));
  while (missing() && performance.now() < until) await new Promise((resolve) => setTimeout(resolve, 5));
  caller.close();
  const latencies = [...begun].flatMap(([orderId, at]) => {
    const paid = paidAt.get(orderId);
    return paid === undefined ? [] : [paid - at];
  });
  const last = Math.max(started, ...[...begun.keys()].map((orderId) => paidAt.get(orderId) ?? 0));
  return { placed: begun.size, refused, elapsedMs: last - started, latencies };
}

interface CpuSeconds {
  checkout: number;
  sandbox: number;
  postgres: number;
}

/** Processor time that each part used so far. */
async function cpuSeconds({ checkoutUrl, sandboxUrl, postgresPid }: World): Promise<CpuSeconds> {
  const [checkout = 0, sandbox = 0] = await Promise.all(
    [checkoutUrl, sandboxUrl].map(async (url) => {
      const text = await (await fetch(`${url}/metrics`)).text();
      return Number(/^process_cpu_seconds_total\S* ([\d.e+-]+)/m.exec(text)?.[1] ?? 0);
    }),
  );
  return { checkout, sandbox, postgres: familyCpuSeconds(postgresPid) };
}

async function audit({ query }: World, shop: Shop): Promise<{ oversold: number; paidButNotSold: number }> {
  const [sold] = await query<{ amount: number }>(
    'SELECT amount FROM balances WHERE variant_id = $1 AND account = $2',
    [shop.variantId, `sold:${shop.shelfId}`],
  );
  const [paid] = await query<{ count: number }>(
    "SELECT count(*) FROM orders WHERE shop_id = $1 AND state = 'paid'",
    [shop.shopId],
  );
  const soldUnits = sold?.amount ?? 0;
  const paidOrders = Number(paid?.count ?? 0);
  return {
    oversold: Math.max(0, soldUnits - ORDERS - WARMUP),
    paidButNotSold: Math.max(0, paidOrders - soldUnits),
  };
}

function quantile(values: number[], q: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? 0;
}
