import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { v7 } from 'uuid';
import type { EngineUnderTest } from './engine-under-test.ts';
import { findFaults } from './invariants.ts';
import { HOLD_TTL_MS, newKey, openSale, PRICE } from './sale-fixture.ts';

/** What every engine answers to `open` and `reserve`. */
export function describeReserve(start: () => Promise<EngineUnderTest>): void {
  let engine: EngineUnderTest;
  beforeAll(async () => {
    engine = await start();
  }, 60_000);
  afterAll(() => engine.stop());

  describe('open', () => {
    it('makes a sale once per epoch and does not fall back to an older one', async () => {
      const sale = await openSale(engine.store, 3);
      await sale.held(1);
      const again = [{ variantId: sale.v1, terms: PRICE, unsold: 9, sold: 0 }];
      const rules = {
        state: 'open',
        startsAt: null,
        endsAt: null,
        limitPerBuyer: 0,
        holdTtlMs: 1_000,
      } as const;
      await engine.store.open(sale, rules, again);
      await engine.store.open({ saleId: sale.saleId, epoch: sale.epoch - 1 }, rules, again);
      expect(await sale.counters()).toBe('2 1 0');
    });
  });

  describe('reserve', () => {
    it('claims units at the terms in force until the hold time is over', async () => {
      const sale = await openSale(engine.store, [5, 5]);
      const key = newKey();
      const answer = await sale.reserve({ [sale.v1]: 2, [sale.v2]: 1 }, key);
      const now = engine.now();
      expect(answer).toEqual({
        code: 'held',
        replay: false,
        state: 'held',
        ...key,
        startedAt: now,
        expiresAt: now + HOLD_TTL_MS,
        lines: [
          { variantId: sale.v1, quantity: 2, terms: PRICE },
          { variantId: sale.v2, quantity: 1, terms: PRICE },
        ],
        expired: [],
        promoted: [],
      });
      expect(await sale.counters(sale.v1)).toBe('3 2 0');
      expect(await sale.counters(sale.v2)).toBe('4 1 0');
    });

    it('gives the first answer again to the same key, in whatever order its lines come', async () => {
      const sale = await openSale(engine.store, [5, 5]);
      const key = newKey();
      const first = await sale.reserve({ [sale.v1]: 2, [sale.v2]: 1 }, key);
      await engine.advance(1_000);
      const again = await sale.reserve({ [sale.v2]: 1, [sale.v1]: 2 }, key);
      expect(again).toEqual({ ...first, replay: true });
      expect(await sale.counters()).toBe('3 2 0');
    });

    it('refuses the same key for other lines', async () => {
      const sale = await openSale(engine.store, [5, 5]);
      const key = await sale.held(2);
      expect(await sale.reserve(3, key)).toEqual({ code: 'invalid', reason: 'other_lines' });
      expect(await sale.reserve({ [sale.v1]: 2, [sale.v2]: 1 }, key)).toMatchObject({ code: 'invalid' });
      expect(await sale.counters()).toBe('3 2 0');
    });

    it('scopes ids to their buyer', async () => {
      const sale = await openSale(engine.store, 5);
      const { holdId } = await sale.held(1);
      expect(await sale.reserve(2, { holdId })).toMatchObject({ code: 'held', replay: false });
      expect(await sale.counters()).toBe('2 3 0');
    });

    it('tells what became of a hold that ended', async () => {
      const sale = await openSale(engine.store, 5);
      const [sold, released, expired] = [await sale.held(1), await sale.held(1), await sale.held(1)];
      await engine.store.confirm(sale, [sold]);
      await engine.store.release(sale, [released]);
      expect(await sale.reserve(1, sold)).toEqual({ code: 'ended', state: 'sold' });
      expect(await sale.reserve(1, released)).toEqual({ code: 'ended', state: 'released' });
      await engine.advance(HOLD_TTL_MS);
      expect(await sale.reserve(1, expired)).toEqual({ code: 'ended', state: 'expired' });
    });

    it('answers sold out with the units that may come back, and takes nothing of a cart', async () => {
      const sale = await openSale(engine.store, [5, 2]);
      await sale.held({ [sale.v2]: 2 });
      const answer = await sale.reserve({ [sale.v1]: 1, [sale.v2]: 1 });
      expect(answer).toEqual({
        code: 'sold_out',
        variantId: sale.v2,
        outstanding: 2,
        expired: [],
        promoted: [],
      });
      expect(await sale.counters(sale.v1)).toBe('5 0 0');
      expect(await sale.reserve({ [sale.v1]: 6 })).toMatchObject({ code: 'sold_out', outstanding: 0 });
    });

    it('holds a buyer to the limit over all variants, held and bought together', async () => {
      const sale = await openSale(engine.store, [9, 9], { limitPerBuyer: 3 });
      const buyerId = v7();
      const first = await sale.held(1, { buyerId });
      await engine.store.confirm(sale, [first]);
      await sale.held({ [sale.v2]: 1 }, { buyerId });
      expect(await sale.reserve(2, { buyerId })).toEqual({
        code: 'limit_reached',
        limit: 3,
        units: 2,
        expired: [],
        promoted: [],
      });
      const last = await sale.held(1, { buyerId });
      expect(await sale.reserve(1, { buyerId })).toMatchObject({ code: 'limit_reached', units: 3 });
      await engine.store.release(sale, [last]);
      await sale.held(1, { buyerId });
      expect(await sale.reserve(4)).toMatchObject({ code: 'limit_reached', units: 0 });
      expect(await findFaults(engine.store, sale.saleId)).toEqual([]);
    });

    it("does not count a buyer's own holds that are past their time", async () => {
      const sale = await openSale(engine.store, [9, 9], { limitPerBuyer: 2 });
      const buyerId = v7();
      const old = await sale.held({ [sale.v2]: 2 }, { buyerId });
      await engine.advance(HOLD_TTL_MS);
      expect(await sale.reserve(2, { buyerId })).toMatchObject({ code: 'held', expired: [old] });
      expect(await findFaults(engine.store, sale.saleId)).toEqual([]);
    });

    it('treats a hold past its time as free at once, carts on all their variants', async () => {
      const sale = await openSale(engine.store, [1, 1]);
      const cart = await sale.held({ [sale.v1]: 1, [sale.v2]: 1 });
      await engine.advance(HOLD_TTL_MS - 1);
      expect(await sale.reserve(1)).toMatchObject({ code: 'sold_out' });
      await engine.advance(1);
      expect(await sale.reserve(1)).toMatchObject({ code: 'held', expired: [cart] });
      expect(await sale.counters(sale.v2)).toBe('1 0 0');
      expect(await findFaults(engine.store, sale.saleId)).toEqual([]);
    });

    it('ends at most 200 holds past their time in one call', async () => {
      const sale = await openSale(engine.store, 250);
      await Promise.all(Array.from({ length: 250 }, () => sale.held(1)));
      await engine.advance(HOLD_TTL_MS);
      const answer = await sale.reserve(1);
      expect(answer.code === 'held' && answer.expired.length).toBe(200);
      expect(await sale.counters()).toBe('199 51 0');
    });

    it('never revives a pinned hold that is past its time', async () => {
      const sale = await openSale(engine.store, 1);
      const key = await sale.held(1);
      await engine.store.pin(sale, [key]);
      await engine.advance(2 * HOLD_TTL_MS);
      expect(await sale.reserve(1)).toMatchObject({ code: 'sold_out', outstanding: 1 });
      expect(await sale.reserve(1, key)).toMatchObject({ code: 'held', replay: true, state: 'paying' });
    });

    it('sells only between begin and end, and while it is open', async () => {
      const now = engine.now();
      const sale = await openSale(engine.store, 5, { startsAt: now + 100, endsAt: now + 200 });
      expect(await sale.reserve(1)).toEqual({ code: 'not_open', startsAt: now + 100, paused: false });
      await engine.advance(100);
      const key = await sale.held(1);
      await engine.store.change(sale, { state: 'paused' });
      expect(await sale.reserve(1)).toMatchObject({ code: 'not_open', paused: true });
      await engine.store.change(sale, { state: 'open' });
      await engine.advance(100);
      expect(await sale.reserve(1)).toEqual({ code: 'closed' });
      expect(await sale.reserve(1, key)).toMatchObject({ code: 'held', replay: true });
      await engine.store.change(sale, { endsAt: now + 10_000 });
      await sale.held(1);
      await engine.store.close(sale, 'closed');
      expect(await sale.reserve(1)).toEqual({ code: 'closed' });
    });

    it.each([0, -1, 1.5, Number.NaN])('refuses the quantity %p and changes nothing', async (quantity) => {
      const sale = await openSale(engine.store, 5);
      expect(await sale.reserve(quantity)).toEqual({ code: 'invalid', reason: 'lines' });
      expect(await sale.counters()).toBe('5 0 0');
    });

    it('refuses no lines, a variant named twice, and one that is not in the sale', async () => {
      const sale = await openSale(engine.store, 5);
      expect(await sale.reserve({})).toEqual({ code: 'invalid', reason: 'lines' });
      const line = { variantId: sale.v1, quantity: 1 };
      expect(await engine.store.reserve({ ...sale, ...newKey(), lines: [line, line] })).toMatchObject({
        code: 'invalid',
      });
      expect(await sale.reserve({ [v7()]: 1 })).toEqual({ code: 'invalid', reason: 'unknown_variant' });
      expect(await sale.counters()).toBe('5 0 0');
    });

    it('knows which keys it has seen', async () => {
      const sale = await openSale(engine.store, 5);
      const [live, ended] = [await sale.held(1), await sale.held(1)];
      await engine.store.release(sale, [ended]);
      expect(await engine.store.known(sale.saleId, [live, newKey(), ended])).toEqual([true, false, true]);
      expect(await engine.store.known(v7(), [live])).toEqual([false]);
    });
  });

  describe('races', () => {
    it('gives 100 units to exactly 100 of many buyers', async () => {
      const sale = await openSale(engine.store, 100);
      const answers = await Promise.all(Array.from({ length: 1_000 }, () => sale.reserve(1)));
      expect(answers.filter((answer) => answer.code === 'held')).toHaveLength(100);
      expect(answers.filter((answer) => answer.code === 'sold_out')).toHaveLength(900);
      expect(await sale.counters()).toBe('0 100 0');
      expect(await findFaults(engine.store, sale.saleId)).toEqual([]);
    }, 30_000);

    it('makes one hold of a key that is sent many times at once', async () => {
      const sale = await openSale(engine.store, 10, { limitPerBuyer: 2 });
      const key = newKey();
      const answers = await Promise.all(Array.from({ length: 20 }, () => sale.reserve(2, key)));
      expect(answers.filter((answer) => answer.code === 'held' && !answer.replay)).toHaveLength(1);
      expect(answers.filter((answer) => answer.code === 'held')).toHaveLength(20);
      expect(await sale.counters()).toBe('8 2 0');
    });

    it('holds one buyer to the limit over requests that race', async () => {
      const sale = await openSale(engine.store, 50, { limitPerBuyer: 3 });
      const buyerId = v7();
      const answers = await Promise.all(Array.from({ length: 20 }, () => sale.reserve(1, { buyerId })));
      expect(answers.filter((answer) => answer.code === 'held')).toHaveLength(3);
      expect(await sale.counters()).toBe('47 3 0');
      expect(await findFaults(engine.store, sale.saleId)).toEqual([]);
    });

    it('lets carts that cross each other both finish', async () => {
      const sale = await openSale(engine.store, [30, 30]);
      const crossed = Array.from({ length: 30 }, (_, i) =>
        sale.reserve(i % 2 ? { [sale.v1]: 1, [sale.v2]: 1 } : { [sale.v2]: 1, [sale.v1]: 1 }),
      );
      const answers = await Promise.all(crossed);
      expect(answers.every((answer) => answer.code === 'held')).toBe(true);
      expect(await sale.counters(sale.v2)).toBe('0 30 0');
    });

    it('ends each hold once, whoever asks for it first', async () => {
      const sale = await openSale(engine.store, 20);
      const keys = await Promise.all(Array.from({ length: 20 }, () => sale.held(1)));
      await engine.advance(HOLD_TTL_MS);
      await Promise.all(
        keys.flatMap((key) => [
          engine.store.confirm(sale, [key]),
          engine.store.expire(sale, key),
          engine.store.release(sale, [key]),
          engine.store.sweep(sale),
        ]),
      );
      const inspection = await engine.store.inspect(sale.saleId, 'holds');
      const states = inspection?.detail?.holds.map((hold) => hold.state) ?? [];
      expect(states.filter((state) => state === 'held' || state === 'paying')).toEqual([]);
      const sold = states.filter((state) => state === 'sold').length;
      expect(await sale.counters()).toBe(`${20 - sold} 0 ${sold}`);
      expect(await findFaults(engine.store, sale.saleId)).toEqual([]);
    });
  });
}
