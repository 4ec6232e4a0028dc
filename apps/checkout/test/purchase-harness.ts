import {
  getOrderEndpoint,
  placeHoldsEndpoint,
  placeOrderEndpoint,
  receiveStockEndpoint,
  type Address,
  type Identity,
  type OrderStage,
  type OrderView,
} from '#contracts';
import { newId } from '#process';
import { createDatabase, freePort, type startRedis } from '#servers';
import { startPaymentsSandbox, type PaymentsSandbox } from '#testing';
import type { CheckoutDoubles } from '../src/start-checkout.ts';
import {
  eventually,
  newBuyer,
  startHarness,
  startServers,
  type CheckoutHarness,
  type CheckoutServers,
  type SeededShop,
} from './checkout-harness.ts';

export const ADDRESS: Address = {
  name: 'Ada Buyer',
  line1: 'Street 1',
  postalCode: '10115',
  city: 'Berlin',
  country: 'DE',
};

export type StockedShop = SeededShop & { variantId: string };

/** Checkout, its servers and the payments sandbox, with what a purchase consists of. */
export interface PurchaseHarness {
  servers: CheckoutServers;
  sandbox: PaymentsSandbox;
  app: CheckoutHarness;
  /** Starts checkout anew on the same address. */
  restart(settings?: Record<string, string>): Promise<void>;
  stocked(units: number): Promise<StockedShop>;
  /** Holds `quantity` units of the shop's shelf; gives the hold's id. */
  hold(shop: StockedShop, buyer: Identity, quantity?: number): Promise<string>;
  /** Makes an order of a fresh hold. */
  order(shop: StockedShop, buyer: Identity, quantity?: number): Promise<OrderView>;
  /** The order as its buyer sees it. */
  see(orderId: string, buyer: Identity): Promise<OrderView>;
  /** Waits until the order is in one of `states`. */
  until(orderId: string, buyer: Identity, ...states: OrderStage[]): Promise<OrderView>;
  stop(): Promise<void>;
}

export interface PurchaseOptions {
  settings?: Record<string, string>;
  doubles?: CheckoutDoubles;
  redis?: Parameters<typeof startRedis>[0];
}

export async function startPurchases(options: PurchaseOptions = {}): Promise<PurchaseHarness> {
  const [servers, sandboxDatabase, port, sandboxPort] = await Promise.all([
    startServers(options.redis),
    createDatabase('payments_sandbox'),
    freePort(),
    freePort(),
  ]);
  const sandbox = await startPaymentsSandbox({
    databaseUrl: sandboxDatabase,
    port: sandboxPort,
    checkoutUrl: `http://127.0.0.1:${port}`,
  });
  const fixed = { PORT: String(port), PAYMENTS_URL: sandbox.url, ...options.settings };
  const start = (settings: Record<string, string> = {}) =>
    startHarness(servers, { ...fixed, ...settings }, options.doubles);
  const harness: PurchaseHarness = {
    servers,
    sandbox,
    app: await start(),
    async restart(settings) {
      await harness.app.stop();
      harness.app = await start(settings);
    },
    stocked: (units) => stocked(harness.app, units),
    hold: (shop, buyer, quantity = 1) => placeHold(harness.app, shop, buyer, quantity),
    async order(shop, buyer, quantity = 1) {
      const placed = await placeOrder(harness.app, buyer, [await harness.hold(shop, buyer, quantity)]);
      if (!placed.ok) throw new Error(`the order was refused: ${JSON.stringify(placed.problem)}`);
      return placed.body;
    },
    async see(orderId, buyer) {
      const seen = await harness.app.call(getOrderEndpoint, { params: { orderId } }, buyer);
      if (!seen.ok) throw new Error(`the order cannot be seen: ${seen.problem.code}`);
      return seen.body;
    },
    until: (orderId, buyer, ...states) =>
      eventually(async () => {
        const order = await harness.see(orderId, buyer);
        return states.includes(order.state) && order;
      }),
    async stop() {
      await harness.app.stop();
      await sandbox.stop();
      await servers.stop();
    },
  };
  return harness;
}

async function stocked(app: CheckoutHarness, units: number): Promise<StockedShop> {
  const shop = await app.seedShop();
  const variantId = shop.variants[0]?.variantId ?? '';
  const received = await app.call(
    receiveStockEndpoint,
    { params: { shopId: shop.shopId, variantId }, body: { changeId: newId(), quantity: units } },
    shop.owner,
  );
  if (!received.ok) throw new Error(`stock was refused: ${received.problem.code}`);
  return { ...shop, variantId };
}

async function placeHold(
  app: CheckoutHarness,
  shop: StockedShop,
  buyer: Identity,
  quantity: number,
): Promise<string> {
  const hold = { holdId: newId(), saleId: shop.shelfId, lines: [{ variantId: shop.variantId, quantity }] };
  const placed = await app.call(placeHoldsEndpoint, { body: { holds: [hold] } }, buyer);
  if (!placed.ok) throw new Error(`the hold was refused: ${placed.problem.code}`);
  return hold.holdId;
}

/** `POST /v1/orders` with a key of its own unless given. */
export function placeOrder(
  app: CheckoutHarness,
  buyer: Identity,
  holdIds: string[],
  more: { key?: string; address?: Address; showId?: string; shipping?: 'standard' | 'express' } = {},
) {
  return app.call(
    placeOrderEndpoint,
    {
      headers: { 'idempotency-key': more.key ?? newId() },
      body: { holdIds, address: more.address ?? ADDRESS, shipping: more.shipping, showId: more.showId },
    },
    buyer,
  );
}

/** Makes the time of an order's payment run out. */
export async function runOut(app: CheckoutHarness, orderId: string): Promise<void> {
  await app.query(
    'UPDATE payments SET pay_by = clock_timestamp(), check_at = clock_timestamp() WHERE order_id = $1',
    [orderId],
  );
}

/** Where the provider says the payment of an order stands. */
export async function atProvider(h: PurchaseHarness, orderId: string) {
  const [row] = await h.app.query<{ id: string }>(
    'SELECT provider_id AS id FROM payments WHERE order_id = $1',
    [orderId],
  );
  return h.sandbox.get<{ id: string; status: string; amount_received: number }>(
    `payment_intents/${row?.id ?? ''}`,
  );
}

/** Counters of a shop's first variant on its shelf, as Postgres has them. */
export async function shelf(app: CheckoutHarness, shop: StockedShop) {
  const rows = await app.query<{ account: string; amount: number }>(
    'SELECT account, amount FROM balances WHERE variant_id = $1',
    [shop.variantId],
  );
  const amount = (account: string) => rows.find((row) => row.account === account)?.amount ?? 0;
  return {
    available: amount(`sale:${shop.shelfId}`),
    held: amount(`held:${shop.shelfId}`),
    sold: amount(`sold:${shop.shelfId}`),
  };
}

export { eventually, newBuyer };
