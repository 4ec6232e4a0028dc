import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { cancelOrderEndpoint, refreshPaymentEndpoint } from '#contracts';
import { TEST_CARDS } from '#testing';
import { failpoints } from '../src/failpoints.ts';
import { dieOnceAt, onceAt } from './act-at-failpoint.ts';
import {
  atProvider,
  eventually,
  newBuyer,
  placeOrder,
  runOut,
  shelf,
  startPurchases,
  type PurchaseHarness,
} from './purchase-harness.ts';

/** A busy machine is slow; nothing here depends on speed. */
jest.setTimeout(60_000);

let h: PurchaseHarness;

beforeAll(async () => {
  h = await startPurchases();
}, 120_000);
afterAll(() => h.stop(), 30_000);
afterEach(async () => {
  failpoints.clear();
  await h.sandbox.control('webhooks', {});
});

/** Lets workers take jobs whose lease would run on for seconds. */
async function endLeases(): Promise<void> {
  await h.app.query('UPDATE payment_jobs SET run_at = clock_timestamp()');
}

const quiet = () => h.sandbox.control('webhooks', { drop: 1 });

describe('protocol 1: holds become an order', () => {
  it('keeps the units of an order that waits for its money, however long its hold was', async () => {
    const shop = await h.stocked(1);
    const buyer = newBuyer();
    const order = await h.order(shop, buyer);
    await h.app.query(
      "UPDATE holds SET expires_at = clock_timestamp() - interval '1 minute' WHERE order_id = $1",
      [order.orderId],
    );
    await expect(h.hold(shop, newBuyer())).rejects.toThrow('sold_out');
    await h.sandbox.pay(order.payment.clientSecret ?? '');
    await h.until(order.orderId, buyer, 'paid');
    expect(await shelf(h.app, shop)).toEqual({ available: 0, held: 0, sold: 1 });
  });

  it('makes one payment although the process dies before it can write it down', async () => {
    const shop = await h.stocked(1);
    const buyer = newBuyer();
    dieOnceAt('payment.made');
    const order = await h.order(shop, buyer);
    expect(order).toMatchObject({ queuePosition: 1, payment: { clientSecret: null } });
    const ready = await eventually(async () => {
      const seen = await h.see(order.orderId, buyer);
      return seen.payment.clientSecret !== null && seen;
    });
    const query = encodeURIComponent(`metadata['showfloor_payment_id']:'${order.payment.paymentId}'`);
    const made = await h.sandbox.get<{ data: { client_secret: string }[] }>(
      `payment_intents/search?query=${query}`,
    );
    expect(made.data.map((one) => one.client_secret)).toEqual([ready.payment.clientSecret]);
  });

  it('finds the order of a request whose answer was lost', async () => {
    const shop = await h.stocked(2);
    const buyer = newBuyer();
    const holdIds = [await h.hold(shop, buyer)];
    dieOnceAt('order.placed');
    const lost = await placeOrder(h.app, buyer, holdIds, { key: 'lost-answer' });
    expect(lost).toMatchObject({ ok: false, status: 500 });
    const again = await placeOrder(h.app, buyer, holdIds, { key: 'lost-answer' });
    expect(again.ok).toBe(true);
    const [row] = await h.app.query<{ count: number }>('SELECT count(*) FROM orders WHERE buyer_id = $1', [
      buyer.userId,
    ]);
    expect(Number(row?.count)).toBe(1);
  });

  it('leaves nothing behind when one hold of several is gone', async () => {
    const shop = await h.stocked(2);
    const buyer = newBuyer();
    const [good, gone] = [await h.hold(shop, buyer), await h.hold(shop, buyer)];
    await h.app.query("UPDATE holds SET state = 'expired' WHERE id = $1", [gone]);
    expect(await placeOrder(h.app, buyer, [good, gone])).toMatchObject({
      problem: { code: 'hold_ended', holdId: gone },
    });
    const [row] = await h.app.query<{ state: string }>('SELECT state FROM holds WHERE id = $1', [good]);
    expect(row?.state).toBe('held');
    expect((await placeOrder(h.app, buyer, [good])).ok).toBe(true);
  });
});

describe('protocol 2: pay or cancel, one winner', () => {
  it('sells what was paid although its notice was lost and its time ran out', async () => {
    await quiet();
    const shop = await h.stocked(1);
    const buyer = newBuyer();
    const order = await h.order(shop, buyer);
    await h.sandbox.pay(order.payment.clientSecret ?? '');
    await runOut(h.app, order.orderId);
    await h.app.orders.sweep.sweep();
    expect(await h.until(order.orderId, buyer, 'paid', 'expired')).toMatchObject({ state: 'paid' });
    expect(await atProvider(h, order.orderId)).toMatchObject({ status: 'succeeded' });
  });

  it('gives the goods back only after the provider said that no money will come', async () => {
    const shop = await h.stocked(1);
    const buyer = newBuyer();
    const order = await h.order(shop, buyer);
    const seen = onceAt('cancel.voided', async () => {
      expect(await shelf(h.app, shop)).toEqual({ available: 0, held: 1, sold: 0 });
      expect(await atProvider(h, order.orderId)).toMatchObject({ status: 'canceled' });
    });
    await runOut(h.app, order.orderId);
    await seen;
    expect(await h.until(order.orderId, buyer, 'expired')).toMatchObject({
      reason: 'not_paid_in_time',
      payment: { state: 'voided', clientSecret: null },
    });
    expect(await shelf(h.app, shop)).toEqual({ available: 1, held: 0, sold: 0 });
    expect(await h.sandbox.pay(order.payment.clientSecret ?? '')).toEqual({
      declined: 'payment_intent_unexpected_state',
    });
  });

  it('lets the sale win when the money comes between the look and the cancel', async () => {
    await quiet();
    const shop = await h.stocked(1);
    const buyer = newBuyer();
    const order = await h.order(shop, buyer);
    const paid = onceAt('sweep.seen', async () => {
      await h.sandbox.pay(order.payment.clientSecret ?? '');
      await h.app.call(refreshPaymentEndpoint, { params: { orderId: order.orderId } }, buyer);
    });
    await runOut(h.app, order.orderId);
    await paid;
    await h.app.orders.sweep.stop(); // the round that saw the unpaid payment has ended
    h.app.orders.sweep.start();
    const [payment] = await h.app.query<{ decision: string }>(
      'SELECT decision FROM payments WHERE order_id = $1',
      [order.orderId],
    );
    expect(payment?.decision).toBe('committed');
    expect(await h.until(order.orderId, buyer, 'paid', 'expired')).toMatchObject({ state: 'paid' });
    expect(await shelf(h.app, shop)).toEqual({ available: 0, held: 0, sold: 1 });
    expect(await atProvider(h, order.orderId)).toMatchObject({ status: 'succeeded' });
  });

  it('lets the cancel win when it came first, whoever hears of the money then', async () => {
    const shop = await h.stocked(1);
    const buyer = newBuyer();
    const order = await h.order(shop, buyer);
    const authorized = onceAt('cancel.won', async () => {
      await h.sandbox.pay(order.payment.clientSecret ?? '');
      const [payment] = await h.app.query<{ decision: string }>(
        'SELECT decision FROM payments WHERE order_id = $1',
        [order.orderId],
      );
      expect(payment?.decision).toBe('cancelling');
    });
    await h.app.query('UPDATE payments SET pay_by = clock_timestamp() WHERE order_id = $1', [order.orderId]);
    const cancelled = h.app.call(
      cancelOrderEndpoint,
      { params: { orderId: order.orderId }, body: {} },
      buyer,
    );
    await authorized;
    expect(await cancelled).toMatchObject({ body: { state: 'cancelled' } });
    expect(await atProvider(h, order.orderId)).toMatchObject({ status: 'canceled', amount_received: 0 });
    expect(await shelf(h.app, shop)).toEqual({ available: 1, held: 0, sold: 0 });
  });

  it.each(['cancel.won', 'cancel.voided'] as const)('finishes a cancel that died at %s', async (point) => {
    const shop = await h.stocked(1);
    const buyer = newBuyer();
    const order = await h.order(shop, buyer);
    dieOnceAt(point);
    await runOut(h.app, order.orderId);
    await eventually(async () => !failpoints.has(point));
    await h.app.query('UPDATE payments SET check_at = clock_timestamp() WHERE order_id = $1', [
      order.orderId,
    ]);
    await h.until(order.orderId, buyer, 'expired');
    expect(await shelf(h.app, shop)).toEqual({ available: 1, held: 0, sold: 0 });
  });

  it('waits for a slow bank, and sells when it says yes', async () => {
    const shop = await h.stocked(1);
    const buyer = newBuyer();
    const order = await h.order(shop, buyer);
    await h.sandbox.pay(order.payment.clientSecret ?? '', TEST_CARDS.slow);
    await runOut(h.app, order.orderId);
    await eventually(async () => (await h.see(order.orderId, buyer)).payment.state === 'processing');
    await h.app.orders.sweep.sweep();
    expect(await shelf(h.app, shop)).toEqual({ available: 0, held: 1, sold: 0 });
    await h.sandbox.control('clock', { seconds: 11 });
    await h.until(order.orderId, buyer, 'paid');
  });

  it('asks again when the provider is away, and releases nothing meanwhile', async () => {
    const shop = await h.stocked(1);
    const buyer = newBuyer();
    const order = await h.order(shop, buyer);
    await h.sandbox.control('faults', {
      call: 'payment_intents.retrieve',
      when: 'before',
      times: 3,
      status: 503,
    });
    await runOut(h.app, order.orderId);
    await eventually(async () => {
      const [payment] = await h.app.query<{ checks: number }>(
        'SELECT checks FROM payments WHERE order_id = $1',
        [order.orderId],
      );
      return (payment?.checks ?? 0) > 0;
    });
    expect(await shelf(h.app, shop)).toEqual({ available: 0, held: 1, sold: 0 });
    await eventually(async () => {
      await h.app.query(
        "UPDATE payments SET check_at = clock_timestamp() WHERE order_id = $1 AND decision IN ('open', 'cancelling')",
        [order.orderId],
      );
      return (await h.see(order.orderId, buyer)).state === 'expired';
    });
    expect(await shelf(h.app, shop)).toEqual({ available: 1, held: 0, sold: 0 });
  });
});

describe('protocol 3: sell, then take the money', () => {
  it.each(['commit.done', 'capture.answered'] as const)(
    'takes the money once when the process dies at %s',
    async (point) => {
      const shop = await h.stocked(1);
      const buyer = newBuyer();
      const order = await h.order(shop, buyer);
      dieOnceAt(point);
      await h.sandbox.pay(order.payment.clientSecret ?? '');
      await h.until(order.orderId, buyer, 'committed', 'paid');
      await eventually(async () => {
        await endLeases();
        return (await h.see(order.orderId, buyer)).state === 'paid';
      });
      expect(await atProvider(h, order.orderId)).toMatchObject({
        status: 'succeeded',
        amount_received: 1_000,
      });
      expect(await shelf(h.app, shop)).toEqual({ available: 0, held: 0, sold: 1 });
    },
  );

  it('calls an order paid only when the money was taken', async () => {
    const shop = await h.stocked(1);
    const buyer = newBuyer();
    const order = await h.order(shop, buyer);
    const between = onceAt('commit.done', async () => {
      expect(await h.see(order.orderId, buyer)).toMatchObject({ state: 'committed', paidAt: null });
      expect(await atProvider(h, order.orderId)).toMatchObject({ status: 'requires_capture' });
    });
    await h.sandbox.pay(order.payment.clientSecret ?? '');
    await between;
    await h.until(order.orderId, buyer, 'paid');
  });

  it('takes the goods back when the money cannot be taken, and leaves no authorisation', async () => {
    const shop = await h.stocked(1);
    const buyer = newBuyer();
    const order = await h.order(shop, buyer);
    await h.sandbox.pay(order.payment.clientSecret ?? '', TEST_CARDS.captureFails);
    expect(await h.until(order.orderId, buyer, 'payment_failed')).toMatchObject({ reason: 'capture_failed' });
    expect(await atProvider(h, order.orderId)).toMatchObject({ status: 'canceled', amount_received: 0 });
    expect(await shelf(h.app, shop)).toEqual({ available: 1, held: 0, sold: 0 });
    const next = await h.order(shop, newBuyer());
    expect(next.state).toBe('placed');
  });

  it('captures although the provider keeps a failure of its own under the key', async () => {
    const shop = await h.stocked(1);
    const buyer = newBuyer();
    const order = await h.order(shop, buyer);
    await h.sandbox.control('faults', { call: 'payment_intents.capture', when: 'stored' });
    await h.sandbox.pay(order.payment.clientSecret ?? '');
    await eventually(async () => {
      await endLeases();
      return (await h.see(order.orderId, buyer)).state === 'paid';
    });
    expect(await atProvider(h, order.orderId)).toMatchObject({ amount_received: 1_000 });
  });
});
