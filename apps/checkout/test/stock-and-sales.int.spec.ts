import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { inTransaction } from '#bus';
import {
  addSaleStockEndpoint,
  adjustStockEndpoint,
  allocateStockEndpoint,
  extendSaleEndpoint,
  getSaleEndpoint,
  getStockEndpoint,
  listMovementsEndpoint,
  placeHoldsEndpoint,
  receiveStockEndpoint,
  returnStockEndpoint,
  runSaleCommandEndpoint,
  setLowStockThresholdEndpoint,
  setSalePriceEndpoint,
  startSaleEndpoint,
  stopSaleEndpoint,
  type Identity,
} from '#contracts';
import { newId } from '#process';
import { LowStock } from '../src/stock/low-stock.ts';
import {
  eventually,
  newBuyer,
  patiently,
  startCheckoutAlone,
  type CheckoutHarness,
  type SeededShop,
} from './checkout-harness.ts';

/** A busy machine is slow; nothing here depends on speed. */
jest.setTimeout(60_000);

let app: CheckoutHarness;
beforeAll(async () => {
  app = await startCheckoutAlone();
}, 120_000);
afterAll(() => app.stop(), 60_000);

const ask: typeof app.call = (...request) => patiently(app, ...request);

type Desk = SeededShop & { variantId: string; at: { shopId: string; variantId: string } };

async function desk(units = 0): Promise<Desk> {
  const shop = await app.seedShop();
  const variantId = shop.variants[0]?.variantId ?? '';
  const opened = { ...shop, variantId, at: { shopId: shop.shopId, variantId } };
  if (units > 0) await receive(opened, units);
  return opened;
}

const receive = (
  { at, owner }: Desk,
  quantity: number,
  to: 'shelf' | 'warehouse' = 'shelf',
  changeId = newId(),
) => ask(receiveStockEndpoint, { params: at, body: { changeId, quantity, to } }, owner);
const stock = ({ at, owner }: Desk) => ask(getStockEndpoint, { params: at }, owner);

function hold(saleId: string, variantId: string, buyer: Identity, quantity = 1) {
  const holds = [{ holdId: newId(), saleId, lines: [{ variantId, quantity }] }];
  return ask(placeHoldsEndpoint, { body: { holds } }, buyer);
}

/** Sells `quantity` units of the shelf, as a payment would. */
async function sell(shop: Desk, quantity: number): Promise<void> {
  const buyer = newBuyer();
  const placed = await hold(shop.shelfId, shop.variantId, buyer, quantity);
  if (!placed.ok) throw new Error(placed.problem.code);
  const { settle } = app.parts;
  const ids = placed.body.holds.map((held) => held.holdId);
  const pinned = await settle.pinHolds(ids, buyer.userId);
  if (pinned.code !== 'pinned') throw new Error(pinned.code);
  const sold = await inTransaction(app.pool, async (query) => {
    await settle.markPaying(query, [{ orderId: newId(), holds: pinned.holds }]);
    return settle.commitSold(query, pinned.holds);
  });
  if (sold.code === 'sold') await settle.follow(sold.after);
}

describe('stock', () => {
  it('is received, corrected with a reason, moved and returned, each as a movement of its own', async () => {
    const shop = await desk(10);
    const { at, owner, shelfId } = shop;
    await receive(shop, 5, 'warehouse');
    const damaged = { changeId: newId(), delta: -2, reason: 'damaged' as const, note: 'wet' };
    await ask(adjustStockEndpoint, { params: at, body: damaged }, owner);
    const moved = { changeId: newId(), quantity: 3, from: 'warehouse' as const, to: 'shelf' as const };
    await ask(allocateStockEndpoint, { params: at, body: moved }, owner);
    await sell(shop, 4);
    const back = { changeId: newId(), saleId: shelfId, quantity: 1, to: 'returned' as const };
    await ask(returnStockEndpoint, { params: at, body: back }, owner);
    expect(await stock(shop)).toMatchObject({
      body: { warehouse: 2, returned: 1, available: 7, held: 0, sold: 3, onHand: 10 },
    });
    const listed = await ask(listMovementsEndpoint, { params: at, query: {} }, owner);
    const items = listed.ok ? listed.body.items : [];
    expect(items.map(({ kind }) => kind)).toEqual([
      'reversed',
      'sold',
      'held',
      'allocated',
      'adjusted',
      'received',
      'received',
    ]);
    expect(items.find(({ kind }) => kind === 'adjusted')).toMatchObject({
      reason: 'damaged: wet',
      actorId: owner.userId,
    });
    for (const { moves } of items) expect(moves.reduce((sum, move) => sum + move.amount, 0)).toBe(0);
  });

  it('changes once by a repeated change, and not at all by another under its id', async () => {
    const shop = await desk();
    const changeId = newId();
    await receive(shop, 4, 'shelf', changeId);
    expect(await receive(shop, 4, 'shelf', changeId)).toMatchObject({ ok: true, body: { available: 4 } });
    expect(await receive(shop, 5, 'shelf', changeId)).toMatchObject({
      problem: { code: 'command_id_reused' },
    });
    expect(await stock(shop)).toMatchObject({ body: { available: 4 } });
  });

  it('cannot be taken from buyers, nor moved where it is not, and nothing changes then', async () => {
    const shop = await desk(3);
    const { at, owner } = shop;
    await hold(shop.shelfId, shop.variantId, newBuyer(), 2);
    const lost = { changeId: newId(), delta: -2, reason: 'lost' as const };
    expect(await ask(adjustStockEndpoint, { params: at, body: lost }, owner)).toMatchObject({
      problem: { code: 'not_enough_stock', available: 1 },
    });
    const from = { changeId: newId(), quantity: 1, from: 'warehouse' as const, to: 'shelf' as const };
    expect(await ask(allocateStockEndpoint, { params: at, body: from }, owner)).toMatchObject({
      problem: { code: 'not_enough_stock' },
    });
    const back = { changeId: newId(), saleId: shop.shelfId, quantity: 1, to: 'shelf' as const };
    expect(await ask(returnStockEndpoint, { params: at, body: back }, owner)).toMatchObject({
      problem: { code: 'not_enough_stock' },
    });
    expect(await stock(shop)).toMatchObject({ body: { available: 1, held: 2, sold: 0, warehouse: 0 } });
  });

  it.each([
    ['zero', { quantity: 0 }],
    ['a negative number', { quantity: -1 }],
    ['a fraction', { quantity: 1.5 }],
    ['no number', { quantity: 'two' }],
  ])('refuses %s of units', async (_, body) => {
    const shop = await desk(1);
    const bad = { changeId: newId(), ...body } as { changeId: string; quantity: number };
    expect(await ask(receiveStockEndpoint, { params: shop.at, body: bad }, shop.owner)).toMatchObject({
      status: 400,
      problem: { code: 'invalid_request' },
    });
    expect(await stock(shop)).toMatchObject({ body: { available: 1 } });
  });

  it("is no stranger's business, and of variants that there are", async () => {
    const [mine, theirs] = [await desk(1), await desk(1)];
    const body = { changeId: newId(), quantity: 1 };
    expect(await ask(receiveStockEndpoint, { params: mine.at, body }, theirs.owner)).toMatchObject({
      problem: { code: 'forbidden' },
    });
    const foreign = { shopId: mine.shopId, variantId: theirs.variantId };
    expect(await ask(receiveStockEndpoint, { params: foreign, body }, mine.owner)).toMatchObject({
      problem: { code: 'variant_not_found' },
    });
  });

  it('alerts once when it runs low, and again only after it recovered', async () => {
    const shop = await desk(5);
    const { at, owner, variantId } = shop;
    const told = new Set<string>();
    const ears = app.parts.bus.nc.subscribe(`v1.checkout.stock_ran_low.${variantId}`, {
      callback: (_, message) => void told.add(message.json<{ id: string }>().id),
    });
    await app.parts.bus.ping();
    const alerts = async (): Promise<number> => {
      await new LowStock(app.pool).look();
      const [row] = await app.query<{ count: number }>(
        'SELECT count(*) FROM variants WHERE id = $1 AND low_stock_since IS NOT NULL',
        [variantId],
      );
      return Number(row?.count);
    };
    await ask(setLowStockThresholdEndpoint, { params: at, body: { threshold: 3 } }, owner);
    expect(await alerts()).toBe(0);
    await sell(shop, 3);
    expect(await alerts()).toBe(1);
    const [since] = await app.query<{ at: Date }>(
      'SELECT low_stock_since AS at FROM variants WHERE id = $1',
      [variantId],
    );
    await alerts();
    expect(await app.query('SELECT low_stock_since AS at FROM variants WHERE id = $1', [variantId])).toEqual([
      since,
    ]);
    expect(await stock(shop)).toMatchObject({ body: { low: true } });
    await eventually(async () => told.size > 0);
    await receive(shop, 5);
    expect(await alerts()).toBe(0);
    expect(await stock(shop)).toMatchObject({ body: { low: false } });
    await sell(shop, 6);
    expect(await alerts()).toBe(1);
    await eventually(async () => told.size > 1);
    expect(told.size).toBe(2);
    ears.unsubscribe();
  });
});

describe('the console of a flash sale', () => {
  const command = { commandId: '' };
  const fresh = () => ({ ...command, commandId: newId() });

  async function planned(units: number, spare: number, durationS = 600): Promise<Desk & { saleId: string }> {
    const shop = await desk(units + spare);
    const items = [{ variantId: shop.variantId, quantity: units, price: 500 }];
    return { ...shop, saleId: await shop.plan({ items, durationS, limitPerBuyer: 5 }) };
  }

  async function running(units: number, spare: number, durationS?: number) {
    const sale = await planned(units, spare, durationS);
    const started = await ask(
      startSaleEndpoint,
      { params: { saleId: sale.saleId }, body: fresh() },
      sale.owner,
    );
    expect(started).toMatchObject({ ok: true, body: { state: 'open' } });
    return sale;
  }

  it('counts down in public and then sells', async () => {
    const { saleId, variantId, owner } = await planned(1, 0);
    const body = { ...fresh(), inSeconds: 1 };
    const started = await ask(startSaleEndpoint, { params: { saleId }, body }, owner);
    expect(started).toMatchObject({ ok: true, body: { startsAt: expect.any(String) } });
    const early = await hold(saleId, variantId, newBuyer());
    // A machine that was away for the whole second sells at once.
    if (!early.ok) {
      expect(early).toMatchObject({ problem: { code: 'sale_not_open', startsAt: expect.any(String) } });
      await eventually(async () => (await hold(saleId, variantId, newBuyer())).ok);
    }
  });

  it('takes more units from the shelf while it runs, but not more than there are', async () => {
    const { saleId, variantId, owner } = await running(1, 2);
    await hold(saleId, variantId, newBuyer());
    expect(await hold(saleId, variantId, newBuyer())).toMatchObject({ problem: { code: 'sold_out' } });
    const more = { ...fresh(), variantId, quantity: 2 };
    const added = await ask(addSaleStockEndpoint, { params: { saleId }, body: more }, owner);
    expect(added).toMatchObject({ body: { items: [{ available: 2, held: 1 }] } });
    // The same command again adds nothing; another one finds an empty shelf.
    expect(await ask(addSaleStockEndpoint, { params: { saleId }, body: more }, owner)).toMatchObject({
      ok: true,
    });
    const again = { ...fresh(), variantId, quantity: 1 };
    expect(await ask(addSaleStockEndpoint, { params: { saleId }, body: again }, owner)).toMatchObject({
      problem: { code: 'not_enough_stock', available: 0 },
    });
    expect((await hold(saleId, variantId, newBuyer(), 2)).ok).toBe(true);
    expect(await hold(saleId, variantId, newBuyer())).toMatchObject({ problem: { code: 'sold_out' } });
  });

  it('changes the price for those who come later, never for a hold', async () => {
    const { saleId, variantId, owner } = await running(3, 0);
    const first = await hold(saleId, variantId, newBuyer());
    const price = { amount: 450, currency: 'EUR' };
    await ask(setSalePriceEndpoint, { params: { saleId }, body: { ...fresh(), variantId, price } }, owner);
    const second = await hold(saleId, variantId, newBuyer());
    const paid = (held: typeof first) => held.ok && held.body.holds[0]?.lines[0]?.price.amount;
    expect([paid(first), paid(second)]).toEqual([500, 450]);
    const dollars = { ...fresh(), variantId, price: { amount: 450, currency: 'USD' } };
    expect(await ask(setSalePriceEndpoint, { params: { saleId }, body: dollars }, owner)).toMatchObject({
      problem: { code: 'currency_mismatch' },
    });
  });

  it('ends by the clock, later when it was extended, and gives the shelf what is left', async () => {
    const { saleId, variantId, shelfId, owner } = await running(2, 1, 600);
    const before = await ask(getSaleEndpoint, { params: { saleId } });
    const body = { ...fresh(), seconds: 60 };
    const extended = await ask(extendSaleEndpoint, { params: { saleId }, body }, owner);
    expect(extended).toMatchObject({ ok: true });
    const ends = (sale: typeof before): number => (sale.ok ? Date.parse(sale.body.endsAt ?? '') : 0);
    expect(ends(extended) - ends(before)).toBe(60_000);
    await app.query('UPDATE sales SET ends_at = clock_timestamp() WHERE id = $1', [saleId]);
    await eventually(async () => {
      const sale = await ask(getSaleEndpoint, { params: { saleId } });
      return sale.ok && sale.body.state === 'closed';
    });
    // More than there are, so that nobody slips in while the engine hears of the end.
    await eventually(async () => {
      const late = await hold(saleId, variantId, newBuyer(), 5);
      return !late.ok && late.problem.code === 'sale_closed';
    });
    await eventually(async () => {
      const shelf = await ask(getSaleEndpoint, { params: { saleId: shelfId }, query: { variantId } });
      return shelf.ok && shelf.body.items[0]?.available === 3;
    });
    expect(
      await ask(extendSaleEndpoint, { params: { saleId }, body: { ...body, ...fresh() } }, owner),
    ).toMatchObject({
      problem: { code: 'sale_state' },
    });
  });

  it('obeys a command once, and nobody but its shop, or the host of its show', async () => {
    const { saleId, owner } = await running(1, 0);
    const stop = { params: { saleId }, body: fresh() };
    expect(await ask(stopSaleEndpoint, stop, newBuyer())).toMatchObject({
      problem: { code: 'forbidden' },
    });
    const [sale] = await app.query<{ showId: string }>(
      'SELECT show_id AS "showId" FROM sales WHERE id = $1',
      [saleId],
    );
    const forwarded = (showId: string) => ({
      params: { saleId },
      body: { ...fresh(), showId, actorId: newId(), command: { type: 'extend' as const, seconds: 5 } },
    });
    expect(await ask(runSaleCommandEndpoint, forwarded(newId()), 'internal')).toMatchObject({
      problem: { code: 'sale_not_found' },
    });
    expect((await ask(runSaleCommandEndpoint, forwarded(sale?.showId ?? ''), 'internal')).ok).toBe(true);
    expect(await ask(stopSaleEndpoint, stop, owner)).toMatchObject({ body: { state: 'closed' } });
    expect(await ask(stopSaleEndpoint, stop, owner)).toMatchObject({ body: { state: 'closed' } });
    const other = { params: { saleId }, body: { ...stop.body, seconds: 5 } };
    expect(await ask(extendSaleEndpoint, other, owner)).toMatchObject({
      problem: { code: 'command_id_reused' },
    });
  });
});
