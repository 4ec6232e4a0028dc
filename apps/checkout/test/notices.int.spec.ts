import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { EnvError } from '#process';
import { testCheckoutEnv } from './checkout-harness.ts';
import {
  atProvider,
  eventually,
  newBuyer,
  shelf,
  startPurchases,
  type PurchaseHarness,
} from './purchase-harness.ts';

/** A busy machine is slow; nothing here depends on speed. */
jest.setTimeout(60_000);

const OLD_SECRET = 'whsec_the_former_one';

let h: PurchaseHarness;

beforeAll(async () => {
  h = await startPurchases();
}, 120_000);
afterAll(() => h.stop(), 30_000);

interface Sending {
  secret?: string;
  ageS?: number;
  body?: string;
  signature?: string;
}

function notice(type: string, paymentId: string, id = `evt_${Math.random().toString(36).slice(2)}`): string {
  const object = { id: paymentId, object: 'payment_intent' };
  return JSON.stringify({
    id,
    object: 'event',
    type,
    created: Math.floor(Date.now() / 1_000),
    data: { object },
  });
}

/** Sends a notice as the provider would; gives the status and code of the answer. */
async function send(payload: string, { secret, ageS = 0, body = payload, signature }: Sending = {}) {
  const t = Math.floor(Date.now() / 1_000) - ageS;
  const key = secret ?? h.sandbox.keys.webhookSecret;
  const v1 = createHmac('sha256', key).update(`${t}.${payload}`).digest('hex');
  const answer = await fetch(`${h.app.url}/api/checkout/v1/webhooks/stripe`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json; charset=utf-8',
      'stripe-signature': signature ?? `t=${t},v1=${v1}`,
    },
    body,
  });
  return { status: answer.status, body: (await answer.json()) as { code?: string; received?: boolean } };
}

async function stored(): Promise<number> {
  const [row] = await h.app.query<{ count: number }>('SELECT count(*) FROM provider_notices');
  return Number(row?.count);
}

describe('the inbox of notices', () => {
  it('refuses a wrong, missing or old signature and a changed body, and keeps nothing', async () => {
    const before = await stored();
    const payload = notice('payment_intent.succeeded', 'pi_x');
    const refused = { status: 400, body: { code: 'webhook_signature_wrong' } };
    expect(await send(payload, { secret: 'whsec_wrong' })).toMatchObject(refused);
    expect(await send(payload, { signature: '' })).toMatchObject(refused);
    expect(await send(payload, { signature: 't=1' })).toMatchObject(refused);
    expect(await send(payload, { ageS: 301 })).toMatchObject(refused);
    expect(await send(payload, { body: `${payload} ` })).toMatchObject(refused);
    expect(await send('{not json', { secret: 'whsec_wrong' })).toMatchObject(refused);
    expect(await stored()).toBe(before);
  });

  it('keeps a repeated notice once and answers 200 each time', async () => {
    const payload = notice('payment_intent.processing', 'pi_nobody', 'evt_twice');
    const before = await stored();
    expect(await Promise.all([send(payload), send(payload), send(payload)])).toEqual(
      [1, 2, 3].map(() => ({ status: 200, body: { received: true } })),
    );
    expect(await stored()).toBe(before + 1);
  });

  it('believes nothing that a notice says but whom it is about', async () => {
    const shop = await h.stocked(1);
    const buyer = newBuyer();
    const order = await h.order(shop, buyer);
    const { id } = await atProvider(h, order.orderId);
    await send(notice('payment_intent.succeeded', id, 'evt_premature'));
    await eventually(async () => {
      const [row] = await h.app.query<{ done: boolean }>(
        "SELECT handled_at IS NOT NULL AS done FROM provider_notices WHERE event_id = 'evt_premature'",
      );
      return row?.done;
    });
    expect(await h.see(order.orderId, buyer)).toMatchObject({
      state: 'placed',
      payment: { state: 'created' },
    });
    expect(await shelf(h.app, shop)).toEqual({ available: 0, held: 1, sold: 0 });
  });

  it('handles a notice that came before its payment was written down', async () => {
    const shop = await h.stocked(1);
    const buyer = newBuyer();
    const order = await h.order(shop, buyer);
    const { id } = await atProvider(h, order.orderId);
    await h.app.query('UPDATE payments SET provider_id = NULL WHERE order_id = $1', [order.orderId]);
    await h.sandbox.control('webhooks', { drop: 1 });
    await h.sandbox.pay(order.payment.clientSecret ?? '');
    await h.sandbox.control('webhooks', {});
    await send(notice('payment_intent.amount_capturable_updated', id));
    await h.app.query('UPDATE payments SET provider_id = $2 WHERE order_id = $1', [order.orderId, id]);
    await h.until(order.orderId, buyer, 'paid');
  });

  it('handles what was stored although the process died before it could', async () => {
    const shop = await h.stocked(1);
    const buyer = newBuyer();
    const order = await h.order(shop, buyer);
    const { id } = await atProvider(h, order.orderId);
    await h.sandbox.control('webhooks', { drop: 1 });
    await h.sandbox.pay(order.payment.clientSecret ?? '');
    await h.app.query(
      `INSERT INTO provider_notices (event_id, type, created_at, provider_payment_id, attempts)
       VALUES ('evt_left', 'payment_intent.amount_capturable_updated', now() - interval '2 days', $1, 1)`,
      [id],
    );
    await h.until(order.orderId, buyer, 'paid');
    await h.sandbox.control('webhooks', {});
  });

  it('takes both secrets while they are rotated', async () => {
    const stripe = {
      STRIPE_SECRET_KEY: 'sk_test_rotation',
      STRIPE_PUBLISHABLE_KEY: 'pk_test_rotation',
      STRIPE_WEBHOOK_SECRET: `whsec_the_new_one,${OLD_SECRET}`,
    };
    await h.restart(stripe);
    const payload = () => notice('payment_intent.processing', 'pi_rotated');
    expect(await send(payload(), { secret: 'whsec_the_new_one' })).toMatchObject({ status: 200 });
    expect(await send(payload(), { secret: OLD_SECRET })).toMatchObject({ status: 200 });
    expect(await send(payload())).toMatchObject({ status: 400 });
  });
});

describe('keys (protocol 11)', () => {
  const three = {
    STRIPE_SECRET_KEY: 'sk_test_1',
    STRIPE_PUBLISHABLE_KEY: 'pk_test_1',
    STRIPE_WEBHOOK_SECRET: 'whsec_1',
  };
  const start = (settings: Record<string, string>) => () => testCheckoutEnv(h.servers, settings);

  it('are all there or none', () => {
    expect(start(three)).not.toThrow();
    for (const missing of Object.keys(three)) {
      expect(start({ ...three, [missing]: '' })).toThrow(EnvError);
      expect(start({ ...three, [missing]: '' })).toThrow(missing);
    }
  });

  it('are those of Stripe in production, unless the sandbox is allowed', () => {
    expect(start({ NODE_ENV: 'production' })).toThrow('production needs the keys of Stripe');
    expect(start({ NODE_ENV: 'production', ...three })).not.toThrow();
    expect(start({ NODE_ENV: 'production', SANDBOX_ALLOW_PRODUCTION: 'true' })).not.toThrow();
  });
});
