import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { inTransaction } from '#bus';
import {
  emergencyStopEndpoint,
  joinWaitlistEndpoint,
  placeHoldsEndpoint,
  receiveStockEndpoint,
  startSaleEndpoint,
  type Identity,
} from '#contracts';
import type { HoldStore, SaleRef } from '#inventory';
import { metrics, newId, type Logger } from '#process';
import { storeBatch } from '../src/holds/store-batch.ts';
import { ReconcileSales } from '../src/reconcile/reconcile-sales.ts';
import { settlePinned } from '../src/reconcile/settle-pinned.ts';
import { planSale } from '../src/sales/plan-sale.ts';
import { newBuyer, patiently } from './checkout-harness.ts';
import { startStage, tellOffAndOn, type Stage, type StageShop, type Story } from './guard-stage.ts';

/** A busy machine is slow; nothing here depends on speed. */
jest.setTimeout(60_000);

let stage: Stage;
beforeAll(async () => {
  stage = await startStage();
}, 120_000);
afterAll(() => stage.stop(), 60_000);

const stories: Record<string, Story> = {
  'protocol 1: only a hold that is still held becomes part of an order': {
    off: (tap) => tap.without("AND h.state = 'held' RETURNING h.id", 'RETURNING h.id'),
    async tell(tap) {
      const shop = await stage.stocked(1);
      const buyer = newBuyer();
      const holdId = await stage.hold(shop, buyer);
      const pinned = await stage.other.settle.pinHolds([holdId], buyer.userId);
      if (pinned.code !== 'pinned') throw new Error(pinned.code);
      // The sweeper takes the maker of the order for dead, and another buyer gets the unit.
      tap.before("UPDATE holds h SET state = 'paying'", async () => {
        await stage.app.parts.settle.releaseHolds([{ holdId, buyerId: buyer.userId }], 'no_order');
        await stage.hold(shop, newBuyer());
      });
      await inTransaction(stage.pool, (query) =>
        stage.other.settle.markPaying(query, [{ orderId: newId(), holds: pinned.holds }]),
      );
      const units = await stage.liveUnits(shop);
      return units > 1 ? `${units} buyers have one unit` : undefined;
    },
  },
  'protocol 1: a hold that became part of an order is not settled as a dead one': {
    off: () => undefined,
    async tell(tap, on) {
      const shop = await stage.stocked(1);
      const buyer = newBuyer();
      const key = { holdId: await stage.hold(shop, buyer), buyerId: buyer.userId };
      const pinned = await stage.app.parts.settle.pinHolds([key.holdId], buyer.userId);
      if (pinned.code !== 'pinned') throw new Error(pinned.code);
      const { settle } = stage.other;
      const settling = {
        releaseHeld: on
          ? settle.releaseHeld.bind(settle)
          : (...[query, hold, reason]: Parameters<typeof settle.releaseHeld>) =>
              settle.markReleased(query, [hold], reason),
        follow: settle.follow.bind(settle),
      };
      // The sweeper has read the hold as held; now its order is written.
      tap.before('FROM sales WHERE id IN (SELECT h.sale_id FROM holds h', async () => {
        const orders = [{ orderId: newId(), holds: pinned.holds }];
        await inTransaction(stage.app.pool, (query) => stage.app.parts.settle.markPaying(query, orders));
      });
      const sale = await stage.other.gate.find(shop.shelfId);
      if (sale) await settlePinned(stage.pool, stage.other.gate, settling, sale, [key]);
      return (await stage.balance(shop, `sale:${shop.shelfId}`)) > 0
        ? 'a unit that is being paid is for sale'
        : undefined;
    },
  },
  'protocol 6: an engine that is wrong sells nothing twice': {
    off: () => stage.app.query('ALTER TABLE balances DROP CONSTRAINT balance_not_negative'),
    back: () =>
      stage.app.query(
        `ALTER TABLE balances ADD CONSTRAINT balance_not_negative CHECK (amount >= 0 OR account = 'inbound') NOT VALID`,
      ),
    async tell() {
      const shop = await stage.stocked(1);
      const [variantId = ''] = shop.variantIds;
      await stage.hold(shop, newBuyer());
      const sale = await stage.app.parts.gate.refresh(shop.shelfId);
      if (!sale) throw new Error('no shelf');
      // As after a failover to a replica that missed the last writes, were it not noticed.
      await stage.app.parts.gate.storeOf('redis').adjust(sale, { changeId: newId(), variantId, delta: 1 });
      await stage.hold(shop, newBuyer()).catch(() => undefined);
      const units = await stage.liveUnits(shop);
      return units > 1 ? `${units} buyers have one unit` : undefined;
    },
  },
  'protocol 7: a plan does not change a sale that has begun': {
    off: (tap) => tap.without("WHERE sales.state = 'planned' AND", 'WHERE'),
    async tell() {
      const shop = await stage.app.seedShop();
      const variantId = shop.variants[0]?.variantId ?? '';
      const body = { changeId: newId(), quantity: 2 };
      await patiently(
        stage.app,
        receiveStockEndpoint,
        { params: { shopId: shop.shopId, variantId }, body },
        shop.owner,
      );
      const saleId = await shop.plan({ items: [{ variantId, quantity: 2, price: 500 }] });
      const price = { amount: 1, currency: 'EUR' };
      const late = {
        ...{ saleId, shopId: shop.shopId, showId: newId(), title: 'Flash', rule: 'first_come' as const },
        ...{ durationS: 60, limitPerBuyer: 2, startsAt: null },
        items: [{ variantId, productId: newId(), quantity: 2, price, regularPrice: price }],
      };
      const start = { params: { saleId }, body: { commandId: newId() } };
      expect(await patiently(stage.app, startSaleEndpoint, start, shop.owner)).toMatchObject({ ok: true });
      await inTransaction(stage.pool, (query) => planSale(query, late, 2));
      const [row] = await stage.app.query<{ amount: number }>(
        'SELECT price_amount AS amount FROM sale_variants WHERE sale_id = $1',
        [saleId],
      );
      return row?.amount === 500 ? undefined : `the price became ${row?.amount}`;
    },
  },
  'protocol 7: nothing is held in a sale after its emergency stop': {
    off: (tap) => tap.without("AND sale.state <> 'stopped'", ''),
    async tell() {
      const shop = await stage.stocked(2);
      const sale = await stage.app.parts.gate.find(shop.shelfId);
      if (!sale) throw new Error('no shelf');
      await stage.hold(shop, newBuyer());
      const key = { holdId: newId(), buyerId: newId() };
      const lines = [{ variantId: shop.variantIds[0] ?? '', quantity: 1 }];
      const fresh = await stage.app.parts.gate.refresh(shop.shelfId);
      const claim = await stage.app.parts.gate
        .storeOf('redis')
        .reserve({ ...(fresh ?? sale), ...key, lines });
      if (claim.code !== 'held') throw new Error(claim.code);
      const stop = { params: { saleId: shop.shelfId }, body: { commandId: newId(), reason: 'wrong price' } };
      expect(await patiently(stage.app, emergencyStopEndpoint, stop, shop.owner)).toMatchObject({ ok: true });
      const late = { ...claim, saleId: shop.shelfId, epoch: (fresh ?? sale).epoch, source: 'buyer' as const };
      await storeBatch(stage.pool, [late], []);
      return (await stage.liveUnits(shop)) > 0 ? 'a stopped sale has a live hold' : undefined;
    },
  },
  'protocol 8: a promoted hold is booked and told once': {
    off: (tap) =>
      tap.without(
        'ON CONFLICT (id, buyer_id) DO NOTHING RETURNING id AS "holdId"',
        'ON CONFLICT (id, buyer_id) DO UPDATE SET source = excluded.source RETURNING id AS "holdId"',
      ),
    async tell(tap) {
      const shop = await stage.stocked(2);
      const [first, waiter] = [newBuyer(), newBuyer()];
      const held = { holdId: await stage.hold(shop, first, 2), buyerId: first.userId };
      const [variantId = ''] = shop.variantIds;
      await patiently(
        stage.app,
        joinWaitlistEndpoint,
        { params: { saleId: shop.shelfId, variantId } },
        waiter,
      );
      await stage.other.settle.releaseHolds([held], 'buyer');
      // Two processes read the journal; the other one is faster.
      tap.before('INSERT INTO holds', () => stage.app.parts.relay.relay(shop.shelfId));
      await stage.other.relay.relay(shop.shelfId);
      const [booked, live] = [await stage.balance(shop, `held:${shop.shelfId}`), await stage.liveUnits(shop)];
      return booked === live ? undefined : `${booked} units are booked for ${live} held ones`;
    },
  },
};

/** Sells units of a shop's shelf; gives the hold, and what the engine was to hear of it. */
async function sell(
  shop: StageShop,
  quantity: number,
  lost = false,
): Promise<{ holdId: string; buyer: Identity }> {
  const { settle } = stage.app.parts;
  const buyer = newBuyer();
  const holdId = await stage.hold(shop, buyer, quantity);
  const pinned = await settle.pinHolds([holdId], buyer.userId);
  if (pinned.code !== 'pinned') throw new Error(pinned.code);
  const sold = await inTransaction(stage.app.pool, async (query) => {
    await settle.markPaying(query, [{ orderId: newId(), holds: pinned.holds }]);
    return settle.commitSold(query, pinned.holds);
  });
  if (sold.code !== 'sold') throw new Error(sold.code);
  if (!lost) await settle.follow(sold.after);
  return { holdId, buyer };
}

describe('the reconciler', () => {
  type Change = { changeId: string; variantId: string; buyerId: null; to: 'available' };
  type Wrong = (change: Change) => (store: HoldStore, sale: SaleRef) => Promise<unknown>;

  const gauge = async (name: string): Promise<unknown> => {
    const values = (await metrics.getSingleMetric(name)?.get())?.values ?? [];
    return values.map(({ value, labels }) => ({ value, ...labels }));
  };

  it.each([
    [
      'has units that are not booked',
      (change) => (store, sale) => store.adjust(sale, { ...change, delta: 2 }),
    ],
    [
      'sells again what was sold',
      (change) => (store, sale) => store.reverse(sale, { ...change, quantity: 2 }),
    ],
  ] satisfies [string, Wrong][])('finds an engine that %s: metric, alarm, rebuilt', async (_, wrong) => {
    const { gate, relay, rebuildSale } = stage.app.parts;
    const shop = await stage.stocked(5);
    await stage.hold(shop, newBuyer());
    await sell(shop, 2);
    const sale = await gate.refresh(shop.shelfId);
    if (!sale) throw new Error('no shelf');
    const [variantId = ''] = shop.variantIds;
    const change = { changeId: newId(), variantId, buyerId: null, to: 'available' as const };
    expect(await wrong(change)(gate.storeOf('redis'), sale)).toMatchObject({ code: 'adjusted' });
    const alarms: unknown[] = [];
    const logger = {
      ...stage.logger,
      error: (details: unknown) => alarms.push(details),
      debug: () => undefined,
    };
    const reconciler = new ReconcileSales({
      pool: stage.pool,
      gate,
      relay,
      rebuildSale,
      logger: logger as unknown as Logger,
    });
    const now = Date.now();
    await reconciler.round(now);
    expect(await gauge('inventory_drift_units')).toEqual([{ value: 0 }]);
    // What is on its way arrives within seconds.
    await reconciler.round(now + 60_000);
    expect(await gauge('inventory_drift_units')).toEqual([{ value: 2 }]);
    expect(await gauge('inventory_drift_units_by_sale')).toEqual([{ value: 2, sale: shop.shelfId }]);
    expect(alarms).toEqual([{ saleId: shop.shelfId, units: 2 }]);
    await reconciler.round(now + 61_000);
    expect(await gauge('inventory_drift_units')).toEqual([{ value: 0 }]);
    const fresh = await gate.refresh(shop.shelfId);
    const read = fresh && (await gate.storeOf('redis').read(fresh, [variantId]));
    expect(read).toMatchObject({ variants: [{ available: 2, held: 1, sold: 2 }] });
  });
});

describe('a hold that was sold', () => {
  it('is not for sale again because its buyer asks for it before the engine has heard', async () => {
    const shop = await stage.stocked(3);
    const { holdId, buyer } = await sell(shop, 2, true);
    const [variantId = ''] = shop.variantIds;
    const holds = [{ holdId, saleId: shop.shelfId, lines: [{ variantId, quantity: 2 }] }];
    const answer = await stage.app.call(placeHoldsEndpoint, { body: { holds } }, buyer);
    expect(answer).toMatchObject({ ok: false, problem: { code: 'hold_ended', state: 'sold' } });
    const sale = await stage.app.parts.gate.refresh(shop.shelfId);
    const read = sale && (await stage.app.parts.gate.storeOf('redis').read(sale, [variantId]));
    expect(read).toMatchObject({ variants: [{ available: 1, held: 0, sold: 2 }] });
  });
});

describe('rules of the protocols about holds', () => {
  it.each(Object.entries(stories))('%s: goes wrong without, right with it', (_, story) =>
    tellOffAndOn(stage, story),
  );
});
