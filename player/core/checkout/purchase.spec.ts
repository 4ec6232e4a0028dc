import { describe, expect, it } from '@jest/globals';
import type { OrderView } from '#contracts';
import { fakeApi } from '../testing/fake-api.ts';
import { manualTimers } from '../testing/manual-timers.ts';
import type { Payer } from './payer.ts';
import { Purchase, type OrderBody } from './purchase.ts';

const body: OrderBody = {
  holdIds: ['h1'],
  address: { name: 'Ada', line1: 'Street 1', city: 'Berlin', country: 'DE' },
};

const order = (state: OrderView['state'], payment: Partial<OrderView['payment']> = {}): OrderView =>
  ({
    orderId: 'o1',
    state,
    payment: { state: 'created', clientSecret: 'pi_1_secret_x', failure: null, ...payment },
  }) as OrderView;

function setUp(answers: Parameters<typeof fakeApi>[0], card: Partial<Pick<Payer, 'check' | 'confirm'>> = {}) {
  const server = fakeApi(answers);
  const timers = manualTimers();
  const confirmed: string[] = [];
  const placed: string[] = [];
  const payer: Payer = {
    mount: () => undefined,
    update: () => undefined,
    remove: () => undefined,
    check: card.check ?? (async () => null),
    confirm: async (secret, url) => {
      confirmed.push(secret);
      return card.confirm ? card.confirm(secret, url) : null;
    },
  };
  let ids = 0;
  const purchase = new Purchase({
    api: server.api,
    timers,
    newId: () => `key-${(ids += 1)}`,
    onPlaced: ({ orderId }) => placed.push(orderId),
  });
  const steps: string[] = [];
  purchase.subscribe(() => steps.push(purchase.get().step));
  const pay = () => purchase.pay(body, payer, () => 'https://shop.example/orders/o1');
  return { ...server, timers, purchase, pay, steps, confirmed, placed };
}

describe('purchase', () => {
  it('orders, pays and ends when the shop says paid', async () => {
    const { purchase, pay, steps, timers, placed } = setUp({
      placeOrder: [{ body: order('placed') }],
      getOrder: [{ body: order('committed') }, { body: order('paid') }],
    });
    void pay();
    await timers.pass(1_500);
    expect(purchase.get().step).toBe('paid');
    expect(steps).toEqual(['ordering', 'ordering', 'paying', 'confirming', 'confirming', 'paid']);
    expect(placed).toEqual(['o1']);
    expect(timers.waiting()).toBe(0);
  });

  it('orders nothing while the card form has a fault', async () => {
    const { purchase, pay, names } = setUp({}, { check: async () => 'The card number is incomplete.' });
    await pay();
    expect(names()).toEqual([]);
    expect(purchase.get()).toMatchObject({
      step: 'filling',
      order: null,
      refusal: 'The card number is incomplete.',
    });
  });

  it('repeats an order whose answer was lost with the same key', async () => {
    const { pay, asked, timers } = setUp({
      placeOrder: [{ refuse: 'unavailable' }, { body: order('placed') }],
      getOrder: [{ body: order('paid') }],
    });
    await pay();
    void pay();
    await timers.pass(0);
    const keys = asked
      .filter(({ name }) => name === 'placeOrder')
      .map(
        ({ request }) =>
          (request as unknown as { headers: Record<string, string> }).headers['idempotency-key'],
      );
    expect(keys).toEqual(['key-1', 'key-1']);
  });

  it('tries another card on the same order after a refusal', async () => {
    let tries = 0;
    const { purchase, pay, names, confirmed, timers } = setUp(
      { placeOrder: [{ body: order('placed') }], getOrder: [{ body: order('paid') }] },
      { confirm: async () => ((tries += 1) === 1 ? 'Your card was declined.' : null) },
    );
    await pay();
    expect(purchase.get()).toMatchObject({
      step: 'filling',
      refusal: 'Your card was declined.',
      order: { orderId: 'o1' },
    });
    void pay();
    await timers.pass(0);
    expect(purchase.get().step).toBe('paid');
    expect(confirmed).toEqual(['pi_1_secret_x', 'pi_1_secret_x']);
    expect(names()).toEqual(['placeOrder', 'getOrder']);
  });

  it('waits in line, says where, and pays when its turn has come', async () => {
    const inLine = (queuePosition: number) => ({
      body: { ...order('placed', { clientSecret: null }), queuePosition },
    });
    const { purchase, pay, timers, confirmed } = setUp({
      placeOrder: [inLine(8)],
      getOrder: [inLine(3), { body: order('placed') }, { body: order('paid') }],
    });
    void pay();
    await timers.pass(0);
    expect(purchase.get()).toMatchObject({ step: 'in_line', order: { queuePosition: 8 } });
    await timers.pass(1_500);
    expect(purchase.get()).toMatchObject({ step: 'in_line', order: { queuePosition: 3 } });
    expect(confirmed).toEqual([]);
    await timers.pass(1_500);
    expect(purchase.get().step).toBe('paid');
  });

  it('hears the verdict from a push before it asks', async () => {
    const { purchase, pay, timers } = setUp({
      placeOrder: [{ body: order('placed') }],
      getOrder: [{ body: order('placed', { state: 'processing' }) }, { body: order('paid') }],
    });
    void pay();
    await timers.pass(0);
    expect(purchase.get().step).toBe('confirming');
    purchase.told('another order');
    purchase.told('o1');
    await timers.pass(0);
    expect(purchase.get().step).toBe('paid');
  });

  it('asks the server to ask the provider when no verdict comes', async () => {
    const open = { body: order('placed', { state: 'processing' }) };
    const { purchase, pay, timers, names } = setUp({
      placeOrder: [{ body: order('placed') }],
      getOrder: [open],
      refreshPayment: [{ body: order('paid') }],
    });
    void pay();
    await timers.pass(3_000);
    expect(names()).toEqual(['placeOrder', 'getOrder', 'getOrder', 'refreshPayment']);
    expect(purchase.get().step).toBe('paid');
  });

  it.each(['expired', 'cancelled', 'payment_failed'] as const)(
    'ends as lost when the order is %s',
    async (state) => {
      const { purchase, pay, timers } = setUp({
        placeOrder: [{ body: order('placed') }],
        getOrder: [{ body: order(state) }],
      });
      void pay();
      await timers.pass(0);
      expect(purchase.get().step).toBe('lost');
      expect(timers.waiting()).toBe(0);
    },
  );

  it('does nothing on a second press', async () => {
    const { pay, timers, names } = setUp({
      placeOrder: [{ body: order('placed') }],
      getOrder: [{ body: order('paid') }],
    });
    void pay();
    void pay();
    await timers.pass(0);
    expect(names().filter((name) => name === 'placeOrder')).toHaveLength(1);
  });
});
