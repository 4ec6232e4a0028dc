import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { listen, type Consumer } from '#bus';
import { orderMovedUp, orderPayable, orderPlaced, type Identity, type OrderView } from '#contracts';
import { createLogger } from '#process';
import {
  eventually,
  newBuyer,
  placeOrder,
  startPurchases,
  type PurchaseHarness,
  type StockedShop,
} from './purchase-harness.ts';

/** A busy machine is slow; nothing here depends on speed. */
jest.setTimeout(60_000);

const BUYERS = 40;

let h: PurchaseHarness;
let shop: StockedShop;

beforeAll(async () => {
  h = await startPurchases({ settings: { ORDER_SLOTS: '2', ORDER_QUEUE_LIMIT: '60' } });
  shop = await h.stocked(200);
}, 120_000);
afterAll(() => h.stop(), 30_000);

interface Placed {
  buyer: Identity;
  status: number;
  order: OrderView;
}

async function rush(buyers: number): Promise<Placed[]> {
  const people = Array.from({ length: buyers }, () => newBuyer());
  const holds = await Promise.all(people.map((buyer) => h.hold(shop, buyer)));
  return Promise.all(
    people.map(async (buyer, index) => {
      const placed = await placeOrder(h.app, buyer, [holds[index] ?? '']);
      if (!placed.ok) throw new Error(placed.problem.code);
      return { buyer, status: placed.status, order: placed.body };
    }),
  );
}

const slowProvider = (delayMs: number, times: number) =>
  h.sandbox.control('faults', {
    call: 'payment_intents.create',
    when: 'before',
    how: 'delay',
    delayMs,
    times,
  });

describe('a rush of buyers (protocol 9)', () => {
  it('takes every order, tells each its place, and serves them all', async () => {
    const told: { orderId: string; place: number | null }[] = [];
    const payable = new Set<string>();
    const ears: Consumer = listen({
      bus: h.app.parts.bus,
      events: [orderMovedUp, orderPayable, orderPlaced],
      logger: createLogger({ process: 'test', level: 'silent' }),
      handle: (event) => {
        if (event.type === 'checkout.order_moved_up')
          told.push({ orderId: event.aggregateId, place: event.data.queuePosition });
        if (event.type === 'checkout.order_payable') payable.add(event.aggregateId);
      },
    });
    await slowProvider(150, BUYERS);
    const placed = await rush(BUYERS);
    const inLine = placed.filter((one) => one.status === 202);
    expect(placed.filter((one) => one.status === 201).length).toBeGreaterThan(0);
    expect(inLine.length).toBeGreaterThan(BUYERS / 2);
    for (const { order } of inLine) expect(order.queuePosition).toBeGreaterThan(0);
    expect(new Set(inLine.map(({ order }) => order.orderId)).size).toBe(inLine.length);

    for (const { buyer, order } of placed) {
      await eventually(async () => {
        const seen = await h.see(order.orderId, buyer);
        return seen.payment.clientSecret !== null && seen.queuePosition === null;
      });
    }
    await eventually(async () => told.length > 0 && payable.size > 0);
    expect(told.every(({ place }) => place !== null && place > 0)).toBe(true);
    await ears.stop();
  }, 120_000);

  it('loses nobody when the process is restarted with people in line', async () => {
    await slowProvider(400, 15);
    const placed = await rush(15);
    expect(placed.some((one) => one.status === 202)).toBe(true);
    await h.restart();
    for (const { buyer, order } of placed) {
      await eventually(async () => {
        await h.app.query(
          "UPDATE payment_jobs SET run_at = clock_timestamp() WHERE run_at > clock_timestamp() + interval '5 seconds'",
        );
        return (await h.see(order.orderId, buyer)).payment.clientSecret !== null;
      }, 20_000);
    }
    const first = placed[0];
    if (!first) throw new Error('nobody came');
    const { payment } = await h.see(first.order.orderId, first.buyer);
    await h.sandbox.pay(payment.clientSecret ?? '');
    await h.until(first.order.orderId, first.buyer, 'paid');
  }, 40_000);

  it('says so when the line is as long as it may be, and takes nothing', async () => {
    await slowProvider(3_000, 200);
    const placed = await rush(70);
    expect(placed.length).toBe(70);
    await eventually(async () => h.app.orders.queue.full);
    const buyer = newBuyer();
    const holdId = await h.hold(shop, buyer);
    expect(await placeOrder(h.app, buyer, [holdId])).toMatchObject({
      ok: false,
      status: 503,
      problem: { code: 'orders_saturated' },
    });
    const [hold] = await h.app.query<{ state: string }>('SELECT state FROM holds WHERE id = $1', [holdId]);
    expect(hold?.state).toBe('held');
    await fetch(`${h.sandbox.url}/_sandbox/faults`, {
      method: 'DELETE',
      headers: { authorization: `Bearer ${h.sandbox.keys.secretKey}` },
    });
  }, 120_000);
});
