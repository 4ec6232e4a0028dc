import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Identity, OrderView } from '#contracts';
import type { PaymentProvider } from '#payments';
import { failpoints } from '../src/failpoints.ts';
import {
  atProvider,
  eventually,
  newBuyer,
  runOut,
  shelf,
  startPurchases,
  type PurchaseHarness,
  type StockedShop,
} from './purchase-harness.ts';

/** A busy machine is slow; nothing here depends on speed. */
jest.setTimeout(60_000);

let h: PurchaseHarness;
/** While true the provider's cancel is a lie: it says `voided` and does nothing. */
let lying = true;

beforeAll(async () => {
  h = await startPurchases({ doubles: { wrapProvider: lyingProvider } });
}, 120_000);
afterAll(() => h.stop(), 30_000);

/** Stands for every way in which money can come after a verdict, e.g. a verdict read from a restored database. */
function lyingProvider(real: PaymentProvider): PaymentProvider {
  return new Proxy(real, {
    get(target, name) {
      if (name === 'cancelPayment' && lying) return async () => ({ code: 'voided' });
      const value = Reflect.get(target, name) as unknown;
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}

/** An order whose goods were given back, and whose buyer pays only now. */
async function paidTooLate(
  shop: StockedShop,
  before: () => Promise<void> = async () => undefined,
): Promise<{ order: OrderView; buyer: Identity }> {
  lying = true;
  const buyer = newBuyer();
  const order = await h.order(shop, buyer);
  await runOut(h.app, order.orderId);
  await h.until(order.orderId, buyer, 'expired');
  lying = false;
  await before();
  await h.sandbox.pay(order.payment.clientSecret ?? '');
  return { order, buyer };
}

async function lateRecord(orderId: string): Promise<string | undefined> {
  const [row] = await h.app.query<{ outcome: string | null }>(
    'SELECT outcome FROM late_payments l JOIN payments p ON p.id = l.payment_id WHERE p.order_id = $1',
    [orderId],
  );
  return row?.outcome ?? undefined;
}

describe('money that comes after its goods were given back', () => {
  it('buys them again while they are there', async () => {
    const shop = await h.stocked(1);
    const { order, buyer } = await paidTooLate(shop);
    await h.until(order.orderId, buyer, 'paid');
    expect(await lateRecord(order.orderId)).toBe('sold');
    expect(await shelf(h.app, shop)).toEqual({ available: 0, held: 0, sold: 1 });
    expect(await atProvider(h, order.orderId)).toMatchObject({ status: 'succeeded' });
  });

  it('goes back untaken when somebody else has them', async () => {
    const shop = await h.stocked(1);
    const { order, buyer } = await paidTooLate(shop, async () => void (await h.hold(shop, newBuyer())));
    expect(await eventually(() => lateRecord(order.orderId))).toBe('voided');
    expect(await h.see(order.orderId, buyer)).toMatchObject({ state: 'expired' });
    expect(await atProvider(h, order.orderId)).toMatchObject({ status: 'canceled', amount_received: 0 });
    expect(await shelf(h.app, shop)).toEqual({ available: 0, held: 1, sold: 0 });
  });

  it('is settled once, however often and wherever it is heard of', async () => {
    const shop = await h.stocked(1);
    const { order } = await paidTooLate(shop);
    await Promise.all([1, 2, 3, 4].map(() => h.app.orders.refresh(order.payment.paymentId)));
    expect(await eventually(() => lateRecord(order.orderId))).toBe('sold');
    expect(await shelf(h.app, shop)).toEqual({ available: 0, held: 0, sold: 1 });
  });
});

describe('money of a method that is taken at once', () => {
  let automatic: PurchaseHarness;

  beforeAll(async () => {
    automatic = await startPurchases({ settings: { PAYMENT_CAPTURE: 'automatic' } });
  }, 60_000);
  afterAll(() => automatic.stop(), 30_000);

  it('sells without a capture of its own', async () => {
    const shop = await automatic.stocked(1);
    const buyer = newBuyer();
    const order = await automatic.order(shop, buyer);
    await automatic.sandbox.pay(order.payment.clientSecret ?? '');
    await automatic.until(order.orderId, buyer, 'paid');
    expect(await shelf(automatic.app, shop)).toEqual({ available: 0, held: 0, sold: 1 });
  });

  it('is refunded in full, once, when its goods are gone', async () => {
    const shop = await automatic.stocked(1);
    const buyer = newBuyer();
    const order = await automatic.order(shop, buyer);
    // A stop of the sale gave the units of this order back while its buyer was paying.
    await automatic.app.parts.settle.releaseHolds(await holdsOf(automatic, order.orderId), 'sale_stopped');
    await automatic.hold(shop, newBuyer());
    await automatic.sandbox.pay(order.payment.clientSecret ?? '');
    await eventually(async () => (await automatic.see(order.orderId, buyer)).payment.state === 'refunded');
    await Promise.all([1, 2, 3].map(() => automatic.app.orders.refresh(order.payment.paymentId)));
    expect(await automatic.see(order.orderId, buyer)).toMatchObject({
      state: 'cancelled',
      refunds: [{ amount: 1_000, reason: 'late_payment', state: 'succeeded' }],
    });
  });

  it('beats a cancel that came too late', async () => {
    const shop = await automatic.stocked(1);
    const buyer = newBuyer();
    const order = await automatic.order(shop, buyer);
    failpoints.set('cancel.won', async () => {
      failpoints.delete('cancel.won');
      await automatic.sandbox.pay(order.payment.clientSecret ?? '');
    });
    await runOut(automatic.app, order.orderId);
    await automatic.until(order.orderId, buyer, 'paid');
    expect(await shelf(automatic.app, shop)).toEqual({ available: 0, held: 0, sold: 1 });
  });
});

async function holdsOf(
  harness: PurchaseHarness,
  orderId: string,
): Promise<{ holdId: string; buyerId: string }[]> {
  return harness.app.query('SELECT id AS "holdId", buyer_id AS "buyerId" FROM holds WHERE order_id = $1', [
    orderId,
  ]);
}
