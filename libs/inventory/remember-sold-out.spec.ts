import { beforeEach, describe, expect, it } from '@jest/globals';
import { newKey, openSale, type SaleFixture } from './contract/sale-fixture.ts';
import type { HoldStore } from './hold-store.ts';
import { MemoryHoldStore } from './memory/memory-hold-store.ts';
import { rememberSoldOut } from './remember-sold-out.ts';

let now: number;
let reserves: number;
let store: HoldStore;
let sale: SaleFixture;
let failing: boolean;
/** Adds units as another process would: past the store under test. */
let freeElsewhere: () => Promise<unknown>;

beforeEach(async () => {
  now = 0;
  reserves = 0;
  failing = false;
  const engine = new MemoryHoldStore();
  const reserve = engine.reserve.bind(engine);
  engine.reserve = async (request) => {
    reserves += 1;
    if (failing) throw new Error('away');
    return reserve(request);
  };
  store = rememberSoldOut(engine, () => now);
  sale = await openSale(store, [2, 5]);
  const { v1: variantId } = sale;
  freeElsewhere = () => engine.adjust(sale, { changeId: 'elsewhere', variantId, delta: 2 });
});

describe('a sold-out answer', () => {
  it('stands for a moment without asking the engine again', async () => {
    await sale.held(2);
    const first = await sale.reserve(1);
    reserves = 0;
    now += 99;
    const again = await Promise.all([
      sale.reserve(1),
      sale.reserve(2),
      sale.reserve({ [sale.v2]: 1, [sale.v1]: 1 }),
    ]);
    expect(again).toEqual([first, first, first]);
    expect(reserves).toBe(0);
    now += 1;
    expect(await sale.reserve(1)).toEqual(first);
    expect(reserves).toBe(1);
  });

  it('is asked for again by one of a herd, while the others are told what was known', async () => {
    await sale.held(2);
    const first = await sale.reserve(1);
    reserves = 0;
    now += 100;
    expect(await Promise.all([sale.reserve(1), sale.reserve(1), sale.reserve(2)])).toEqual([
      first,
      first,
      first,
    ]);
    expect(reserves).toBe(1);
    now += 99;
    expect(await sale.reserve(1)).toEqual(first);
    expect(reserves).toBe(1);
  });

  it('is asked for by everybody when nobody comes back with an answer', async () => {
    await sale.held(2);
    await sale.reserve(1);
    now += 100;
    failing = true;
    await expect(sale.reserve(1)).rejects.toThrow('away');
    failing = false;
    reserves = 0;
    await sale.reserve(1);
    expect(reserves).toBe(0);
    now += 1_000;
    await sale.reserve(1);
    expect(reserves).toBe(1);
  });

  it('ends for all when the one who asks gets a unit', async () => {
    await sale.held(2);
    await sale.reserve(1);
    now += 100;
    await freeElsewhere();
    expect((await sale.reserve(1)).code).toBe('held');
    expect((await sale.reserve(1)).code).toBe('held');
  });

  it('says nothing of fewer units, of other variants, or under another epoch', async () => {
    await sale.held(1);
    expect((await sale.reserve(2)).code).toBe('sold_out');
    expect((await sale.reserve(1)).code).toBe('held');
    expect((await sale.reserve({ [sale.v2]: 2 })).code).toBe('held');
    const stale = { saleId: sale.saleId, epoch: sale.epoch + 1, ...newKey() };
    expect((await store.reserve({ ...stale, lines: [{ variantId: sale.v1, quantity: 2 }] })).code).toBe(
      'stale_epoch',
    );
  });

  it('never takes the place of the first answer to a key', async () => {
    const key = await sale.held(2);
    expect((await sale.reserve(2)).code).toBe('sold_out');
    expect(await sale.reserve(2, key)).toMatchObject({ code: 'held', replay: true });
  });

  it('ends with whatever may free units', async () => {
    const key = await sale.held(2);
    expect((await sale.reserve(1)).code).toBe('sold_out');
    await store.release(sale, [key]);
    expect((await sale.reserve(1)).code).toBe('held');
  });
});
