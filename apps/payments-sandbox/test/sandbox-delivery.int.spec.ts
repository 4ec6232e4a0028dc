import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Stripe } from 'stripe';
import { startReceiver, startTestSandbox, type Receiver, type TestSandbox } from './start-sandbox.ts';

/** A busy machine is slow; nothing here depends on speed. */
jest.setTimeout(60_000);

const MANUAL = {
  amount: 2_500,
  currency: 'eur',
  capture_method: 'manual',
  payment_method_types: ['card'],
} as const;

let sandbox: TestSandbox;
let stripe: Stripe;
let receiver: Receiver;

beforeAll(async () => {
  receiver = await startReceiver();
  sandbox = await startTestSandbox({ checkoutUrl: receiver.url });
  stripe = sandbox.stripe;
}, 60_000);

afterAll(async () => {
  await sandbox.stop();
  await receiver.stop();
});

/** The error that `work` ends in. */
async function errorOf(work: Promise<unknown>): Promise<Stripe.errors.StripeError> {
  try {
    await work;
  } catch (error) {
    if (error instanceof Stripe.errors.StripeError) return error;
    throw error;
  }
  throw new Error('the call succeeded');
}

describe('idempotency keys', () => {
  it('gives the first answer again, and refuses other parameters', async () => {
    const first = await stripe.paymentIntents.create(MANUAL, { idempotencyKey: 'k-same' });
    const second = await stripe.paymentIntents.create(MANUAL, { idempotencyKey: 'k-same' });
    expect(second.id).toBe(first.id);
    expect(second.lastResponse.headers['idempotent-replayed']).toBe('true');
    const other = await errorOf(
      stripe.paymentIntents.create({ ...MANUAL, amount: 1 }, { idempotencyKey: 'k-same' }),
    );
    expect(other).toBeInstanceOf(Stripe.errors.StripeIdempotencyError);
  });

  it('keeps declines, but not parameters that cannot be read', async () => {
    const { id } = await stripe.paymentIntents.create(MANUAL);
    const confirm = () =>
      errorOf(
        stripe.paymentIntents.confirm(
          id,
          { payment_method: 'pm_card_visa_chargeDeclined' },
          { idempotencyKey: 'k-decline' },
        ),
      );
    const [first, second] = [await confirm(), await confirm()];
    expect(second.charge).toBe(first.charge);

    const wrong = stripe.paymentIntents.create(
      { amount: -1, currency: 'eur' },
      { idempotencyKey: 'k-unread' },
    );
    expect((await errorOf(wrong)).param).toBe('amount');
    const right = await stripe.paymentIntents.create(MANUAL, { idempotencyKey: 'k-unread' });
    expect(right.object).toBe('payment_intent');
  });

  it('lets one of two requests at once through', async () => {
    await sandbox.control('faults', {
      call: 'payment_intents.create',
      when: 'before',
      how: 'delay',
      delayMs: 50,
      times: 2,
    });
    const outcomes = await Promise.allSettled(
      [1, 2].map(() => stripe.paymentIntents.create(MANUAL, { idempotencyKey: 'k-twice' })),
    );
    const ids = new Set(outcomes.flatMap((one) => (one.status === 'fulfilled' ? [one.value.id] : [])));
    expect(ids.size).toBe(1);
  });
});

describe('faults on demand', () => {
  it('fails before the effect, after it, and keeps a failure under the key', async () => {
    const fail = (when: string) => sandbox.control('faults', { call: 'payment_intents.create', when });
    await fail('before');
    expect((await errorOf(stripe.paymentIntents.create(MANUAL, { idempotencyKey: 'f1' }))).statusCode).toBe(
      500,
    );
    const fresh = await stripe.paymentIntents.create(MANUAL, { idempotencyKey: 'f1' });
    expect(fresh.lastResponse.headers['idempotent-replayed']).toBeUndefined();

    await fail('after');
    await errorOf(stripe.paymentIntents.create(MANUAL, { idempotencyKey: 'f2' }));
    const replayed = await stripe.paymentIntents.create(MANUAL, { idempotencyKey: 'f2' });
    expect(replayed.lastResponse.headers['idempotent-replayed']).toBe('true');

    await fail('stored');
    await errorOf(stripe.paymentIntents.create(MANUAL, { idempotencyKey: 'f3' }));
    expect((await errorOf(stripe.paymentIntents.create(MANUAL, { idempotencyKey: 'f3' }))).statusCode).toBe(
      500,
    );
  });

  it('cuts the connection after the effect', async () => {
    await sandbox.control('faults', { call: 'payment_intents.create', when: 'after', how: 'disconnect' });
    // The SDK repeats a cut connection once by itself, with the same key.
    const created = await stripe.paymentIntents.create(MANUAL, { idempotencyKey: 'f4' });
    expect(created.lastResponse.headers['idempotent-replayed']).toBe('true');
  });
});

describe('webhooks', () => {
  it('are sent again until somebody takes them', async () => {
    receiver.status = 503;
    const { id } = await stripe.paymentIntents.create({
      ...MANUAL,
      confirm: true,
      payment_method: 'pm_card_visa',
    });
    const first = await receiver.wait(({ event }) => event.data.object.id === id);
    receiver.status = 200;
    const before = receiver.received.length;
    await receiver.wait(
      (webhook) => receiver.received.indexOf(webhook) >= before && webhook.event.id === first.event.id,
    );
  });

  it('can be doubled and dropped', async () => {
    await sandbox.control('webhooks', { duplicate: 1 });
    const twice = await stripe.paymentIntents.create({
      ...MANUAL,
      confirm: true,
      payment_method: 'pm_card_visa',
    });
    const first = await receiver.wait(({ event }) => event.data.object.id === twice.id);
    await receiver.wait((webhook) => webhook !== first && webhook.event.id === first.event.id);

    await sandbox.control('webhooks', { drop: 1 });
    const lost = await stripe.paymentIntents.create({
      ...MANUAL,
      confirm: true,
      payment_method: 'pm_card_visa',
    });
    await sandbox.control('webhooks', {});
    const next = await stripe.paymentIntents.create({
      ...MANUAL,
      confirm: true,
      payment_method: 'pm_card_visa',
    });
    await receiver.wait(({ event }) => event.data.object.id === next.id);
    expect(receiver.received.some(({ event }) => event.data.object.id === lost.id)).toBe(false);

    const [event] = (
      await stripe.events.list({ type: 'payment_intent.amount_capturable_updated', limit: 2 })
    ).data.slice(1);
    await sandbox.control('webhooks/redeliver', { event: event?.id ?? '' });
    await receiver.wait((webhook) => webhook.event.data.object.id === lost.id);
  });

  it('go to endpoints made over the API too', async () => {
    const second = await startReceiver();
    const endpoint = await stripe.webhookEndpoints.create({
      url: second.url,
      enabled_events: ['customer.created'],
    });
    await stripe.customers.create({ email: 'a@example.com' });
    const webhook = await second.wait(() => true);
    expect(stripe.webhooks.constructEvent(webhook.body, webhook.signature, endpoint.secret ?? '').type).toBe(
      'customer.created',
    );
    await stripe.webhookEndpoints.del(endpoint.id);
    await second.stop();
  });
});

describe('the API', () => {
  it('finds payments by metadata and status', async () => {
    const wanted = await stripe.paymentIntents.create({ ...MANUAL, metadata: { order: "o'7" } });
    await stripe.paymentIntents.create({ ...MANUAL, metadata: { order: 'o8' } });
    const { data } = await stripe.paymentIntents.search({
      query: "metadata['order']:'o\\'7' AND status:'requires_payment_method'",
    });
    expect(data.map((one) => one.id)).toEqual([wanted.id]);
    const none = await stripe.paymentIntents.search({ query: "metadata['order']:'o8' AND amount>9999" });
    expect(none.data).toEqual([]);
    expect((await errorOf(stripe.paymentIntents.search({ query: 'drop table' }))).param).toBe('query');
  });

  it('pages through lists', async () => {
    const made: string[] = [];
    for (let n = 0; n < 5; n += 1) made.push((await stripe.customers.create({ name: `c${n}` })).id);
    const seen: string[] = [];
    for await (const customer of stripe.customers.list({ limit: 2 })) {
      seen.push(customer.id);
      if (seen.length === 5) break;
    }
    expect(seen).toEqual(made.toReversed());
  });

  it('lets a browser confirm with the publishable key and the client secret, and nothing else', async () => {
    const { id, client_secret: secret } = await stripe.paymentIntents.create({
      ...MANUAL,
      metadata: { private: 'x' },
    });
    const call = (path: string, params: Record<string, string>) =>
      fetch(`${sandbox.url}/api/payments-sandbox/v1/payment_intents/${id}${path}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${sandbox.keys.publishableKey}` },
        body: new URLSearchParams(params),
      });
    const card = {
      'payment_method_data[type]': 'card',
      'payment_method_data[card][number]': '4242 4242 4242 4242',
    };
    expect((await call('/confirm', { ...card, client_secret: 'wrong' })).status).toBe(401);
    const answer = await call('/confirm', { ...card, client_secret: secret ?? '' });
    const body = (await answer.json()) as { status: string; metadata?: unknown };
    expect([body.status, body.metadata]).toEqual(['requires_capture', undefined]);
    expect((await call('/capture', {})).status).toBe(404);
    const direct = await fetch(`${sandbox.url}/v1/payment_intents/${id}/capture`, {
      method: 'POST',
      headers: { authorization: `Bearer ${sandbox.keys.publishableKey}` },
    });
    expect(direct.status).toBe(403);
  });

  it('refuses wrong keys, unknown parameters and missing objects as Stripe does', async () => {
    const stranger = new Stripe('sk_test_wrong', {
      host: '127.0.0.1',
      port: new URL(sandbox.url).port,
      protocol: 'http',
    });
    expect(await errorOf(stranger.customers.list())).toBeInstanceOf(Stripe.errors.StripeAuthenticationError);
    expect((await errorOf(stripe.paymentIntents.create({ ...MANUAL, no_such: 1 } as never))).code).toBe(
      'parameter_unknown',
    );
    expect((await errorOf(stripe.paymentIntents.create({ currency: 'eur' } as never))).code).toBe(
      'parameter_missing',
    );
    expect((await errorOf(stripe.paymentIntents.retrieve('pi_nothing'))).code).toBe('resource_missing');
  });

  it('has lost nothing that it answered when it starts again', async () => {
    const { id } = await stripe.paymentIntents.create({
      ...MANUAL,
      confirm: true,
      payment_method: 'pm_card_visa',
    });
    await sandbox.stop();
    sandbox = await startTestSandbox({ databaseUrl: sandbox.databaseUrl, checkoutUrl: receiver.url });
    stripe = sandbox.stripe;
    expect((await stripe.paymentIntents.capture(id)).status).toBe('succeeded');
    const replayed = await stripe.paymentIntents.create(MANUAL, { idempotencyKey: 'k-same' });
    expect(replayed.lastResponse.headers['idempotent-replayed']).toBe('true');
  });
});
