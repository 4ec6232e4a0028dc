import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { v7 } from 'uuid';
import { ENDED_KEPT_MS } from '../hold-store.ts';
import type { EngineUnderTest } from './engine-under-test.ts';
import { findFaults } from './invariants.ts';
import { HOLD_TTL_MS, newKey, openSale, PRICE } from './sale-fixture.ts';

/** What every engine answers to calls that end or change what is there. */
export function describeSettle(start: () => Promise<EngineUnderTest>): void {
  let engine: EngineUnderTest;
  beforeAll(async () => {
    engine = await start();
  }, 60_000);
  afterAll(() => engine.stop());

  describe('pin', () => {
    it('keeps holds for a payment, and bears a repeat', async () => {
      const sale = await openSale(engine.store, 5);
      const keys = [await sale.held(1), await sale.held(1)];
      expect(await engine.store.pin(sale, keys)).toEqual({ code: 'pinned' });
      expect(await engine.store.pin(sale, keys)).toEqual({ code: 'pinned' });
      await engine.advance(HOLD_TTL_MS);
      expect(await engine.store.pin(sale, keys)).toEqual({ code: 'pinned' });
      expect(await sale.counters()).toBe('3 2 0');
      expect(await findFaults(engine.store, sale.saleId)).toEqual([]);
    });

    it('pins all or none', async () => {
      const sale = await openSale(engine.store, 5);
      const [live, gone] = [await sale.held(1), await sale.held(1)];
      await engine.store.release(sale, [gone]);
      expect(await engine.store.pin(sale, [live, gone])).toEqual({
        code: 'not_held',
        ...gone,
        state: 'released',
      });
      await engine.advance(HOLD_TTL_MS);
      expect(await engine.store.pin(sale, [live])).toEqual({ code: 'not_held', ...live, state: 'expired' });
      const unknown = newKey();
      expect(await engine.store.pin(sale, [unknown])).toEqual({
        code: 'not_held',
        ...unknown,
        state: 'unknown',
      });
    });

    it('does not pin in a stopped sale', async () => {
      const sale = await openSale(engine.store, 5);
      const key = await sale.held(1);
      await engine.store.change(sale, { state: 'stopped' });
      expect(await engine.store.pin(sale, [key])).toEqual({ code: 'closed' });
    });
  });

  describe('extend', () => {
    it('moves an end to later, never to earlier', async () => {
      const sale = await openSale(engine.store, 1);
      const key = await sale.held(1);
      const end = engine.now() + HOLD_TTL_MS;
      expect(await engine.store.extend(sale, key, end + 500)).toEqual({
        code: 'extended',
        expiresAt: end + 500,
      });
      expect(await engine.store.extend(sale, key, end)).toEqual({ code: 'extended', expiresAt: end + 500 });
      await engine.advance(HOLD_TTL_MS);
      expect(await sale.reserve(1)).toMatchObject({ code: 'sold_out' });
      await engine.advance(500);
      expect(await engine.store.extend(sale, key, end + 900)).toEqual({ code: 'not_held', state: 'expired' });
      expect(await sale.reserve(1)).toMatchObject({ code: 'held' });
      expect(await engine.store.extend(sale, newKey(), end)).toEqual({ code: 'not_held', state: 'unknown' });
    });

    it('moves the time at which a pinned hold is asked for', async () => {
      const sale = await openSale(engine.store, 1);
      const key = await sale.held(1);
      await engine.store.pin(sale, [key]);
      await engine.store.extend(sale, key, engine.now() + 2 * HOLD_TTL_MS);
      await engine.advance(HOLD_TTL_MS);
      expect(await engine.store.sweep(sale)).toMatchObject({ duePinned: [] });
    });
  });

  describe('confirm', () => {
    it('moves units to sold once, and names what it cannot', async () => {
      const sale = await openSale(engine.store, 5);
      const [held, pinned, gone] = [await sale.held(2), await sale.held(1), await sale.held(1)];
      await engine.store.pin(sale, [pinned]);
      await engine.store.release(sale, [gone]);
      const unknown = newKey();
      const all = [held, pinned, gone, unknown];
      expect(await engine.store.confirm(sale, all)).toMatchObject({ code: 'done', missing: [gone, unknown] });
      expect(await engine.store.confirm(sale, all)).toMatchObject({ code: 'done', missing: [gone, unknown] });
      expect(await sale.counters()).toBe('2 0 3');
      expect(await findFaults(engine.store, sale.saleId)).toEqual([]);
    });
  });

  describe('release', () => {
    it('gives units back once, paying ones included, and names what is sold', async () => {
      const sale = await openSale(engine.store, 5);
      const [held, pinned, sold] = [await sale.held(2), await sale.held(1), await sale.held(1)];
      await engine.store.pin(sale, [pinned]);
      await engine.store.confirm(sale, [sold]);
      const all = [held, pinned, sold];
      expect(await engine.store.release(sale, all)).toMatchObject({ code: 'done', missing: [sold] });
      expect(await engine.store.release(sale, all)).toMatchObject({ code: 'done', missing: [sold] });
      expect(await sale.counters()).toBe('4 0 1');
      expect(await findFaults(engine.store, sale.saleId)).toEqual([]);
    });

    it('keeps a reserve that arrives after its release from coming to life', async () => {
      const sale = await openSale(engine.store, 5);
      const key = newKey();
      expect(await engine.store.release(sale, [key])).toMatchObject({ code: 'done', missing: [] });
      expect(await sale.reserve(1, key)).toEqual({ code: 'ended', state: 'released' });
      expect(await sale.counters()).toBe('5 0 0');
    });
  });

  describe('expire', () => {
    it('ends a hold only past its time, and never a pinned one', async () => {
      const sale = await openSale(engine.store, 5);
      const [held, pinned] = [await sale.held(1), await sale.held(1)];
      const expiresAt = engine.now() + HOLD_TTL_MS;
      expect(await engine.store.expire(sale, held)).toEqual({ code: 'not_due', expiresAt });
      await engine.store.pin(sale, [pinned]);
      await engine.advance(HOLD_TTL_MS);
      expect(await engine.store.expire(sale, pinned)).toEqual({ code: 'pinned' });
      expect(await engine.store.expire(sale, held)).toEqual({ code: 'done', expired: [held], promoted: [] });
      expect(await engine.store.expire(sale, held)).toEqual({ code: 'not_held', state: 'expired' });
      expect(await engine.store.expire(sale, newKey())).toEqual({ code: 'not_held', state: 'unknown' });
      expect(await sale.counters()).toBe('4 1 0');
    });
  });

  describe('sweep', () => {
    it('ends what is past its time, 200 at a time, and names pinned holds now and then', async () => {
      const sale = await openSale(engine.store, 250);
      const pinned = await sale.held(1);
      await engine.store.pin(sale, [pinned]);
      await Promise.all(Array.from({ length: 220 }, () => sale.held(1)));
      expect(await engine.store.sweep(sale)).toMatchObject({ expired: [], duePinned: [], more: false });
      await engine.advance(HOLD_TTL_MS);
      const first = await engine.store.sweep(sale);
      expect(first).toMatchObject({ duePinned: [pinned], more: true });
      expect(first.code === 'done' && first.expired.length).toBe(200);
      const second = await engine.store.sweep(sale);
      expect(second).toMatchObject({ duePinned: [], more: false });
      expect(second.code === 'done' && second.expired.length).toBe(20);
      await engine.advance(5_000);
      expect(await engine.store.sweep(sale)).toMatchObject({ duePinned: [pinned] });
      expect(await sale.counters()).toBe('249 1 0');
      expect(await findFaults(engine.store, sale.saleId)).toEqual([]);
    });

    it('forgets ended keys after a while, and live ones never', async () => {
      const sale = await openSale(engine.store, 5);
      const [live, gone] = [await sale.held(1), await sale.held(1)];
      await engine.store.pin(sale, [live]);
      await engine.store.release(sale, [gone]);
      await engine.advance(ENDED_KEPT_MS - 1);
      await engine.store.sweep(sale);
      expect(await engine.store.known(sale.saleId, [live, gone])).toEqual([true, true]);
      await engine.advance(1);
      await engine.store.sweep(sale);
      expect(await engine.store.known(sale.saleId, [live, gone])).toEqual([true, false]);
    });
  });

  describe('adjust', () => {
    it('adds units and takes available ones away, each change once', async () => {
      const sale = await openSale(engine.store, 3);
      await sale.held(2);
      const more = { changeId: v7(), variantId: sale.v1, delta: 4 };
      const counters = { stock: 7, available: 5, held: 2, sold: 0 };
      expect(await engine.store.adjust(sale, more)).toMatchObject({
        code: 'adjusted',
        replay: false,
        ...counters,
      });
      expect(await engine.store.adjust(sale, more)).toMatchObject({
        code: 'adjusted',
        replay: true,
        ...counters,
      });
      const less = { changeId: v7(), variantId: sale.v1, delta: -5 };
      expect(await engine.store.adjust(sale, less)).toMatchObject({
        code: 'adjusted',
        stock: 2,
        available: 0,
      });
      expect(await engine.store.adjust(sale, { ...less, changeId: v7(), delta: -1 })).toEqual({
        code: 'not_enough',
        available: 0,
      });
      await engine.advance(HOLD_TTL_MS);
      expect(await engine.store.adjust(sale, { ...less, changeId: v7(), delta: -1 })).toMatchObject({
        code: 'adjusted',
        stock: 1,
        available: 1,
      });
      expect(await findFaults(engine.store, sale.saleId)).toEqual([]);
    });

    it('takes a new variant in with its terms', async () => {
      const sale = await openSale(engine.store, 3);
      const change = { changeId: v7(), variantId: v7(), delta: 2 };
      expect(await engine.store.adjust(sale, change)).toEqual({ code: 'unknown_variant' });
      expect(await engine.store.adjust(sale, { ...change, terms: '5 EUR 1' })).toMatchObject({
        code: 'adjusted',
      });
      expect(await sale.reserve({ [change.variantId]: 1 })).toMatchObject({ lines: [{ terms: '5 EUR 1' }] });
      expect(await findFaults(engine.store, sale.saleId)).toEqual([]);
    });
  });

  describe('reverse', () => {
    it('makes sold units available again, or takes them out, each change once', async () => {
      const sale = await openSale(engine.store, 4, { limitPerBuyer: 3 });
      const key = await sale.held(3);
      await engine.store.confirm(sale, [key]);
      const { buyerId } = key;
      const back = { changeId: v7(), variantId: sale.v1, quantity: 1, buyerId, to: 'available' } as const;
      expect(await engine.store.reverse(sale, back)).toMatchObject({
        code: 'adjusted',
        available: 2,
        sold: 2,
      });
      expect(await engine.store.reverse(sale, back)).toMatchObject({
        code: 'adjusted',
        replay: true,
        sold: 2,
      });
      expect(await sale.reserve(1, { buyerId })).toMatchObject({ code: 'held' });
      const out = { ...back, changeId: v7(), to: 'outside' } as const;
      expect(await engine.store.reverse(sale, out)).toMatchObject({ code: 'adjusted', stock: 3, sold: 1 });
      expect(await engine.store.reverse(sale, { ...out, changeId: v7(), quantity: 2 })).toEqual({
        code: 'not_enough',
        available: 1,
      });
      expect(await engine.store.reverse(sale, { ...out, variantId: v7() })).toEqual({
        code: 'unknown_variant',
      });
      expect(await findFaults(engine.store, sale.saleId)).toEqual([]);
    });
  });

  describe('change', () => {
    it('sets prices for later holds; an older version never replaces a newer one', async () => {
      const sale = await openSale(engine.store, 5);
      const early = await sale.held(1);
      const price = (terms: string) => engine.store.change(sale, { prices: [{ variantId: sale.v1, terms }] });
      expect(await price('700 EUR 3')).toEqual({ code: 'changed' });
      await price('800 EUR 2');
      expect(await sale.reserve(1)).toMatchObject({ lines: [{ terms: '700 EUR 3' }] });
      expect(await sale.reserve(1, early)).toMatchObject({ lines: [{ terms: PRICE }] });
    });
  });

  describe('close', () => {
    it('lets holds outlive the end of a sale', async () => {
      const sale = await openSale(engine.store, 3);
      const key = await sale.held(1);
      expect(await engine.store.close(sale, 'closed')).toEqual({ code: 'closed', released: [], more: false });
      expect(await engine.store.pin(sale, [key])).toEqual({ code: 'pinned' });
      expect(await engine.store.confirm(sale, [key])).toMatchObject({ missing: [] });
      expect(await sale.counters()).toBe('2 0 1');
    });

    it('gives every unpaid hold back at an emergency stop, 200 at a time', async () => {
      const sale = await openSale(engine.store, 300);
      const paying = await sale.held(1);
      await engine.store.pin(sale, [paying]);
      await Promise.all(Array.from({ length: 210 }, () => sale.held(1)));
      expect(await engine.store.close(sale, 'stopped')).toMatchObject({ more: true });
      expect(await engine.store.close(sale, 'stopped')).toMatchObject({ more: false });
      expect(await sale.counters()).toBe('299 1 0');
      expect(await findFaults(engine.store, sale.saleId)).toEqual([]);
    });
  });

  describe('waiting', () => {
    const wait = (variantId: string, rank: number) => ({ ...newKey(), variantId, rank });

    it('takes waiters only while a unit may come back', async () => {
      const sale = await openSale(engine.store, 1);
      expect(await engine.store.join(sale, wait(sale.v1, 1))).toEqual({ code: 'available' });
      expect(await engine.store.join(sale, wait(v7(), 1))).toEqual({ code: 'unknown_variant' });
      const key = await sale.held(1);
      const waiter = wait(sale.v1, 1);
      expect(await engine.store.join(sale, waiter)).toEqual({ code: 'waiting' });
      expect(await engine.store.join(sale, waiter)).toEqual({ code: 'waiting' });
      await engine.store.leave(sale, waiter);
      await engine.store.confirm(sale, [key]);
      expect(await engine.store.join(sale, wait(sale.v1, 2))).toEqual({ code: 'closed' });
      await engine.store.close(sale, 'closed');
      expect(await engine.store.join(sale, wait(sale.v1, 3))).toEqual({ code: 'closed' });
    });

    it('gives a freed unit to the head of the list, not to whoever comes next', async () => {
      const sale = await openSale(engine.store, 1);
      const key = await sale.held(1);
      const [second, first] = [wait(sale.v1, 8), wait(sale.v1, 7)];
      await engine.store.join(sale, second);
      await engine.store.join(sale, first);
      const released = await engine.store.release(sale, [key]);
      const claim = { holdId: first.holdId, buyerId: first.buyerId, startedAt: engine.now() };
      expect(released).toMatchObject({ promoted: [{ ...claim, lines: [{ quantity: 1, terms: PRICE }] }] });
      expect(await sale.reserve(1)).toMatchObject({ code: 'sold_out', promoted: [] });
      await engine.advance(HOLD_TTL_MS);
      const next = await sale.reserve(1);
      expect(next).toMatchObject({ code: 'sold_out', promoted: [{ holdId: second.holdId }] });
      expect(await sale.reserve(1, first)).toEqual({ code: 'ended', state: 'expired' });
      expect(await findFaults(engine.store, sale.saleId)).toEqual([]);
    });

    it.each(['expire', 'sweep', 'adjust', 'reverse', 'promote'] as const)('promotes with %s', async (how) => {
      const sale = await openSale(engine.store, 2);
      const [key, sold] = [await sale.held(1), await sale.held(1)];
      await engine.store.confirm(sale, [sold]);
      const waiter = wait(sale.v1, 1);
      await engine.store.join(sale, waiter);
      const change = { changeId: v7(), variantId: sale.v1 };
      if (how !== 'adjust' && how !== 'reverse') await engine.advance(HOLD_TTL_MS);
      const answer = await {
        expire: () => engine.store.expire(sale, key),
        sweep: () => engine.store.sweep(sale),
        adjust: () => engine.store.adjust(sale, { ...change, delta: 1 }),
        reverse: () => engine.store.reverse(sale, { ...change, quantity: 1, buyerId: null, to: 'available' }),
        promote: () => engine.store.promote(sale, sale.v1),
      }[how]();
      expect(answer).toMatchObject({ promoted: [{ holdId: waiter.holdId }] });
      expect(await findFaults(engine.store, sale.saleId)).toEqual([]);
    });

    it("counts a waiter's unit against the limit", async () => {
      const sale = await openSale(engine.store, [1, 5], { limitPerBuyer: 1 });
      await sale.held(1);
      const waiter = wait(sale.v1, 1);
      await engine.store.join(sale, waiter);
      const { buyerId } = waiter;
      expect(await sale.reserve({ [sale.v2]: 1 }, { buyerId })).toMatchObject({
        code: 'limit_reached',
        units: 1,
      });
      expect(await engine.store.join(sale, { ...wait(sale.v1, 2), buyerId })).toEqual({
        code: 'limit_reached',
      });
      await engine.store.leave(sale, waiter);
      expect(await sale.reserve({ [sale.v2]: 1 }, { buyerId })).toMatchObject({ code: 'held' });
    });

    it('promotes nobody once the sale is over', async () => {
      const sale = await openSale(engine.store, 1, { endsAt: engine.now() + 1_000 });
      const key = await sale.held(1);
      await engine.store.join(sale, wait(sale.v1, 1));
      await engine.advance(1_000);
      expect(await engine.store.release(sale, [key])).toMatchObject({ promoted: [] });
      expect(await sale.counters()).toBe('1 0 0');
    });

    it('serves many waiters and newcomers at once without losing or doubling a unit', async () => {
      const sale = await openSale(engine.store, 20);
      const keys = await Promise.all(Array.from({ length: 20 }, () => sale.held(1)));
      const waiters = Array.from({ length: 30 }, (_, rank) => wait(sale.v1, rank));
      await Promise.all(waiters.map((waiter) => engine.store.join(sale, waiter)));
      await Promise.all(
        keys.flatMap((key) => [engine.store.release(sale, [key]), sale.reserve(1), engine.store.sweep(sale)]),
      );
      await engine.store.promote(sale, sale.v1);
      const served = await engine.store.known(sale.saleId, waiters);
      expect(served.filter(Boolean)).toHaveLength(20);
      expect(served.slice(0, 20).every(Boolean)).toBe(true);
      expect(await sale.counters()).toBe('0 20 0');
      expect(await findFaults(engine.store, sale.saleId)).toEqual([]);
    });
  });
}
