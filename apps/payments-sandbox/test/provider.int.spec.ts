import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Stripe } from 'stripe';
import { stripeProvider, type PaymentProvider } from '#payments';
import { newId } from '#process';
import { startTestSandbox, type TestSandbox } from './start-sandbox.ts';

jest.setTimeout(60_000);

interface Setting {
  provider: PaymentProvider;
  stripe: Stripe;
}

const EUR_25 = { amount: 2_500, currency: 'EUR' };

/** One suite for the sandbox and for Stripe's test mode: what holds for one must hold for the other. */
function purchaseSuite(setting: () => Setting): void {
  const create = (paymentId = newId(), orderId = newId()) =>
    setting().provider.createPayment({
      paymentId,
      orderId,
      orderNumber: 'SF-1',
      amount: EUR_25,
      capture: 'manual',
    });
  const confirm = (providerId: string, card: string) =>
    setting().stripe.paymentIntents.confirm(providerId, { payment_method: card });

  it('authorises, captures once however often it is asked, and refunds in parts', async () => {
    const { provider } = setting();
    const paymentId = newId();
    const made = await create(paymentId);
    await confirm(made.providerId, 'pm_card_visa');
    expect(await provider.retrievePayment(made.providerId)).toMatchObject({ state: 'authorized', paymentId });
    expect(await provider.capturePayment(made.providerId, paymentId)).toMatchObject({ code: 'captured' });
    expect(await provider.capturePayment(made.providerId, paymentId)).toMatchObject({ code: 'captured' });
    expect(await provider.cancelPayment(made.providerId, paymentId)).toMatchObject({ code: 'too_late' });
    const refundId = newId();
    const part = { amount: 1_000, currency: 'EUR' };
    const first = await provider.refundPayment(made.providerId, refundId, part);
    expect(await provider.refundPayment(made.providerId, refundId, part)).toMatchObject(first);
    expect(await provider.refundPayment(made.providerId, newId(), EUR_25)).toMatchObject({ code: 'refused' });
    expect(await provider.retrievePayment(made.providerId)).toMatchObject({ refundedAmount: 1_000 });
  });

  it('makes one payment of one id', async () => {
    const paymentId = newId();
    const orderId = newId();
    const [first, second] = [await create(paymentId, orderId), await create(paymentId, orderId)];
    expect(second.providerId).toBe(first.providerId);
  });

  it('tells why a card was refused, and lets another one pay', async () => {
    const made = await create();
    await expect(confirm(made.providerId, 'pm_card_visa_chargeDeclinedInsufficientFunds')).rejects.toThrow();
    expect(await setting().provider.retrievePayment(made.providerId)).toMatchObject({
      state: 'failed',
      failure: { code: 'insufficient_funds' },
    });
    await confirm(made.providerId, 'pm_card_visa');
    expect(await setting().provider.retrievePayment(made.providerId)).toMatchObject({ state: 'authorized' });
  });

  it('voids an authorisation, after which nothing can be captured', async () => {
    const { provider } = setting();
    const paymentId = newId();
    const made = await create(paymentId);
    await confirm(made.providerId, 'pm_card_visa');
    expect(await provider.cancelPayment(made.providerId, paymentId)).toEqual({ code: 'voided' });
    expect(await provider.cancelPayment(made.providerId, paymentId)).toEqual({ code: 'voided' });
    expect(await provider.capturePayment(made.providerId, paymentId)).toMatchObject({ code: 'refused' });
  });
}

describe('the payments sandbox', () => {
  let sandbox: TestSandbox;
  let provider: PaymentProvider;

  beforeAll(async () => {
    sandbox = await startTestSandbox();
    const { webhookSecret, ...keys } = sandbox.keys;
    provider = stripeProvider({
      ...keys,
      name: 'sandbox',
      webhookSecrets: [webhookSecret],
      apiUrl: sandbox.url,
    });
  }, 120_000);
  afterAll(() => sandbox.stop(), 30_000);

  purchaseSuite(() => ({ provider, stripe: sandbox.stripe }));
});

const testKey = process.env['STRIPE_SECRET_KEY'] ?? '';
const withStripe = testKey.startsWith('sk_test_') ? describe : describe.skip;

withStripe("Stripe's test mode (skipped unless STRIPE_SECRET_KEY holds a test key)", () => {
  const keys = {
    name: 'stripe',
    secretKey: testKey,
    publishableKey: '',
    webhookSecrets: [],
    apiUrl: undefined,
  } as const;
  let setting: Setting | undefined;

  purchaseSuite(
    () =>
      (setting ??= {
        provider: stripeProvider({ ...keys, webhookSecrets: [] }),
        stripe: new Stripe(testKey),
      }),
  );
});
