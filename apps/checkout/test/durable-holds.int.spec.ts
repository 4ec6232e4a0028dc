import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { inTransaction } from '#bus';
import { getHoldEndpoint, releaseHoldEndpoint } from '#contracts';
import { newId } from '#process';
import { failpoints } from '../src/failpoints.ts';
import { STORE_HOLDS, storeBatch, writeTombstones, type HoldToStore } from '../src/holds/store-batch.ts';
import { isShort } from '../src/stock/ledger.ts';
import { Died, dieOnceAt, onceAt } from './act-at-failpoint.ts';
import {
  eventually,
  newBuyer,
  patiently,
  startCheckoutAlone,
  type CheckoutHarness,
} from './checkout-harness.ts';
import { counters, held, holdRow, place, runningSale, SHORT_TTL_MS } from './sale-under-test.ts';

let app: CheckoutHarness;
beforeAll(async () => {
  app = await startCheckoutAlone();
}, 120_000);
afterAll(() => app.stop(), 60_000);
afterEach(() => failpoints.clear());

describe('protocol 1: a process that dies between pin and order', () => {
  it('leaves a hold that is settled once its time is over, and its unit is for sale again', async () => {
    const sale = await runningSale(app, 1, { ttlMs: SHORT_TTL_MS });
    const [buyer, holdId] = [newBuyer(), newId()];
    await held(app, sale, buyer, holdId);
    dieOnceAt('pin.pinned');
    await expect(app.parts.settle.pinHolds([holdId], buyer.userId)).rejects.toThrow(Died);
    // The engine by itself never ends it, however late it is.
    const known = await app.parts.gate.refresh(sale.saleId);
    if (!known) throw new Error('no sale');
    await eventually(async () => (await holdRow(app, holdId))?.state === 'released');
    expect(await holdRow(app, holdId)).toEqual({ state: 'released', reason: 'no_order' });
    await held(app, sale, newBuyer());
  }, 30_000);
});

describe('protocol 4: a hold is durable before its buyer hears of it', () => {
  it('answers only when the row is there', async () => {
    const sale = await runningSale(app, 1);
    const holdId = newId();
    let seen: unknown = 'not looked';
    const looked = onceAt('hold.storing', async () => (seen = await holdRow(app, holdId)));
    failpoints.set('hold.stored', async () =>
      expect(await holdRow(app, holdId)).toMatchObject({ state: 'held' }),
    );
    await held(app, sale, newBuyer(), holdId);
    await looked;
    expect(seen).toBeUndefined();
  });

  it('claims again when its sale was rebuilt between claim and insert', async () => {
    const sale = await runningSale(app, 1);
    const rebuilt = onceAt('hold.storing', async () => {
      const known = await app.parts.gate.find(sale.saleId);
      if (known) expect(await app.parts.rebuildSale.rebuild(known)).toBe(true);
    });
    await held(app, sale, newBuyer());
    await rebuilt;
    expect(await counters(app, sale)).toEqual({ engine: '0 1 0', booked: '0 1 0' });
  });

  it.each([
    ['with the epoch in the insert, a hold from before a rebuild is not stored', true],
    ['without it, only the bound on balances stands between that hold and a unit sold twice', false],
  ])('%s', async (_, guarded) => {
    const sale = await runningSale(app, 1);
    const known = await app.parts.gate.refresh(sale.saleId);
    if (!known) throw new Error('no sale');
    const key = { holdId: newId(), buyerId: newId() };
    const lines = [{ variantId: sale.variantId, quantity: 1 }];
    const claim = await app.parts.gate.storeOf('redis').reserve({ ...known, ...key, lines });
    if (claim.code !== 'held') throw new Error(claim.code);
    await app.parts.rebuildSale.rebuild(known);
    await held(app, sale, newBuyer());
    const late: HoldToStore = { ...claim, saleId: sale.saleId, epoch: known.epoch, source: 'buyer' };
    const text = guarded ? STORE_HOLDS : STORE_HOLDS.replace('AND sale.epoch = believed.epoch', '');
    const stored = storeBatch(app.pool, [late], [], text);
    if (guarded) expect(await stored).toEqual([]);
    else expect(isShort(await stored.catch((error: unknown) => error))).toBe(true);
  });

  it('gives a hold back that could not be stored; its id is dead, a new one works', async () => {
    const sale = await runningSale(app, 1);
    const [buyer, holdId] = [newBuyer(), newId()];
    dieOnceAt('hold.storing');
    expect(await place(app, sale, buyer, holdId)).toMatchObject({
      status: 503,
      problem: { code: 'hold_not_stored' },
    });
    expect(await holdRow(app, holdId)).toEqual({ state: 'released', reason: 'not_stored' });
    const again = await place(app, sale, buyer, holdId);
    expect(again).toMatchObject({ status: 409, problem: { code: 'hold_ended', state: 'released' } });
    await held(app, sale, buyer);
  });

  it('lets one of insert and tombstone win, whichever comes first', async () => {
    const sale = await runningSale(app, 2);
    const known = await app.parts.gate.refresh(sale.saleId);
    if (!known) throw new Error('no sale');
    const claimed = async (): Promise<HoldToStore> => {
      const key = { holdId: newId(), buyerId: newId() };
      const lines = [{ variantId: sale.variantId, quantity: 1 }];
      const claim = await app.parts.gate.storeOf('redis').reserve({ ...known, ...key, lines });
      if (claim.code !== 'held') throw new Error(claim.code);
      return { ...claim, saleId: sale.saleId, epoch: known.epoch, source: 'buyer' };
    };
    const [buried, stored] = [await claimed(), await claimed()];
    expect(await writeTombstones(app.pool, [buried])).toHaveLength(1);
    expect(await storeBatch(app.pool, [buried], [])).toEqual([]);
    expect(await storeBatch(app.pool, [stored], [])).toHaveLength(1);
    expect(await writeTombstones(app.pool, [stored])).toEqual([]);
  });

  it('scopes ids to their buyers', async () => {
    const sale = await runningSale(app, 2);
    const holdId = newId();
    const [first, second] = [newBuyer(), newBuyer()];
    await held(app, sale, first, holdId);
    await held(app, sale, second, holdId);
    await app.call(releaseHoldEndpoint, { params: { holdId } }, first);
    const kept = await app.call(getHoldEndpoint, { params: { holdId } }, second);
    expect(kept).toMatchObject({ body: { state: 'held' } });
  });
});

describe('protocol 5: a rebuild', () => {
  it('remembers what a buyer has and bought, and ids that are dead', async () => {
    const sale = await runningSale(app, 5, { limit: 2 });
    const [buyer, other] = [newBuyer(), newBuyer()];
    const [bought, kept, dead] = [newId(), newId(), newId()];
    for (const holdId of [bought, kept]) await held(app, sale, buyer, holdId);
    await held(app, sale, other, dead);
    await patiently(app, releaseHoldEndpoint, { params: { holdId: dead } }, other);
    const { settle, gate, rebuildSale } = app.parts;
    const pinned = await settle.pinHolds([bought], buyer.userId);
    if (pinned.code !== 'pinned') throw new Error(pinned.code);
    const orders = [{ orderId: newId(), holds: pinned.holds }];
    await inTransaction(app.pool, (query) => settle.markPaying(query, orders));
    const sold = await inTransaction(app.pool, (query) => settle.commitSold(query, pinned.holds));
    expect(sold.code).toBe('sold');
    const known = await gate.refresh(sale.saleId);
    if (!known) throw new Error('no sale');
    expect(await rebuildSale.rebuild(known)).toBe(true);
    const key = { holdId: dead, buyerId: other.userId };
    expect(await gate.storeOf('redis').known(sale.saleId, [key])).toEqual([true]);
    expect(await counters(app, sale)).toEqual({ engine: '3 1 1', booked: '3 1 1' });
    const more = await place(app, sale, buyer);
    expect(more).toMatchObject({ problem: { code: 'limit_reached', limit: 2, units: 2 } });
    expect(await place(app, sale, other, dead)).toMatchObject({ problem: { code: 'hold_ended' } });
    await held(app, sale, buyer, kept); // the first answer again
  });

  it('that dies after it filled the engine leaves a memory that nobody believes', async () => {
    const sale = await runningSale(app, 2);
    const { gate, rebuildSale } = app.parts;
    const known = await gate.refresh(sale.saleId);
    if (!known) throw new Error('no sale');
    // The engine forgets a claim that is on its way to Postgres, where the rebuild then never took place.
    const died = onceAt('hold.storing', async () => {
      dieOnceAt('rebuild.restored');
      expect(await rebuildSale.rebuild(known)).toBe(false);
    });
    await held(app, sale, newBuyer());
    await died;
    const memory = await gate.storeOf('redis').inspect(sale.saleId, 'counters');
    expect(memory?.variants).toMatchObject([{ available: 2, held: 0 }]);
    expect((await counters(app, sale)).booked).toBe('1 1 0');
    // Whoever asks next finds another epoch there, and has the sale rebuilt before anything is claimed.
    await held(app, sale, newBuyer());
    expect(await counters(app, sale)).toEqual({ engine: '0 2 0', booked: '0 2 0' });
    expect(await place(app, sale, newBuyer())).toMatchObject({ problem: { code: 'sold_out' } });
  });
});
