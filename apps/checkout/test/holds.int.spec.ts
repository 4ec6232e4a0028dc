import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  getHoldEndpoint,
  getSaleEndpoint,
  getStockEndpoint,
  listHoldsEndpoint,
  listMovementsEndpoint,
  placeHoldsEndpoint,
  receiveStockEndpoint,
  releaseHoldEndpoint,
  startSaleEndpoint,
  type Identity,
} from '#contracts';
import { newId } from '#process';
import { newBuyer, startCheckoutAlone, type CheckoutHarness, type SeededShop } from './checkout-harness.ts';

let app: CheckoutHarness;
beforeAll(async () => {
  app = await startCheckoutAlone();
}, 120_000);
afterAll(() => app.stop(), 60_000);

async function stocked(quantity: number): Promise<SeededShop & { variantId: string }> {
  const shop = await app.seedShop();
  const variantId = shop.variants[0]?.variantId ?? '';
  const received = await app.call(
    receiveStockEndpoint,
    { params: { shopId: shop.shopId, variantId }, body: { changeId: newId(), quantity } },
    shop.owner,
  );
  expect(received).toMatchObject({ ok: true, body: { available: quantity, onHand: quantity } });
  return { ...shop, variantId };
}

function hold(saleId: string, variantId: string, quantity = 1) {
  return { holdId: newId(), saleId, lines: [{ variantId, quantity }] };
}

describe('holds over HTTP', () => {
  it('claims units of the shelf at the price in force, durably, and gives the first answer again', async () => {
    const shop = await stocked(3);
    const buyer = newBuyer();
    const wanted = hold(shop.shelfId, shop.variantId, 2);
    const placed = await app.call(placeHoldsEndpoint, { body: { holds: [wanted] } }, buyer);
    expect(placed).toMatchObject({
      ok: true,
      status: 201,
      body: {
        holds: [
          {
            holdId: wanted.holdId,
            state: 'held',
            lines: [{ variantId: shop.variantId, quantity: 2, price: { amount: 1_000, currency: 'EUR' } }],
          },
        ],
      },
    });
    const rows = await app.query('SELECT state FROM holds WHERE id = $1', [wanted.holdId]);
    expect(rows).toEqual([{ state: 'held' }]);
    const again = await app.call(placeHoldsEndpoint, { body: { holds: [wanted] } }, buyer);
    expect(again.ok && again.body.holds).toEqual(placed.ok && placed.body.holds);
    const stock = await app.call(
      getStockEndpoint,
      { params: { shopId: shop.shopId, variantId: shop.variantId } },
      shop.owner,
    );
    expect(stock).toMatchObject({ body: { available: 1, held: 2, sold: 0, onHand: 3 } });
  });

  it('refuses what is not there, and gives a released hold to the next buyer', async () => {
    const shop = await stocked(1);
    const [first, second] = [newBuyer(), newBuyer()];
    const wanted = hold(shop.shelfId, shop.variantId);
    expect((await app.call(placeHoldsEndpoint, { body: { holds: [wanted] } }, first)).status).toBe(201);
    const late = await app.call(
      placeHoldsEndpoint,
      { body: { holds: [hold(shop.shelfId, shop.variantId)] } },
      second,
    );
    expect(late).toMatchObject({ ok: false, status: 409, problem: { code: 'sold_out', waitlist: true } });
    const foreign = await app.call(releaseHoldEndpoint, { params: { holdId: wanted.holdId } }, second);
    expect(foreign).toMatchObject({ problem: { code: 'hold_not_found' } });
    const released = await app.call(releaseHoldEndpoint, { params: { holdId: wanted.holdId } }, first);
    expect(released).toMatchObject({ body: { state: 'released' } });
    const again = await app.call(placeHoldsEndpoint, { body: { holds: [wanted] } }, first);
    expect(again).toMatchObject({ status: 409, problem: { code: 'hold_ended', state: 'released' } });
    const taken = hold(shop.shelfId, shop.variantId);
    expect((await app.call(placeHoldsEndpoint, { body: { holds: [taken] } }, second)).status).toBe(201);
    const listed = await app.call(listHoldsEndpoint, {}, second);
    expect(listed).toMatchObject({ body: { holds: [{ holdId: taken.holdId }] } });
    const seen = await app.call(getHoldEndpoint, { params: { holdId: taken.holdId } }, first);
    expect(seen).toMatchObject({ problem: { code: 'hold_not_found' } });
  });

  it('are for people: a script that hammers is told to wait, and nobody else is', async () => {
    const shop = await stocked(1);
    const [script, person] = [newBuyer(), newBuyer()];
    const press = (buyer: Identity) =>
      app.call(placeHoldsEndpoint, { body: { holds: [hold(shop.shelfId, shop.variantId, 2)] } }, buyer);
    const answers = await Promise.all(Array.from({ length: 100 }, () => press(script)));
    const limited = answers.filter((answer) => answer.status === 429);
    expect(limited.length).toBeGreaterThanOrEqual(30);
    expect(limited[0]).toMatchObject({ problem: { code: 'rate_limited' } });
    expect(await press(person)).toMatchObject({ problem: { code: 'sold_out' } });
  });

  it('mixes a flash sale and the shelf in one cart, all or nothing', async () => {
    const shop = await stocked(5);
    const saleId = await shop.plan({ items: [{ variantId: shop.variantId, quantity: 2, price: 500 }] });
    const early = await app.call(
      placeHoldsEndpoint,
      { body: { holds: [hold(saleId, shop.variantId)] } },
      newBuyer(),
    );
    expect(early).toMatchObject({ problem: { code: 'sale_not_open' } });
    const started = await app.call(
      startSaleEndpoint,
      { params: { saleId }, body: { commandId: newId() } },
      shop.owner,
    );
    expect(started).toMatchObject({ ok: true, body: { state: 'open', items: [{ available: 2 }] } });
    const buyer = newBuyer();
    const cart = [hold(saleId, shop.variantId, 2), hold(shop.shelfId, shop.variantId, 1)];
    const placed = await app.call(placeHoldsEndpoint, { body: { holds: cart } }, buyer);
    expect(placed).toMatchObject({
      ok: true,
      body: { holds: [{ lines: [{ price: { amount: 500 } }] }, { lines: [{ price: { amount: 1_000 } }] }] },
    });
    const refused = await app.call(
      placeHoldsEndpoint,
      { body: { holds: [hold(shop.shelfId, shop.variantId, 1), hold(saleId, shop.variantId, 1)] } },
      newBuyer(),
    );
    expect(refused).toMatchObject({ status: 409, problem: { code: 'sold_out', saleId } });
    const shelf = await app.call(getSaleEndpoint, {
      params: { saleId: shop.shelfId },
      query: { variantId: shop.variantId },
    });
    expect(shelf).toMatchObject({ body: { items: [{ available: 2, held: 1, sold: 0 }] } });
    const movements = await app.call(
      listMovementsEndpoint,
      { params: { shopId: shop.shopId }, query: { variantId: shop.variantId } },
      shop.owner,
    );
    expect(movements.ok && movements.body.items.map((entry) => entry.kind)).toEqual([
      'released',
      'held',
      'held',
      'held',
      'allocated',
      'received',
    ]);
  });
});
