import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { inTransaction } from '#bus';
import { cancelOrderEndpoint, refreshPaymentEndpoint, refundOrderEndpoint } from '#contracts';
import type { PaymentProvider } from '#payments';
import { newId } from '#process';
import { TEST_CARDS } from '#testing';
import { eventually, newBuyer, startPurchases, type PurchaseHarness } from './purchase-harness.ts';

/** A busy machine is slow; nothing here depends on speed. */
jest.setTimeout(60_000);

/** A transaction around a call of the provider waits for it; all others end meanwhile. */
const LONGEST_TRANSACTION_MS = 3_000;

let h: PurchaseHarness;
let watching = false;
const called = new Set<string>();
const inside: string[] = [];

beforeAll(async () => {
  h = await startPurchases({ doubles: { wrapProvider: watched } });
}, 120_000);
afterAll(() => h.stop(), 60_000);

/** The provider, with a look at the database before each call. */
function watched(real: PaymentProvider): PaymentProvider {
  return new Proxy(real, {
    get(target, name) {
      const value = Reflect.get(target, name) as unknown;
      if (typeof value !== 'function') return value;
      const call = value.bind(target) as (...args: unknown[]) => unknown;
      if (name === 'readNotice') return call;
      return async (...args: unknown[]) => {
        if (watching) await lookBefore(String(name));
        return call(...args);
      };
    },
  });
}

async function lookBefore(name: string): Promise<void> {
  called.add(name);
  const open = async () =>
    (
      await h.app.query<{ key: string }>(
        `SELECT pid || ' ' || xact_start AS key FROM pg_stat_activity
         WHERE datname = current_database() AND pid <> pg_backend_pid() AND state LIKE 'idle in transaction%'`,
      )
    ).map(({ key }) => key);
  let waiting = await open();
  const ended = async () => {
    const now = await open();
    waiting = waiting.filter((key) => now.includes(key));
    return waiting.length === 0;
  };
  await eventually(ended, LONGEST_TRANSACTION_MS).catch(() => inside.push(name));
}

describe('the payment provider', () => {
  it('is never called inside a transaction', async () => {
    const shop = await h.stocked(10);
    watching = true;
    const [buyer, other] = [newBuyer(), newBuyer()];
    const order = await h.order(shop, buyer);
    await h.app.call(refreshPaymentEndpoint, { params: { orderId: order.orderId } }, buyer);
    await h.sandbox.pay(order.payment.clientSecret ?? '', TEST_CARDS.success);
    await h.until(order.orderId, buyer, 'paid');
    const left = await h.order(shop, other);
    const cancel = { params: { orderId: left.orderId }, body: {}, idempotencyKey: newId() };
    expect(await h.app.call(cancelOrderEndpoint, cancel, other)).toMatchObject({ ok: true });
    const refund = { params: { orderId: order.orderId }, body: { amount: 100 }, idempotencyKey: newId() };
    expect(await h.app.call(refundOrderEndpoint, refund, shop.owner)).toMatchObject({ ok: true });
    watching = false;
    for (const name of ['create', 'retrieve', 'capture', 'cancel', 'refund'])
      expect([...called]).toContain(`${name}Payment`);
    expect(inside).toEqual([]);
  });

  it('would be seen if it were', async () => {
    const { provider } = h.app.orders;
    watching = true;
    await inTransaction(h.app.pool, async (query) => {
      await query('SELECT 1');
      await provider.retrievePayment('pi_nothing').catch(() => undefined);
    });
    watching = false;
    expect(inside).toEqual(['retrievePayment']);
  });
});
