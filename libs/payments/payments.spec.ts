import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  chargeStep,
  fromStripeAmount,
  isChargeable,
  isoExponent,
  orderStates,
  paymentDecisions,
  paymentKeys,
  paymentStates,
  sandboxKeys,
  splitAmount,
  stateMachine,
  stripeExponent,
  toStripeAmount,
  totalsOf,
  type PaymentKeysInput,
} from './index.ts';

const NO_TAX = { rateBp: 0, included: false, onShipping: false };

describe('state tables', () => {
  it('refuses a table with a state that nothing leads to', () => {
    expect(() => stateMachine('x', 'a' as never, { a: ['b'], b: [], c: ['b'] } as never)).toThrow(
      'The state table of x is wrong: c is never reached',
    );
  });

  it('refuses a target that is no state, and a way that never ends', () => {
    const table = { a: ['b', 'end', 'gone'], b: ['c'], c: ['b'], end: [] } as never;
    expect(() => stateMachine('x', 'a' as never, table)).toThrow(
      'a leads to gone, which is no state; b has no way to an end; c has no way to an end',
    );
  });

  it('never lets a voided payment become money again', () => {
    expect(paymentStates.isEnd('voided')).toBe(true);
    for (const state of paymentStates.states) {
      if (state !== 'voided') expect(paymentStates.may('voided', state)).toBe(false);
    }
  });

  it('lets only one of selling and cancelling win', () => {
    expect(paymentDecisions.may('committing', 'cancelling')).toBe(false);
    expect(paymentDecisions.may('committed', 'cancelled')).toBe(false);
    expect(paymentDecisions.before('committing')).toEqual(['open', 'cancelling', 'cancelled']);
    expect(paymentDecisions.before('cancelling')).toEqual(['open']);
  });

  it('makes an order paid only out of committed', () => {
    expect(orderStates.before('paid')).toEqual(['committed']);
    expect(orderStates.before('committed')).toEqual(['placed', 'expired', 'cancelled']);
  });
});

describe('currencies', () => {
  it.each([
    ['EUR', 2, 2, 1],
    ['JPY', 0, 0, 1],
    ['KWD', 3, 3, 10],
    ['ISK', 0, 2, 1],
    ['UGX', 0, 2, 1],
    ['HUF', 2, 2, 1],
  ])('%s has %i digits by ISO, %i at Stripe, and steps of %i', (code, iso, stripe, step) => {
    expect([isoExponent(code), stripeExponent(code), chargeStep(code)]).toEqual([iso, stripe, step]);
  });

  it('gives Stripe hundredths of the crown that Iceland no longer has', () => {
    expect(toStripeAmount(500, 'ISK')).toBe(50_000);
    expect(fromStripeAmount(50_000, 'ISK')).toBe(500);
    expect(() => fromStripeAmount(50_050, 'ISK')).toThrow('no whole amount');
  });

  it('refuses fils that Stripe cannot take', () => {
    expect(toStripeAmount(5_120, 'KWD')).toBe(5_120);
    expect(() => toStripeAmount(5_123, 'KWD')).toThrow('no multiple of 10');
  });

  it('knows what it cannot charge', () => {
    expect(isChargeable('EUR')).toBe(true);
    expect(isChargeable('XYZ')).toBe(false);
    expect(isChargeable('MGA')).toBe(false); // fifths, not tenths
  });
});

describe('totals', () => {
  it('adds tax on top where prices lack it', () => {
    const totals = totalsOf({
      currency: 'USD',
      lines: [{ unitPrice: 1_999, quantity: 2 }],
      shipping: 500,
      tax: { rateBp: 825, included: false, onShipping: false },
      feeBp: 800,
    });
    expect(totals).toEqual({
      lines: [3_998],
      items: 3_998,
      shipping: 500,
      tax: 330,
      taxIncluded: false,
      rounding: 0,
      total: 4_828,
      platformFee: 320,
    });
  });

  it('finds the tax inside prices that hold it', () => {
    const totals = totalsOf({
      currency: 'EUR',
      lines: [{ unitPrice: 11_900, quantity: 1 }],
      shipping: 0,
      tax: { rateBp: 1_900, included: true, onShipping: true },
      feeBp: 0,
    });
    expect([totals.tax, totals.total]).toEqual([1_900, 11_900]);
  });

  it('counts yen whole', () => {
    const tax = { rateBp: 1_000, included: true, onShipping: true };
    const totals = totalsOf({
      currency: 'JPY',
      lines: [{ unitPrice: 333, quantity: 3 }],
      shipping: 1,
      tax,
      feeBp: 0,
    });
    expect([totals.items, totals.tax, totals.total]).toEqual([999, 91, 1_000]);
  });

  it('brings dinars to an amount that can be charged, and says so', () => {
    const totals = totalsOf({
      currency: 'KWD',
      lines: [{ unitPrice: 1_255, quantity: 1 }],
      shipping: 0,
      tax: NO_TAX,
      feeBp: 0,
    });
    expect([totals.rounding, totals.total]).toEqual([5, 1_260]);
    expect(toStripeAmount(totals.total, 'KWD')).toBe(1_260);
  });

  it('always adds up, and every total can be charged', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('EUR', 'JPY', 'KWD', 'ISK', 'UGX', 'BHD', 'USD'),
        fc.array(fc.record({ unitPrice: fc.nat(10_000_000), quantity: fc.integer({ min: 1, max: 99 }) }), {
          minLength: 1,
          maxLength: 10,
        }),
        fc.nat(100_000),
        fc.record({ rateBp: fc.nat(3_000), included: fc.boolean(), onShipping: fc.boolean() }),
        (currency, lines, shipping, tax) => {
          const totals = totalsOf({ currency, lines, shipping, tax, feeBp: 500 });
          expect(totals.lines.reduce((sum, line) => sum + line, 0)).toBe(totals.items);
          const added = totals.taxIncluded ? 0 : totals.tax;
          expect(totals.items + totals.shipping + added + totals.rounding).toBe(totals.total);
          expect(fromStripeAmount(toStripeAmount(totals.total, currency), currency)).toBe(totals.total);
        },
      ),
    );
  });

  it('splits without losing a cent', () => {
    expect(splitAmount(100, [1, 1, 1], 'EUR')).toEqual([34, 33, 33]);
    expect(splitAmount(10, [0, 0], 'JPY')).toEqual([5, 5]);
    fc.assert(
      fc.property(
        fc.nat(1_000_000),
        fc.array(fc.nat(10_000), { minLength: 1, maxLength: 8 }),
        (amount, weights) => {
          const parts = splitAmount(amount, weights, 'EUR');
          expect(parts.reduce((sum, part) => sum + part, 0)).toBe(amount);
          expect(parts.every((part) => part >= 0)).toBe(true);
        },
      ),
    );
  });
});

describe('keys', () => {
  const nothing: PaymentKeysInput = {
    PAYMENTS_URL: 'http://127.0.0.1:7106',
    INTERNAL_TOKEN: 'a-token-of-24-characters-or-more',
    NODE_ENV: 'development',
    SANDBOX_ALLOW_PRODUCTION: false,
  };
  const stripe = {
    STRIPE_SECRET_KEY: 'sk_test_1',
    STRIPE_PUBLISHABLE_KEY: 'pk_test_1',
    STRIPE_WEBHOOK_SECRET: 'whsec_new,whsec_old',
  };

  it('takes all three of Stripe, with two secrets during a rotation', () => {
    const result = paymentKeys({ ...nothing, ...stripe });
    expect(result).toMatchObject({ keys: { name: 'stripe', webhookSecrets: ['whsec_new', 'whsec_old'] } });
  });

  it.each(['STRIPE_SECRET_KEY', 'STRIPE_PUBLISHABLE_KEY', 'STRIPE_WEBHOOK_SECRET'] as const)(
    'refuses to start with %s missing while others are there',
    (name) => {
      const result = paymentKeys({ ...nothing, ...stripe, [name]: undefined });
      expect(result).toMatchObject({ variable: name, fault: expect.stringContaining(`missing: ${name}`) });
    },
  );

  it('refuses a live key beside a test key', () => {
    expect(paymentKeys({ ...nothing, ...stripe, STRIPE_SECRET_KEY: 'sk_live_1' })).toHaveProperty('fault');
  });

  it('takes the sandbox with none, but not in production unless allowed', () => {
    const production = { ...nothing, NODE_ENV: 'production' };
    expect(paymentKeys(nothing)).toMatchObject({ keys: { name: 'sandbox', ...keysWithout() } });
    expect(paymentKeys(production)).toHaveProperty('fault');
    expect(paymentKeys({ ...production, SANDBOX_ALLOW_PRODUCTION: true })).toHaveProperty('keys');
  });

  function keysWithout(): object {
    const { secretKey, publishableKey, webhookSecret } = sandboxKeys(nothing.INTERNAL_TOKEN);
    return { secretKey, publishableKey, webhookSecrets: [webhookSecret] };
  }
});
