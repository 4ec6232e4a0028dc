import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import {
  cancelOrderEndpoint,
  fulfilOrderEndpoint,
  listOrderEntriesEndpoint,
  refundOrderEndpoint,
  setShippingRatesEndpoint,
  userErased,
  type Identity,
  type OrderView,
} from '#contracts';
import { makeEvent } from '#bus';
import { newId } from '#process';
import { TEST_CARDS } from '#testing';
import {
  ADDRESS,
  atProvider,
  eventually,
  newBuyer,
  placeOrder,
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

interface Paid {
  shop: StockedShop;
  buyer: Identity;
  order: OrderView;
  lineId: string;
}

async function paidOrder(units = 3, card: string = TEST_CARDS.success): Promise<Paid> {
  const shop = await h.stocked(5);
  const buyer = newBuyer();
  const placed = await h.order(shop, buyer, units);
  await h.sandbox.pay(placed.payment.clientSecret ?? '', card);
  const order = await h.until(placed.orderId, buyer, 'paid');
  return { shop, buyer, order, lineId: order.lines[0]?.lineId ?? '' };
}

type RefundBody = Parameters<typeof h.app.call<typeof refundOrderEndpoint>>[1]['body'];

const refund = ({ order, shop }: Paid, body: RefundBody, key: string = newId(), as: Identity = shop.owner) =>
  h.app.call(refundOrderEndpoint, { params: { orderId: order.orderId }, body, idempotencyKey: key }, as);

const fulfil = ({ order, shop }: Paid, more: object = {}, key: string = newId(), as: Identity = shop.owner) =>
  h.app.call(
    fulfilOrderEndpoint,
    {
      params: { orderId: order.orderId },
      body: { carrier: 'DHL', trackingNumber: 'JD01', ...more },
      idempotencyKey: key,
    },
    as,
  );

describe('refunds', () => {
  it('give everything back', async () => {
    const paid = await paidOrder();
    expect(await refund(paid, undefined)).toMatchObject({
      ok: true,
      status: 201,
      body: { amount: 3_000, state: 'succeeded' },
    });
    const order = await h.see(paid.order.orderId, paid.buyer);
    expect(order).toMatchObject({ state: 'paid', payment: { state: 'refunded', refundedAmount: 3_000 } });
    expect(await shelf(h.app, paid.shop)).toMatchObject({ sold: 3, available: 2 });
  });

  it('give single units back and put them on sale again', async () => {
    const paid = await paidOrder();
    const lines = [{ lineId: paid.lineId, quantity: 2, restock: 'sale' as const }];
    expect(await refund(paid, { lines })).toMatchObject({
      body: { amount: 2_000, lines: [{ quantity: 2, amount: 2_000 }] },
    });
    expect(await shelf(h.app, paid.shop)).toEqual({ available: 4, held: 0, sold: 1 });
    expect(await h.see(paid.order.orderId, paid.buyer)).toMatchObject({
      payment: { state: 'partially_refunded' },
      lines: [{ refundedQuantity: 2, refundedAmount: 2_000 }],
    });
    expect(await refund(paid, { lines })).toMatchObject({
      ok: false,
      problem: { code: 'order_line_quantity' },
    });
    await h.hold(paid.shop, newBuyer(), 4);
  });

  it('never exceed what was taken, however many are asked for at once', async () => {
    const paid = await paidOrder();
    const answers = await Promise.all([1, 2, 3, 4, 5].map(() => refund(paid, { amount: 1_000 })));
    expect(answers.filter((answer) => answer.ok)).toHaveLength(3);
    expect(answers.find((answer) => !answer.ok)).toMatchObject({ problem: { code: 'refund_too_large' } });
    expect(await refund(paid, { amount: 1 })).toMatchObject({ problem: { code: 'refund_too_large' } });
    const refunds = await h.sandbox.get<{ data: { amount: number }[] }>(
      `refunds?payment_intent=${(await atProvider(h, paid.order.orderId)).id}`,
    );
    expect(refunds.data.reduce((sum, one) => sum + one.amount, 0)).toBe(3_000);
  });

  it('are made once by a repeated request, and once when the answer of the provider was lost', async () => {
    const paid = await paidOrder();
    const key = 'refund-once-1';
    await h.sandbox.control('faults', { call: 'refunds.create', when: 'after', status: 503, times: 3 });
    const first = await refund(paid, { amount: 500 }, key);
    const second = await refund(paid, { amount: 500 }, key);
    expect(first.ok && second.ok && first.body.refundId === second.body.refundId).toBe(true);
    await eventually(async () => {
      await h.app.query('UPDATE payment_jobs SET run_at = clock_timestamp()');
      return (await h.see(paid.order.orderId, paid.buyer)).refunds[0]?.state === 'succeeded';
    });
    const refunds = await h.sandbox.get<{ data: unknown[] }>(
      `refunds?payment_intent=${(await atProvider(h, paid.order.orderId)).id}`,
    );
    expect(refunds.data).toHaveLength(1);
    expect(await refund(paid, { amount: 501 }, key)).toMatchObject({
      problem: { code: 'idempotency_key_reused' },
    });
  });

  it('that fail later free their amount again', async () => {
    const paid = await paidOrder(1, TEST_CARDS.refundFails);
    expect(await refund(paid, undefined)).toMatchObject({ body: { state: 'pending' } });
    await h.sandbox.control('clock', { seconds: 6 });
    const order = await eventually(async () => {
      const seen = await h.see(paid.order.orderId, paid.buyer);
      return seen.refunds[0]?.state === 'failed' && seen;
    });
    expect(order.payment).toMatchObject({ state: 'captured', refundedAmount: 0 });
    expect((await refund(paid, { amount: 1_000 })).ok).toBe(true);
  });

  it('are for the shop to give', async () => {
    const paid = await paidOrder(1);
    expect(await refund(paid, undefined, newId(), paid.buyer)).toMatchObject({
      problem: { code: 'forbidden' },
    });
    expect(await refund(paid, undefined, newId(), newBuyer())).toMatchObject({
      problem: { code: 'order_not_found' },
    });
    const unpaid = await h.order(paid.shop, paid.buyer);
    expect(await refund({ ...paid, order: unpaid }, undefined)).toMatchObject({
      problem: { code: 'order_state' },
    });
  });

  it('take note of one that was made at the provider', async () => {
    const paid = await paidOrder(1);
    const { id } = await atProvider(h, paid.order.orderId);
    await fetch(`${h.sandbox.url}/v1/refunds`, {
      method: 'POST',
      headers: { authorization: `Bearer ${h.sandbox.keys.secretKey}` },
      body: new URLSearchParams({ payment_intent: id, amount: '400' }),
    });
    const [event] = (await h.sandbox.get<{ data: { id: string }[] }>('events?type=refund.created&limit=1'))
      .data;
    expect(event?.id).toMatch(/^evt_/);
    const order = await eventually(async () => {
      const seen = await h.see(paid.order.orderId, paid.buyer);
      return seen.refunds[0]?.state === 'succeeded' && seen;
    });
    expect(order.payment).toMatchObject({ state: 'partially_refunded', refundedAmount: 400 });
  });
});

describe('calling off', () => {
  it('lets an unpaid order go at once, and again is fine', async () => {
    const shop = await h.stocked(1);
    const buyer = newBuyer();
    const { orderId } = await h.order(shop, buyer);
    const cancel = () =>
      h.app.call(cancelOrderEndpoint, { params: { orderId }, body: { reason: 'changed my mind' } }, buyer);
    expect(await cancel()).toMatchObject({
      ok: true,
      body: { state: 'cancelled', reason: 'cancelled_by_buyer' },
    });
    expect(await cancel()).toMatchObject({ ok: true, body: { state: 'cancelled' } });
    expect(await shelf(h.app, shop)).toEqual({ available: 1, held: 0, sold: 0 });
  });

  it('refunds a paid order in full and puts its goods back', async () => {
    const paid = await paidOrder(2);
    const answer = await h.app.call(
      cancelOrderEndpoint,
      { params: { orderId: paid.order.orderId }, body: {} },
      paid.buyer,
    );
    expect(answer).toMatchObject({ ok: true, body: { state: 'cancelled' } });
    await eventually(async () => (await h.see(paid.order.orderId, paid.buyer)).payment.state === 'refunded');
    expect(await shelf(h.app, paid.shop)).toEqual({ available: 5, held: 0, sold: 0 });
  });

  it('is too late once anything was shipped', async () => {
    const paid = await paidOrder(2);
    await fulfil(paid, { lines: [{ lineId: paid.lineId, quantity: 1 }] });
    const params = { orderId: paid.order.orderId };
    expect(await h.app.call(cancelOrderEndpoint, { params, body: {} }, paid.buyer)).toMatchObject({
      problem: { code: 'order_state' },
    });
    expect(await h.app.call(cancelOrderEndpoint, { params, body: {} }, newBuyer())).toMatchObject({
      problem: { code: 'order_not_found' },
    });
  });
});

describe('a buyer who deleted their account', () => {
  it('is named by nothing but the records of what was sold', async () => {
    const sold = await paidOrder(1);
    const { buyer, shop } = sold;
    const address = { ...ADDRESS, email: 'ada@example.test', phone: '+49 30 1' };
    const open = await placeOrder(h.app, buyer, [await h.hold(shop, buyer)], { address });
    if (!open.ok) throw new Error(open.problem.code);
    await h.app.call(cancelOrderEndpoint, { params: { orderId: open.body.orderId }, body: {} }, buyer);
    const about = { userId: buyer.userId, erasedAt: new Date().toISOString() };
    const erased = makeEvent(userErased, { aggregateId: buyer.userId, version: 1, data: about });
    await h.app.parts.bus.publish(erased);
    const rows = await eventually(async () => {
      const found = await h.app.query<{
        id: string;
        name: string;
        note: string;
        search: string;
        address: object;
      }>('SELECT id, buyer_name AS name, note, search, address FROM orders WHERE buyer_id = $1', [
        buyer.userId,
      ]);
      return found.every((row) => row.name === '') && found;
    });
    const of = (orderId: string) => rows.find((row) => row.id === orderId);
    expect(of(sold.order.orderId)).toMatchObject({ search: '', address: ADDRESS });
    const bare = { name: '-', line1: '-', city: '-', country: ADDRESS.country };
    expect(of(open.body.orderId)).toMatchObject({ search: '', address: bare });
    expect((await h.see(open.body.orderId, buyer)).address).toEqual(bare);
  });
});

describe('fulfilment', () => {
  it('ships in parts until all is shipped', async () => {
    const paid = await paidOrder(3);
    const part = { lines: [{ lineId: paid.lineId, quantity: 1 }] };
    expect(await fulfil(paid, part, 'ship-part-1')).toMatchObject({
      status: 201,
      body: { state: 'partially_shipped' },
    });
    expect(await fulfil(paid, part, 'ship-part-1')).toMatchObject({
      body: { lines: [{ shippedQuantity: 1 }] },
    });
    const tooMany = { lines: [{ lineId: paid.lineId, quantity: 3 }] };
    expect(await fulfil(paid, tooMany)).toMatchObject({ problem: { code: 'order_line_quantity' } });
    expect(await fulfil(paid, { trackingUrl: 'https://track.example/JD02' })).toMatchObject({
      body: {
        state: 'shipped',
        shipments: [{ carrier: 'DHL' }, { trackingUrl: 'https://track.example/JD02' }],
      },
    });
    expect(await fulfil(paid)).toMatchObject({ problem: { code: 'order_state' } });
    const timeline = await h.app.call(
      listOrderEntriesEndpoint,
      { params: { orderId: paid.order.orderId } },
      paid.buyer,
    );
    expect(timeline.ok && timeline.body.items.map((entry) => entry.kind).slice(-2)).toEqual([
      'partially_shipped',
      'shipped',
    ]);
  });

  it('ships neither unpaid goods, nor refunded ones, nor for a buyer', async () => {
    const paid = await paidOrder(2);
    await refund(paid, { lines: [{ lineId: paid.lineId, quantity: 1, restock: 'sale' }] });
    expect(await fulfil(paid, { lines: [{ lineId: paid.lineId, quantity: 2 }] })).toMatchObject({
      problem: { code: 'order_line_quantity' },
    });
    expect(await fulfil(paid, {}, newId(), paid.buyer)).toMatchObject({ problem: { code: 'forbidden' } });
    expect(await fulfil(paid)).toMatchObject({ body: { state: 'shipped', lines: [{ shippedQuantity: 1 }] } });
    const unpaid = await h.order(paid.shop, paid.buyer);
    expect(await fulfil({ ...paid, order: unpaid })).toMatchObject({ problem: { code: 'order_state' } });
  });
});

describe('shipping', () => {
  const rates = [
    {
      country: 'DE',
      method: 'standard' as const,
      firstAmount: 490,
      furtherAmount: 100,
      freeFromAmount: null,
    },
    {
      country: '*',
      method: 'standard' as const,
      firstAmount: 1_490,
      furtherAmount: 300,
      freeFromAmount: 20_000,
    },
  ];

  async function shopWithRates(): Promise<StockedShop> {
    const shop = await h.stocked(50);
    const params = { shopId: shop.shopId };
    expect(await h.app.call(setShippingRatesEndpoint, { params, body: { rates } }, newBuyer())).toMatchObject(
      {
        problem: { code: 'forbidden' },
      },
    );
    expect((await h.app.call(setShippingRatesEndpoint, { params, body: { rates } }, shop.owner)).ok).toBe(
      true,
    );
    return shop;
  }

  it('costs what the rate of the country says, and nothing from an amount on', async () => {
    const shop = await shopWithRates();
    const buyer = newBuyer();
    const to = async (country: string, quantity: number, shipping?: 'standard' | 'express') =>
      placeOrder(h.app, buyer, [await h.hold(shop, buyer, quantity)], {
        address: { ...ADDRESS, country },
        shipping,
      });
    expect(await to('DE', 3)).toMatchObject({ body: { totals: { shipping: 690, total: 3_690 } } });
    expect(await to('FR', 1)).toMatchObject({ body: { totals: { shipping: 1_490, taxRateBp: 2_000 } } });
    expect(await to('FR', 20)).toMatchObject({ body: { totals: { shipping: 0 } } });
    expect(await to('FR', 1, 'express')).toMatchObject({ problem: { code: 'shipping_not_offered' } });
  });

  it('is combined for one buyer, show and address', async () => {
    const shop = await shopWithRates();
    const buyer = newBuyer();
    const showId = newId();
    const buy = async (address = ADDRESS) => {
      const placed = await placeOrder(h.app, buyer, [await h.hold(shop, buyer, 2)], { showId, address });
      return placed.ok ? placed.body.totals : placed.problem;
    };
    expect(await buy()).toMatchObject({ shipping: 590, shippingSaved: 0 });
    expect(await buy()).toMatchObject({ shipping: 200, shippingSaved: 390 });
    expect(await buy({ ...ADDRESS, line1: 'Elsewhere 2' })).toMatchObject({
      shipping: 590,
      shippingSaved: 0,
    });
  });

  it('is charged in full once of two orders at the same moment', async () => {
    const shop = await shopWithRates();
    const buyer = newBuyer();
    const showId = newId();
    const holds = await Promise.all([1, 2, 3].map(() => h.hold(shop, buyer)));
    const orders = await Promise.all(holds.map((hold) => placeOrder(h.app, buyer, [hold], { showId })));
    const costs = orders.map((placed) => (placed.ok ? placed.body.totals.shipping : -1));
    expect(costs.toSorted((a, b) => a - b)).toEqual([100, 100, 490]);
  });
});
