import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { emergencyStopEndpoint, placeOrderEndpoint, startSaleEndpoint } from '#contracts';
import { newId } from '#process';
import { failpoints } from '../src/failpoints.ts';
import { patiently } from './checkout-harness.ts';
import {
  ADDRESS,
  atProvider,
  eventually,
  newBuyer,
  shelf,
  startPurchases,
  type PurchaseHarness,
  type StockedShop,
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

const stop = (shop: StockedShop) =>
  patiently(
    h.app,
    emergencyStopEndpoint,
    { params: { saleId: shop.shelfId }, body: { commandId: newId(), reason: 'wrong price' } },
    shop.owner,
  );

describe('an emergency stop', () => {
  it('lets unpaid orders go at once, long before their time is up', async () => {
    const shop = await h.stocked(2);
    const buyer = newBuyer();
    const order = await h.order(shop, buyer);
    expect(await stop(shop)).toMatchObject({ ok: true, body: { state: 'stopped' } });
    const ended = await h.until(order.orderId, buyer, 'cancelled');
    expect(ended).toMatchObject({ reason: 'sale_stopped', payment: { state: 'voided', clientSecret: null } });
    expect(await atProvider(h, order.orderId)).toMatchObject({ status: 'canceled' });
    expect(await shelf(h.app, shop)).toEqual({ available: 2, held: 0, sold: 0 });
  });

  it('gives an authorisation back that nobody has heard of yet', async () => {
    await h.sandbox.control('webhooks', { drop: 1 });
    const shop = await h.stocked(1);
    const buyer = newBuyer();
    const order = await h.order(shop, buyer);
    await h.sandbox.pay(order.payment.clientSecret ?? '');
    await stop(shop);
    await h.until(order.orderId, buyer, 'cancelled');
    expect(await atProvider(h, order.orderId)).toMatchObject({ status: 'canceled', amount_received: 0 });
    expect(await shelf(h.app, shop)).toEqual({ available: 1, held: 0, sold: 0 });
  });

  it('comes too late for what was sold before', async () => {
    const shop = await h.stocked(2);
    const buyer = newBuyer();
    const order = await h.order(shop, buyer);
    await h.sandbox.pay(order.payment.clientSecret ?? '');
    await h.until(order.orderId, buyer, 'paid');
    await stop(shop);
    expect(await h.app.orders.sweep.sweep()).toBe(0);
    expect((await h.see(order.orderId, buyer)).state).toBe('paid');
    expect(await shelf(h.app, shop)).toEqual({ available: 1, held: 0, sold: 1 });
  });

  it('refuses an order whose holds are pinned in that moment', async () => {
    const shop = await h.stocked(1);
    const buyer = newBuyer();
    const holdIds = [await h.hold(shop, buyer)];
    failpoints.set('pin.pinned', async () => {
      failpoints.delete('pin.pinned');
      expect(await stop(shop)).toMatchObject({ ok: true });
    });
    const request = { headers: { 'idempotency-key': newId() }, body: { holdIds, address: ADDRESS } };
    const refused = await h.app.call(placeOrderEndpoint, request, buyer);
    expect(refused).toMatchObject({ ok: false, problem: { code: 'hold_ended' } });
    expect(await shelf(h.app, shop)).toEqual({ available: 1, held: 0, sold: 0 });
  });

  it('of a shelf ends when its shop opens it again', async () => {
    const shop = await h.stocked(1);
    await stop(shop);
    await expect(h.hold(shop, newBuyer())).rejects.toThrow('sale_closed');
    const open = { params: { saleId: shop.shelfId }, body: { commandId: newId() } };
    expect(await patiently(h.app, startSaleEndpoint, open, shop.owner)).toMatchObject({
      ok: true,
      body: { state: 'open' },
    });
    const buyer = newBuyer();
    const order = await h.order(shop, buyer);
    await h.sandbox.pay(order.payment.clientSecret ?? '');
    await h.until(order.orderId, buyer, 'paid');
    await eventually(async () => (await shelf(h.app, shop)).sold === 1);
  });
});
