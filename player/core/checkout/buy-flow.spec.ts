import { describe, expect, it } from '@jest/globals';
import type { HoldView } from '#contracts';
import { createServerClock } from '../clock.ts';
import { fakeApi } from '../testing/fake-api.ts';
import { manualTimers } from '../testing/manual-timers.ts';
import { BuyFlow } from './buy-flow.ts';
import { Cart } from './cart.ts';

const START = Date.parse('2026-11-20T10:00:00.000Z');
const iso = (ms: number) => new Date(START + ms).toISOString();
const pick = { productId: 'p', saleId: 's', variantId: 'v', quantity: 1 };
const hold: HoldView = {
  holdId: 'h',
  saleId: 's',
  shopId: 'shop',
  state: 'held',
  source: 'buyer',
  lines: [{ variantId: 'v', quantity: 1, price: { amount: 100, currency: 'EUR' } }],
  startedAt: iso(0),
  expiresAt: iso(300_000),
  orderId: null,
};
const placed = { body: { holds: [hold], serverTime: iso(0) } };

function setUp(answers: Parameters<typeof fakeApi>[0], user = true) {
  const server = fakeApi(answers);
  const timers = manualTimers(START);
  const clock = createServerClock(timers.now);
  const newId = () => 'id';
  const cart = new Cart({ api: server.api, clock, timers, newId });
  let isUser = user;
  const flow = new BuyFlow({ api: server.api, cart, timers, newId, isUser: () => isUser });
  return { ...server, timers, cart, flow, logIn: () => void (isUser = true) };
}

describe('buy flow', () => {
  it('holds at the first tap and goes to the checkout', async () => {
    const { flow, cart } = setUp({ placeHolds: [placed] });
    const taken = flow.take(pick);
    expect(flow.get()).toEqual({ step: 'holding', pick });
    await taken;
    expect(flow.get()).toEqual({ step: 'checkout' });
    expect(cart.get()).toEqual([hold]);
  });

  it('goes on by itself after log-in', async () => {
    const { flow, timers, names, logIn } = setUp({ placeHolds: [placed] }, false);
    await flow.take(pick);
    expect([flow.get().step, names()]).toEqual(['sign_in', []]);
    logIn();
    flow.signedIn();
    await timers.pass(0);
    expect(flow.get().step).toBe('checkout');
  });

  it('says sold out, and lets the buyer wait for a unit', async () => {
    const entry = { saleId: 's', variantId: 'v', state: 'waiting', ahead: 2, holdId: null };
    const { flow } = setUp({ placeHolds: [{ refuse: 'sold_out' }], joinWaitlist: [{ body: entry }] });
    await flow.take(pick);
    expect(flow.get()).toMatchObject({ step: 'refused', problem: { code: 'sold_out' } });
    expect(await flow.wait(pick)).toBeNull();
    expect(flow.get()).toEqual({ step: 'waiting', pick, entry });
  });

  it('says so when the hold ends unpaid, and takes it again on request', async () => {
    const { flow, timers } = setUp({ placeHolds: [placed, { refuse: 'sold_out' }] });
    await flow.take(pick);
    await timers.pass(300_000);
    expect(flow.get()).toEqual({ step: 'expired', pick });
    flow.startOver();
    await timers.pass(0);
    expect(flow.get()).toMatchObject({ step: 'refused' });
  });

  it('does not open again when the buyer closed it while the hold was on its way', async () => {
    const { flow, cart, timers } = setUp({ placeHolds: [placed] });
    void flow.take(pick);
    flow.close();
    await timers.pass(0);
    expect(flow.get().step).toBe('closed');
    expect(cart.get()).toHaveLength(1);
  });
});
