import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import {
  getStockEndpoint,
  listOrderEntriesEndpoint,
  listShopOrdersEndpoint,
  refreshPaymentEndpoint,
} from '#contracts';
import { TEST_CARDS } from '#testing';
import {
  newBuyer,
  placeOrder,
  startPurchases,
  type PurchaseHarness,
  type StockedShop,
} from './purchase-harness.ts';

/** A busy machine is slow; nothing here depends on speed. */
jest.setTimeout(60_000);

let h: PurchaseHarness;
let shop: StockedShop;

beforeAll(async () => {
  h = await startPurchases();
  shop = await h.stocked(100);
}, 120_000);
afterAll(() => h.stop(), 30_000);

describe('a purchase', () => {
  it('goes from hold to paid, with the goods sold and the money taken', async () => {
    const buyer = newBuyer();
    const before = await stock();
    const order = await h.order(shop, buyer, 2);
    expect(order).toMatchObject({
      state: 'placed',
      totals: { currency: 'EUR', items: 2_000, total: 2_000, taxRateBp: 1_900, taxIncluded: true, tax: 319 },
      payment: { state: 'created', amount: 2_000, capturedAmount: 0 },
      queuePosition: null,
    });
    expect(order.number).toMatch(/^SF-\d+$/);
    expect(order.payment.clientSecret).toMatch(/^pi_\w+_secret_\w+$/);
    expect(await stock()).toMatchObject({ held: before.held + 2, sold: before.sold });

    await h.sandbox.pay(order.payment.clientSecret ?? '');
    const paid = await h.until(order.orderId, buyer, 'paid');
    expect(paid).toMatchObject({ payment: { state: 'captured', capturedAmount: 2_000, clientSecret: null } });
    expect(await stock()).toMatchObject({ held: before.held, sold: before.sold + 2 });
    const timeline = await h.app.call(
      listOrderEntriesEndpoint,
      { params: { orderId: order.orderId } },
      buyer,
    );
    expect(timeline.ok && timeline.body.items.map((entry) => entry.kind)).toEqual([
      'placed',
      'committed',
      'paid',
    ]);
  });

  it('says at once what the provider says when the page asks', async () => {
    const buyer = newBuyer();
    await h.sandbox.control('webhooks', { paused: true });
    const order = await h.order(shop, buyer);
    await h.sandbox.pay(order.payment.clientSecret ?? '');
    const asked = await h.app.call(refreshPaymentEndpoint, { params: { orderId: order.orderId } }, buyer);
    expect(asked).toMatchObject({ ok: true, body: { state: 'paid' } });
    await h.sandbox.control('webhooks', {});
  });

  it('tells of a refused card and takes another one', async () => {
    const buyer = newBuyer();
    const order = await h.order(shop, buyer);
    const secret = order.payment.clientSecret ?? '';
    expect(await h.sandbox.pay(secret, TEST_CARDS.insufficientFunds)).toEqual({
      declined: 'insufficient_funds',
    });
    const asked = await h.app.call(refreshPaymentEndpoint, { params: { orderId: order.orderId } }, buyer);
    expect(asked).toMatchObject({
      body: { state: 'placed', payment: { state: 'failed', failure: { code: 'insufficient_funds' } } },
    });
    await h.sandbox.pay(secret);
    expect(await h.until(order.orderId, buyer, 'paid')).toMatchObject({ payment: { failure: null } });
  });

  it('gives the same order to a repeated request, and refuses the key for another one', async () => {
    const buyer = newBuyer();
    const holdIds = [await h.hold(shop, buyer)];
    const key = 'the-same-key-1';
    const first = await placeOrder(h.app, buyer, holdIds, { key });
    const second = await placeOrder(h.app, buyer, holdIds, { key });
    expect(second.ok && first.ok && second.body.orderId === first.body.orderId).toBe(true);
    const other = await placeOrder(h.app, buyer, holdIds, { key, shipping: 'express' });
    expect(other).toMatchObject({ ok: false, problem: { code: 'idempotency_key_reused' } });
    const again = await placeOrder(h.app, buyer, holdIds);
    expect(again).toMatchObject({
      ok: false,
      problem: { code: 'hold_in_order', orderId: first.ok ? first.body.orderId : '' },
    });
  });

  it('shows an order to its buyer and its shop, and to nobody else', async () => {
    const buyer = newBuyer();
    const order = await h.order(shop, buyer);
    expect((await h.see(order.orderId, shop.owner)).payment.clientSecret).toBeNull();
    await expect(h.see(order.orderId, newBuyer())).rejects.toThrow('order_not_found');
    const params = { shopId: shop.shopId };
    const search = { search: order.number.toLowerCase() };
    const found = await h.app.call(listShopOrdersEndpoint, { params, query: search }, shop.owner);
    expect(found.ok && found.body.items.map((one) => one.orderId)).toEqual([order.orderId]);
    const stranger = await h.app.call(listShopOrdersEndpoint, { params, query: {} }, newBuyer());
    expect(stranger).toMatchObject({ ok: false, problem: { code: 'forbidden' } });
  });

  it("refuses another buyer's hold and pins nothing", async () => {
    const buyer = newBuyer();
    const mine = await h.hold(shop, buyer);
    const theirs = await h.hold(shop, newBuyer());
    const refused = await placeOrder(h.app, buyer, [mine, theirs]);
    expect(refused).toMatchObject({ ok: false, problem: { code: 'hold_not_found', holdId: theirs } });
    expect((await placeOrder(h.app, buyer, [mine])).ok).toBe(true);
  });
});

async function stock() {
  const params = { shopId: shop.shopId, variantId: shop.variantId };
  const seen = await h.app.call(getStockEndpoint, { params }, shop.owner);
  if (!seen.ok) throw new Error(seen.problem.code);
  return seen.body;
}
