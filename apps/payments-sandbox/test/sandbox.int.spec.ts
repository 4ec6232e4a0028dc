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

describe('a payment authorised and captured apart', () => {
  it('goes from creation to succeeded, with a charge and both webhooks signed', async () => {
    const created = await stripe.paymentIntents.create({ ...MANUAL, metadata: { order: 'o1' } });
    expect(created).toMatchObject({
      object: 'payment_intent',
      status: 'requires_payment_method',
      amount: 2_500,
      currency: 'eur',
      livemode: false,
      metadata: { order: 'o1' },
    });
    expect(created.client_secret).toMatch(new RegExp(`^${created.id}_secret_\\w{25}$`));

    const authorized = await stripe.paymentIntents.confirm(created.id, { payment_method: 'pm_card_visa' });
    expect(authorized).toMatchObject({
      status: 'requires_capture',
      amount_capturable: 2_500,
      amount_received: 0,
    });

    const captured = await stripe.paymentIntents.capture(created.id, { expand: ['latest_charge'] });
    expect(captured).toMatchObject({
      status: 'succeeded',
      amount_capturable: 0,
      amount_received: 2_500,
      latest_charge: { object: 'charge', captured: true, amount_captured: 2_500, payment_intent: created.id },
    });

    for (const type of ['payment_intent.amount_capturable_updated', 'payment_intent.succeeded']) {
      const webhook = await receiver.wait(
        ({ event }) => event.type === type && event.data.object.id === created.id,
      );
      const event = stripe.webhooks.constructEvent(
        webhook.body,
        webhook.signature,
        sandbox.keys.webhookSecret,
      );
      expect(event.type).toBe(type);
      expect(() =>
        stripe.webhooks.constructEvent(`${webhook.body} `, webhook.signature, sandbox.keys.webhookSecret),
      ).toThrow(Stripe.errors.StripeSignatureVerificationError);
    }
  });

  it('captures a part, and gives the rest back', async () => {
    const { id } = await stripe.paymentIntents.create({
      ...MANUAL,
      confirm: true,
      payment_method: 'pm_card_visa',
    });
    const captured = await stripe.paymentIntents.capture(id, {
      amount_to_capture: 1_000,
      expand: ['latest_charge'],
    });
    expect(captured).toMatchObject({ amount_received: 1_000, latest_charge: { amount_refunded: 1_500 } });
    const refund = await errorOf(stripe.refunds.create({ payment_intent: id, amount: 1_001 }));
    expect(refund.message).toContain('greater than unrefunded amount on charge (1000)');
  });

  it('cancels what is authorised, and refuses to cancel what is captured', async () => {
    const first = await stripe.paymentIntents.create({
      ...MANUAL,
      confirm: true,
      payment_method: 'pm_card_visa',
    });
    const canceled = await stripe.paymentIntents.cancel(first.id, { cancellation_reason: 'abandoned' });
    expect(canceled).toMatchObject({
      status: 'canceled',
      cancellation_reason: 'abandoned',
      amount_capturable: 0,
    });
    const again = await errorOf(stripe.paymentIntents.capture(first.id));
    expect([again.code, again.payment_intent?.status]).toEqual([
      'payment_intent_unexpected_state',
      'canceled',
    ]);

    const second = await stripe.paymentIntents.create({
      ...MANUAL,
      confirm: true,
      payment_method: 'pm_card_visa',
    });
    await stripe.paymentIntents.capture(second.id);
    const late = await errorOf(stripe.paymentIntents.cancel(second.id));
    expect(late.payment_intent?.status).toBe('succeeded');
  });

  it('lets an authorisation lapse after seven days', async () => {
    const { id } = await stripe.paymentIntents.create({
      ...MANUAL,
      confirm: true,
      payment_method: 'pm_card_visa',
    });
    await sandbox.control('clock', { seconds: 7 * 86_400 + 1 });
    expect(await stripe.paymentIntents.retrieve(id)).toMatchObject({
      status: 'canceled',
      cancellation_reason: 'automatic',
    });
  });
});

describe('test cards', () => {
  it.each([
    ['pm_card_visa_chargeDeclined', 'card_declined', 'generic_decline'],
    ['pm_card_visa_chargeDeclinedInsufficientFunds', 'card_declined', 'insufficient_funds'],
    ['pm_card_chargeDeclinedExpiredCard', 'expired_card', ''],
  ])('%s is declined and the payment can be tried again', async (card, code, declineCode) => {
    const { id } = await stripe.paymentIntents.create(MANUAL);
    const error = await errorOf(stripe.paymentIntents.confirm(id, { payment_method: card }));
    expect(error).toBeInstanceOf(Stripe.errors.StripeCardError);
    expect([error.statusCode, error.code, error.decline_code ?? '']).toEqual([402, code, declineCode]);
    const failed = await stripe.paymentIntents.retrieve(id);
    expect(failed).toMatchObject({ status: 'requires_payment_method', last_payment_error: { code } });
    const retried = await stripe.paymentIntents.confirm(id, { payment_method: 'pm_card_visa' });
    expect(retried).toMatchObject({ status: 'requires_capture', last_payment_error: null });
  });

  it('asks for a challenge, which the buyer passes on its page', async () => {
    const { id, client_secret: secret } = await stripe.paymentIntents.create(MANUAL);
    const waiting = await stripe.paymentIntents.confirm(id, {
      payment_method: 'pm_card_threeDSecure2Required',
      return_url: 'https://shop.example/done',
    });
    const address = new URL(waiting.next_action?.redirect_to_url?.url ?? '');
    expect(waiting.status).toBe('requires_action');
    const page = await fetch(sandbox.url + address.pathname + address.search);
    expect(await page.text()).toContain('€25.00');
    const answer = await fetch(sandbox.url + address.pathname, {
      method: 'POST',
      body: new URLSearchParams({ client_secret: secret ?? '', verdict: 'passed' }),
      redirect: 'manual',
    });
    expect(answer.status).toBe(303);
    expect(answer.headers.get('location')).toContain('https://shop.example/done?payment_intent=');
    expect((await stripe.paymentIntents.retrieve(id)).status).toBe('requires_capture');
  });

  it('fails the payment when the challenge is failed, and shows nobody else the page', async () => {
    const { id, client_secret: secret } = await stripe.paymentIntents.create(MANUAL);
    await stripe.paymentIntents.confirm(id, { payment_method: 'pm_card_threeDSecure2Required' });
    const stranger = await fetch(`${sandbox.url}/challenge/${id}?client_secret=wrong`);
    expect(stranger.status).toBe(404);
    await fetch(`${sandbox.url}/challenge/${id}`, {
      method: 'POST',
      body: new URLSearchParams({ client_secret: secret ?? '', verdict: 'failed' }),
    });
    expect(await stripe.paymentIntents.retrieve(id)).toMatchObject({
      status: 'requires_payment_method',
      last_payment_error: { code: 'payment_intent_authentication_failure' },
    });
  });

  it('keeps a slow bank processing until it answers, and cannot be cancelled meanwhile', async () => {
    const { id } = await stripe.paymentIntents.create(MANUAL);
    const slow = await stripe.paymentIntents.confirm(id, { payment_method: 'pm_card_sandbox_slow' });
    expect(slow.status).toBe('processing');
    expect((await errorOf(stripe.paymentIntents.cancel(id))).payment_intent?.status).toBe('processing');
    await sandbox.control('clock', { seconds: 11 });
    expect((await stripe.paymentIntents.retrieve(id)).status).toBe('requires_capture');
  });

  it('disputes a captured charge; evidence decides it', async () => {
    const { id } = await stripe.paymentIntents.create(MANUAL);
    await stripe.paymentIntents.confirm(id, { payment_method: 'pm_card_createDispute' });
    await stripe.paymentIntents.capture(id);
    await receiver.wait(({ event }) => event.type === 'charge.dispute.created');
    const [dispute] = (await stripe.disputes.list({ payment_intent: id })).data;
    expect(dispute).toMatchObject({ status: 'needs_response', reason: 'fraudulent', amount: 2_500 });
    const won = await stripe.disputes.update(dispute?.id ?? '', {
      evidence: { uncategorized_text: 'winning_evidence' },
      submit: true,
    });
    expect(won.status).toBe('won');
  });

  it('takes no number that could be real', async () => {
    const error = await errorOf(
      stripe.paymentMethods.create({
        type: 'card',
        card: { number: '4111111111111111', exp_month: 1, exp_year: 2030 },
      }),
    );
    expect(error.decline_code).toBe('test_mode_live_card');
  });
});

describe('refunds', () => {
  async function captured(card = 'pm_card_visa'): Promise<string> {
    const { id } = await stripe.paymentIntents.create({ ...MANUAL, confirm: true, payment_method: card });
    await stripe.paymentIntents.capture(id);
    return id;
  }

  it('gives back in parts, never more than was taken', async () => {
    const id = await captured();
    const first = await stripe.refunds.create({ payment_intent: id, amount: 1_000, metadata: { our: 'r1' } });
    expect(first).toMatchObject({
      status: 'succeeded',
      amount: 1_000,
      metadata: { our: 'r1' },
      payment_intent: id,
    });
    const error = await errorOf(stripe.refunds.create({ payment_intent: id, amount: 1_501 }));
    expect(error.statusCode).toBe(400);
    await stripe.refunds.create({ payment_intent: id });
    expect((await errorOf(stripe.refunds.create({ payment_intent: id }))).code).toBe(
      'charge_already_refunded',
    );
    expect((await stripe.refunds.list({ payment_intent: id })).data.map((one) => one.amount)).toEqual([
      1_500, 1_000,
    ]);
  });

  it('may fail days later, and then the money is still with us', async () => {
    const id = await captured('pm_card_refundFail');
    const refund = await stripe.refunds.create({ payment_intent: id });
    expect(refund.status).toBe('pending');
    await sandbox.control('clock', { seconds: 6 });
    expect(await stripe.refunds.retrieve(refund.id)).toMatchObject({ status: 'failed' });
    const payment = await stripe.paymentIntents.retrieve(id, { expand: ['latest_charge'] });
    expect(payment.latest_charge).toMatchObject({ amount_refunded: 0, refunded: false });
  });
});
