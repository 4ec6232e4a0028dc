import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { createHmac } from 'node:crypto';
import {
  adjustStockEndpoint,
  importStockEndpoint,
  placeHoldsEndpoint,
  receiveStockEndpoint,
  refreshPaymentEndpoint,
  refundOrderEndpoint,
  releaseHoldEndpoint,
  type CallResult,
  type Identity,
  type OrderView,
} from '#contracts';
import { newId } from '#process';
import { TEST_CARDS, tokenOf } from '#testing';
import {
  atProvider,
  eventually,
  newBuyer,
  placeOrder,
  startPurchases,
  type PurchaseHarness,
  type StockedShop,
} from './purchase-harness.ts';
import { holdRow, place, runningSale, SHORT_TTL_MS } from './sale-under-test.ts';

/** A busy machine is slow; nothing here depends on speed. */
jest.setTimeout(60_000);

let h: PurchaseHarness;
let shop: StockedShop;
let buyer: Identity;
/** A live hold of one unit, and a paid order of two. */
let heldId: string;
let paidHoldId: string;
let paidSecret: string;
let paid: OrderView;
/** A hold of a flash sale whose time is over. */
let late: { saleId: string; holdId: string };

beforeAll(async () => {
  h = await startPurchases();
  shop = await h.stocked(10);
  buyer = newBuyer();
  paidHoldId = await h.hold(shop, buyer, 2);
  const placed = await placeOrder(h.app, buyer, [paidHoldId]);
  if (!placed.ok) throw new Error(placed.problem.code);
  paidSecret = placed.body.payment.clientSecret ?? '';
  await h.sandbox.pay(paidSecret, TEST_CARDS.success);
  paid = await h.until(placed.body.orderId, buyer, 'paid');
  heldId = await h.hold(shop, buyer);
  const sale = await runningSale(h.app, 2, { ttlMs: SHORT_TTL_MS });
  late = { saleId: sale.saleId, holdId: newId() };
  await place(h.app, sale, buyer, late.holdId);
  await eventually(async () => (await holdRow(h.app, late.holdId))?.state === 'expired');
}, 120_000);
afterAll(() => h.stop(), 60_000);

/** Everything that bad input could have changed: rows, balances, the engine's counters and holds, the provider's money. */
async function everything(): Promise<unknown> {
  const { query, parts } = h.app;
  const engines = [];
  for (const saleId of [shop.shelfId, late.saleId])
    engines.push(await parts.gate.storeOf('redis').inspect(saleId, 'holds'));
  return {
    balances: await query('SELECT * FROM balances WHERE amount <> 0 ORDER BY variant_id, account'),
    ledger: await query('SELECT count(*) FROM ledger_events'),
    holds: await query('SELECT id, buyer_id, state, order_id, expires_at FROM holds ORDER BY id, buyer_id'),
    orders: await query('SELECT id, state, version FROM orders ORDER BY id'),
    payments: await query(
      'SELECT id, state, decision, captured_amount, refunded_amount FROM payments ORDER BY id',
    ),
    refunds: await query('SELECT * FROM refunds ORDER BY id'),
    imports: await query('SELECT count(*) FROM stock_imports'),
    engines,
    money: await atProvider(h, paid.orderId),
  };
}

const refused = (answer: CallResult<unknown>) =>
  answer.ok ? 'was taken' : `${answer.status} ${answer.problem.code}`;
const hold = (variantId: string, quantity: number) =>
  h.app.call(
    placeHoldsEndpoint,
    { body: { holds: [{ holdId: newId(), saleId: shop.shelfId, lines: [{ variantId, quantity }] }] } },
    buyer,
  );
const refund = (body: { amount?: number; lines?: { lineId: string; quantity: number }[] }) =>
  h.app.call(
    refundOrderEndpoint,
    { params: { orderId: paid.orderId }, body, idempotencyKey: newId() },
    shop.owner,
  );
const stock = (quantity: number) =>
  h.app.call(
    receiveStockEndpoint,
    {
      params: { shopId: shop.shopId, variantId: shop.variantId },
      body: { changeId: newId(), quantity },
    },
    shop.owner,
  );

async function post(path: string, headers: Record<string, string>, body: string): Promise<string> {
  const answer = await fetch(`${h.app.url}/api/checkout${path}`, { method: 'POST', headers, body });
  return `${answer.status} ${((await answer.json()) as { code: string }).code}`;
}

async function importFile(text: string): Promise<string> {
  const authorization = `Bearer ${await tokenOf(shop.owner)}`;
  const path = importStockEndpoint.path.replace(':shopId', shop.shopId);
  return post(path, { authorization, 'content-type': 'text/csv' }, text);
}

const cases: Record<string, [act: () => Promise<string>, answer: string]> = {
  'a variant that the sale does not have': [
    async () => refused(await hold(newId(), 1)),
    '422 variant_not_in_sale',
  ],
  'no units': [async () => refused(await hold(shop.variantId, 0)), '400 invalid_request'],
  'less than no units': [async () => refused(await hold(shop.variantId, -1)), '400 invalid_request'],
  'a part of a unit': [async () => refused(await hold(shop.variantId, 1.5)), '400 invalid_request'],
  'more units than there are': [async () => refused(await hold(shop.variantId, 11)), '409 sold_out'],
  "an order of another buyer's hold": [
    async () => refused(await placeOrder(h.app, newBuyer(), [heldId])),
    '404 hold_not_found',
  ],
  "the end of another buyer's hold": [
    async () => refused(await h.app.call(releaseHoldEndpoint, { params: { holdId: heldId } }, newBuyer())),
    '404 hold_not_found',
  ],
  'an order of an expired hold': [
    async () => refused(await placeOrder(h.app, buyer, [late.holdId])),
    '409 hold_ended',
  ],
  'an order of an expired hold beside a live one': [
    async () => refused(await placeOrder(h.app, buyer, [heldId, late.holdId])),
    '409 hold_ended',
  ],
  'a second order of goods that are paid': [
    async () => refused(await placeOrder(h.app, buyer, [paidHoldId])),
    '409 hold_ended',
  ],
  'a second payment of a paid order': [
    async () => {
      const again = await h.sandbox.pay(paidSecret, TEST_CARDS.success);
      await h.app.call(refreshPaymentEndpoint, { params: { orderId: paid.orderId } }, buyer);
      return 'declined' in again ? again.declined : 'was taken';
    },
    'payment_intent_unexpected_state',
  ],
  'a refund of more than was taken': [
    async () => refused(await refund({ amount: paid.totals.total + 1 })),
    '422 refund_too_large',
  ],
  'a refund of more units than were bought': [
    async () => refused(await refund({ lines: [{ lineId: paid.lines[0]?.lineId ?? '', quantity: 3 }] })),
    '422 order_line_quantity',
  ],
  'a webhook with a wrong signature': [
    () => {
      const body = JSON.stringify({ id: 'evt_forged', type: 'payment_intent.canceled' });
      const t = Math.floor(Date.now() / 1_000);
      const v1 = createHmac('sha256', 'whsec_wrong').update(`${t}.${body}`).digest('hex');
      const headers = { 'content-type': 'application/json', 'stripe-signature': `t=${t},v1=${v1}` };
      return post('/v1/webhooks/stripe', headers, body);
    },
    '400 webhook_signature_wrong',
  ],
  'a stock file with a broken row': [
    () =>
      importFile('URL handle,Title,SKU,Price,Inventory quantity\na,A,SKU-1,10.00,99\nb,B,SKU-2,25.00,many\n'),
    '422 csv_faulty',
  ],
  'a stock file that is none': [() => importFile('"broken'), '422 csv_unreadable'],
  'a delivery of no units': [async () => refused(await stock(0)), '400 invalid_request'],
  'a delivery of a part of a unit': [async () => refused(await stock(0.5)), '400 invalid_request'],
  'a correction below what buyers hold': [
    async () =>
      refused(
        await h.app.call(
          adjustStockEndpoint,
          {
            params: { shopId: shop.shopId, variantId: shop.variantId },
            body: { changeId: newId(), delta: -9, reason: 'damaged', from: 'shelf' },
          },
          shop.owner,
        ),
      ),
    '409 not_enough_stock',
  ],
};

describe('bad input is refused with a clear error, and nothing changes:', () => {
  it.each(Object.entries(cases))('%s', async (_, [act, answer]) => {
    const before = await everything();
    expect(await act()).toBe(answer);
    expect(await everything()).toEqual(before);
  });
});
