import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { v7 } from 'uuid';
import type { HoldStore, SaleMemory, SaleRef, StoredHold } from '../hold-store.ts';
import type { EngineUnderTest } from './engine-under-test.ts';
import { findFaults } from './invariants.ts';
import { DEFAULT_RULES, fixtureOf, HOLD_TTL_MS, newKey, nextEpoch, openSale, PRICE } from './sale-fixture.ts';

/** What every engine does with epochs, rebuilds and its journal. */
export function describeMemory(start: () => Promise<EngineUnderTest>): void {
  let engine: EngineUnderTest;
  beforeAll(async () => {
    engine = await start();
  }, 60_000);
  afterAll(() => engine.stop());

  describe('epochs', () => {
    it('answers stale_epoch to every call with another epoch, and changes nothing', async () => {
      const { store } = engine;
      const sale = await openSale(store, 5);
      const key = await sale.held(1);
      for (const epoch of [sale.epoch - 1, sale.epoch + 1]) {
        const stale: SaleRef = { saleId: sale.saleId, epoch };
        for (const answer of await Promise.all(everyCall(store, stale, sale.v1, key))) {
          expect(answer).toEqual({ code: 'stale_epoch' });
        }
      }
      expect(await sale.counters()).toBe('4 1 0');
    });

    it('answers stale_epoch for a sale it does not have', async () => {
      const answers = await Promise.all(everyCall(engine.store, { saleId: v7(), epoch: 1 }, v7(), newKey()));
      expect(new Set(answers.map((answer) => answer.code))).toEqual(new Set(['stale_epoch']));
    });
  });

  describe('rebuild', () => {
    it('puts counters, live and ended holds, limits and waiters back under a new epoch', async () => {
      const { store } = engine;
      const now = engine.now();
      const old = await openSale(store, [5, 5], { limitPerBuyer: 3 });
      const before = await old.held(1);
      const [held, paying, sold, released] = [newKey(), newKey(), newKey(), newKey()];
      const line = (variantId: string, quantity: number) => ({ variantId, quantity, terms: '900 EUR 7' });
      const hold = (state: StoredHold['state'], key: typeof held, quantity: number): StoredHold => ({
        ...key,
        state,
        startedAt: now - 1_000,
        expiresAt: now + 60_000,
        endedAt: state === 'held' || state === 'paying' ? null : now - 500,
        lines: [line(old.v1, quantity)],
      });
      const waiter = { ...newKey(), variantId: old.v2, rank: 4 };
      const memory: SaleMemory = {
        rules: { ...DEFAULT_RULES, limitPerBuyer: 3 },
        variants: [
          { variantId: old.v1, terms: PRICE, unsold: 7, sold: 2 },
          { variantId: old.v2, terms: PRICE, unsold: 1, sold: 0 },
        ],
        holds: [
          [hold('held', held, 2), hold('paying', paying, 1)],
          [hold('sold', sold, 2), hold('released', released, 1)],
        ],
        bought: [[{ buyerId: sold.buyerId, units: 2 }]],
        waiting: [[waiter]],
      };
      const epoch = nextEpoch();
      await store.rebuild({ saleId: old.saleId, epoch }, memory);
      const sale = fixtureOf(store, { saleId: old.saleId, epoch }, old.variants);
      expect(await old.reserve(1)).toEqual({ code: 'stale_epoch' });
      expect(await sale.counters(sale.v1)).toBe('4 3 2');
      expect(await findFaults(store, sale.saleId)).toEqual([]);
      const answer = await sale.reserve({ [sale.v2]: 1 });
      expect(answer).toMatchObject({ code: 'sold_out', promoted: [{ holdId: waiter.holdId }] });
      expect(await sale.reserve(2, held)).toMatchObject({
        code: 'held',
        replay: true,
        startedAt: now - 1_000,
        expiresAt: now + 60_000,
        lines: [line(old.v1, 2)],
      });
      expect(await sale.reserve(1, paying)).toMatchObject({ code: 'held', state: 'paying' });
      expect(await sale.reserve(2, sold)).toEqual({ code: 'ended', state: 'sold' });
      expect(await sale.reserve(1, released)).toEqual({ code: 'ended', state: 'released' });
      expect(await store.known(sale.saleId, [before])).toEqual([false]);
      expect(await sale.reserve(2, { buyerId: sold.buyerId })).toMatchObject({
        code: 'limit_reached',
        units: 2,
      });
      expect(await sale.reserve(2, { buyerId: held.buyerId })).toMatchObject({
        code: 'limit_reached',
        units: 2,
      });
      expect(await findFaults(store, sale.saleId)).toEqual([]);
    });

    it('keeps the state of the sale, and ends restored holds in their time', async () => {
      const { store } = engine;
      const { saleId, v1, variants } = await openSale(store, 1);
      const key = newKey();
      const now = engine.now();
      const stored = {
        ...key,
        state: 'held',
        startedAt: now,
        expiresAt: now + HOLD_TTL_MS,
        endedAt: null,
      } as const;
      const memory: SaleMemory = {
        rules: { ...DEFAULT_RULES, state: 'closed' },
        variants: [{ variantId: v1, terms: PRICE, unsold: 1, sold: 0 }],
        holds: [[{ ...stored, lines: [{ variantId: v1, quantity: 1, terms: PRICE }] }]],
        bought: [],
        waiting: [],
      };
      const ref = { saleId, epoch: nextEpoch() };
      await store.rebuild(ref, memory);
      const sale = fixtureOf(store, ref, variants);
      expect(await sale.reserve(1)).toEqual({ code: 'closed' });
      await engine.advance(HOLD_TTL_MS);
      expect(await store.sweep(sale)).toMatchObject({ expired: [key] });
    });

    it('never goes back to an epoch that is not newer', async () => {
      const { store } = engine;
      const sale = await openSale(store, 3);
      const memory: SaleMemory = { rules: DEFAULT_RULES, variants: [], holds: [], bought: [], waiting: [] };
      await expect(store.rebuild(sale, memory)).rejects.toThrow(/epoch/);
      await expect(store.rebuild({ ...sale, epoch: sale.epoch - 1 }, memory)).rejects.toThrow(/epoch/);
      expect(await sale.counters()).toBe('3 0 0');
    });

    it('restores 10,000 live holds', async () => {
      const { store } = engine;
      const { saleId, v1 } = await openSale(store, 1);
      const now = engine.now();
      const holds = Array.from({ length: 10_000 }, (): StoredHold => ({
        ...newKey(),
        state: 'held',
        startedAt: now,
        expiresAt: now + HOLD_TTL_MS,
        endedAt: null,
        lines: [{ variantId: v1, quantity: 1, terms: PRICE }],
      }));
      await store.rebuild(
        { saleId, epoch: nextEpoch() },
        {
          rules: DEFAULT_RULES,
          variants: [{ variantId: v1, terms: PRICE, unsold: 12_000, sold: 0 }],
          holds: [holds],
          bought: [],
          waiting: [],
        },
      );
      expect(await findFaults(store, saleId)).toEqual([]);
    }, 20_000);
  });

  describe('journal', () => {
    it('tells every change of counters, in order', async () => {
      const { store } = engine;
      const sale = await openSale(store, 3);
      const [sold, gone] = [await sale.held(1), await sale.held(1)];
      await store.confirm(sale, [sold]);
      await store.release(sale, [gone]);
      await store.adjust(sale, { changeId: v7(), variantId: sale.v1, delta: -1 });
      const back = {
        changeId: v7(),
        variantId: sale.v1,
        quantity: 1,
        buyerId: null,
        to: 'available',
      } as const;
      await store.reverse(sale, back);
      await sale.held(2);
      const waiter = { ...newKey(), variantId: sale.v1, rank: 1 };
      await store.join(sale, waiter);
      await engine.advance(HOLD_TTL_MS);
      await store.sweep(sale);
      const entries = await store.readJournal(sale.saleId, 100);
      expect(entries.map((entry) => entry.kind)).toEqual([
        ...['reserve', 'reserve', 'confirm', 'release', 'adjust', 'reverse', 'reserve', 'expire', 'promote'],
      ]);
      const { holdId, buyerId } = waiter;
      expect(entries.at(-1)).toMatchObject({
        hold: { holdId, buyerId },
        startedAt: engine.now(),
        expiresAt: engine.now() + HOLD_TTL_MS,
        lines: [{ variantId: sale.v1, quantity: 1, terms: PRICE }],
      });
      expect((await store.readJournal(sale.saleId, 2)).map((entry) => entry.kind)).toEqual([
        'reserve',
        'reserve',
      ]);
    });

    it('amounts to the same counters however much of it is folded away', async () => {
      const { store } = engine;
      const sale = await openSale(store, 30);
      const keys = await Promise.all(Array.from({ length: 12 }, () => sale.held(2)));
      await store.confirm(sale, keys.slice(0, 4));
      await store.release(sale, keys.slice(4, 8));
      const back = { variantId: sale.v1, quantity: 2, buyerId: null } as const;
      await store.reverse(sale, { ...back, changeId: v7(), to: 'outside' });
      await store.reverse(sale, { ...back, changeId: v7(), to: 'available' });
      for (const count of [5, 7, 100]) {
        const entries = await store.readJournal(sale.saleId, count);
        await store.trimJournal(sale.saleId, entries.at(-1)?.position ?? '0');
        expect(await findFaults(store, sale.saleId)).toEqual([]);
      }
      expect(await store.readJournal(sale.saleId, 10)).toEqual([]);
      await sale.held(1);
      expect(await findFaults(store, sale.saleId)).toEqual([]);
    });
  });

  describe('read, inspect and drop', () => {
    it('reads rules and counters of the variants asked for', async () => {
      const sale = await openSale(engine.store, [5, 2], { limitPerBuyer: 3 });
      await sale.held({ [sale.v2]: 1 });
      expect(await engine.store.read(sale, [sale.v2, v7()])).toEqual({
        epoch: sale.epoch,
        rules: { ...DEFAULT_RULES, limitPerBuyer: 3 },
        variants: [
          { variantId: sale.v2, terms: PRICE, stock: 2, available: 1, held: 1, sold: 0, waiting: 0 },
        ],
      });
      const all = await engine.store.read(sale, 'all');
      expect('variants' in all && all.variants).toHaveLength(2);
    });

    it('forgets a dropped sale', async () => {
      const sale = await openSale(engine.store, 5);
      const key = await sale.held(1);
      expect((await engine.store.inspect(sale.saleId, 'counters'))?.detail).toBeUndefined();
      await engine.store.drop(sale.saleId);
      expect(await engine.store.inspect(sale.saleId, 'holds')).toBeUndefined();
      expect(await engine.store.known(sale.saleId, [key])).toEqual([false]);
      expect(await sale.reserve(1)).toEqual({ code: 'stale_epoch' });
    });
  });
}

/** One of each call that names a sale at an epoch. */
function everyCall(store: HoldStore, sale: SaleRef, variantId: string, key: ReturnType<typeof newKey>) {
  const waiter = { ...newKey(), variantId, rank: 1 };
  const change = { changeId: v7(), variantId };
  return [
    store.reserve({ ...sale, ...newKey(), lines: [{ variantId, quantity: 1 }] }),
    store.reserve({ ...sale, ...key, lines: [{ variantId, quantity: 1 }] }),
    store.pin(sale, [key]),
    store.extend(sale, key, Date.now()),
    store.confirm(sale, [key]),
    store.release(sale, [key]),
    store.expire(sale, key),
    store.sweep(sale),
    store.adjust(sale, { ...change, delta: 1, terms: PRICE }),
    store.reverse(sale, { ...change, quantity: 1, buyerId: null, to: 'available' }),
    store.change(sale, { state: 'closed' }),
    store.join(sale, waiter),
    store.leave(sale, waiter),
    store.promote(sale, variantId),
    store.close(sale, 'stopped'),
    store.read(sale, 'all') as Promise<{ code: string }>,
  ];
}
