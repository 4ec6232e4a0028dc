import { describe, expect, it } from '@jest/globals';
import type { HoldView } from '#contracts';
import { createServerClock } from '../clock.ts';
import { fakeApi } from '../testing/fake-api.ts';
import { manualTimers } from '../testing/manual-timers.ts';
import { Cart } from './cart.ts';

const START = Date.parse('2026-11-20T10:00:00.000Z');
const iso = (ms: number) => new Date(START + ms).toISOString();
const hold = (holdId: string, endsInMs: number, state: HoldView['state'] = 'held'): HoldView => ({
  holdId,
  saleId: 's',
  shopId: 'shop',
  state,
  source: 'buyer',
  lines: [],
  startedAt: iso(0),
  expiresAt: iso(endsInMs),
  orderId: null,
});
const placed = (...holds: HoldView[]) => ({ body: { holds, serverTime: iso(0) } });

function setUp(answers: Parameters<typeof fakeApi>[0]) {
  const server = fakeApi(answers);
  // This device is an hour slow; the server's time comes with its answers.
  const timers = manualTimers(START - 3_600_000);
  const clock = createServerClock(timers.now);
  let ids = 0;
  const cart = new Cart({ api: server.api, clock, timers, newId: () => `id-${(ids += 1)}` });
  return { ...server, timers, clock, cart };
}

describe('cart', () => {
  it('counts down by the clock of the server, however wrong the device is', async () => {
    const { cart, timers } = setUp({ placeHolds: [placed(hold('id-1', 300_000))] });
    const expired: string[] = [];
    cart.on('expired', ({ holdId }) => expired.push(holdId));
    await cart.place('s', 'v', 1);
    await timers.pass(299_999);
    expect(cart.get()).toHaveLength(1);
    await timers.pass(1);
    expect([cart.get(), expired]).toEqual([[], ['id-1']]);
  });

  it('asks again with the same id when no answer came', async () => {
    const { cart, timers, asked } = setUp({
      placeHolds: [{ refuse: 'unavailable' }, { refuse: 'unavailable' }, placed(hold('id-1', 300_000))],
    });
    const result = cart.place('s', 'v', 1);
    await timers.pass(2_000);
    expect(await result).toMatchObject({ ok: true });
    expect(new Set(asked.map(({ request }) => JSON.stringify(request))).size).toBe(1);
    expect(asked).toHaveLength(3);
  });

  it('takes a new id when the server could not store the hold', async () => {
    const { cart, asked } = setUp({
      placeHolds: [{ refuse: 'hold_not_stored' }, placed(hold('id-2', 300_000))],
    });
    expect(await cart.place('s', 'v', 1)).toMatchObject({ ok: true });
    expect(asked.map(({ request }) => JSON.stringify(request).match(/id-\d/)?.[0])).toEqual(['id-1', 'id-2']);
  });

  it('gives the refusal as it is', async () => {
    const { cart } = setUp({ placeHolds: [{ refuse: 'sold_out' }] });
    expect(await cart.place('s', 'v', 1)).toMatchObject({ ok: false, problem: { code: 'sold_out' } });
    expect(cart.get()).toEqual([]);
  });

  it('survives a reload, and shows only what is still held', async () => {
    const { cart, timers } = setUp({
      listHolds: [placed(hold('b', 200_000), hold('a', 100_000), hold('c', 50_000, 'paying'))],
    });
    await cart.load();
    expect(cart.get().map(({ holdId }) => holdId)).toEqual(['a', 'b']);
    await timers.pass(100_000);
    expect(cart.get().map(({ holdId }) => holdId)).toEqual(['b']);
  });

  it('gives units back', async () => {
    const { cart, names, timers } = setUp({
      listHolds: [placed(hold('a', 100_000))],
      releaseHold: [{ body: hold('a', 0, 'released') }],
    });
    await cart.load();
    await cart.release('a');
    expect([cart.get(), names()]).toEqual([[], ['listHolds', 'releaseHold']]);
    expect(timers.waiting()).toBe(0);
  });
});
