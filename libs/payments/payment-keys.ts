import { createHmac } from 'node:crypto';

/** What the sandbox and its users share, derived so that nobody has to configure it. */
export interface SandboxKeys {
  secretKey: string;
  publishableKey: string;
  webhookSecret: string;
}

/** The sandbox's keys on a machine with this INTERNAL_TOKEN; they open nothing but the sandbox. */
export function sandboxKeys(internalToken: string): SandboxKeys {
  const derive = (purpose: string): string =>
    createHmac('sha256', internalToken).update(`payments sandbox ${purpose}`).digest('hex').slice(0, 32);
  return {
    secretKey: `sk_test_sandbox${derive('secret key')}`,
    publishableKey: `pk_test_sandbox${derive('publishable key')}`,
    webhookSecret: `whsec_sandbox${derive('webhook secret')}`,
  };
}

/** Where payments go, and with which keys. */
export interface PaymentKeys {
  name: 'stripe' | 'sandbox';
  secretKey: string;
  publishableKey: string;
  /** The present secret first; during a rotation the former one too. */
  webhookSecrets: string[];
  /** Origin of the API; undefined for Stripe's own. */
  apiUrl: string | undefined;
}

export interface PaymentKeysInput {
  STRIPE_SECRET_KEY?: string | undefined;
  STRIPE_PUBLISHABLE_KEY?: string | undefined;
  /** One secret, or two separated by a comma while it is rotated. */
  STRIPE_WEBHOOK_SECRET?: string | undefined;
  PAYMENTS_URL: string;
  INTERNAL_TOKEN: string;
  NODE_ENV: string;
  SANDBOX_ALLOW_PRODUCTION: boolean;
}

/** Stripe's keys, or the sandbox's when there are none; a fault when there are some, but not all (protocols 11). */
export function paymentKeys(
  input: PaymentKeysInput,
): { keys: PaymentKeys } | { fault: string; variable: string } {
  const stripe = {
    STRIPE_SECRET_KEY: input.STRIPE_SECRET_KEY,
    STRIPE_PUBLISHABLE_KEY: input.STRIPE_PUBLISHABLE_KEY,
    STRIPE_WEBHOOK_SECRET: input.STRIPE_WEBHOOK_SECRET,
  };
  const missing = Object.entries(stripe)
    .filter(([, value]) => !value)
    .map(([name]) => name);
  if (missing.length === 0) return stripeKeys(stripe as Record<keyof typeof stripe, string>);
  if (missing.length < 3) {
    return {
      variable: missing[0] ?? '',
      fault: `set all of STRIPE_SECRET_KEY, STRIPE_PUBLISHABLE_KEY and STRIPE_WEBHOOK_SECRET, or none; missing: ${missing.join(', ')}`,
    };
  }
  if (input.NODE_ENV === 'production' && !input.SANDBOX_ALLOW_PRODUCTION) {
    return {
      variable: 'STRIPE_SECRET_KEY',
      fault:
        'production needs the keys of Stripe; without them test cards would pay (SANDBOX_ALLOW_PRODUCTION=true allows it)',
    };
  }
  const { secretKey, publishableKey, webhookSecret } = sandboxKeys(input.INTERNAL_TOKEN);
  return {
    keys: {
      name: 'sandbox',
      secretKey,
      publishableKey,
      webhookSecrets: [webhookSecret],
      apiUrl: input.PAYMENTS_URL,
    },
  };
}

function stripeKeys(
  stripe: Record<'STRIPE_SECRET_KEY' | 'STRIPE_PUBLISHABLE_KEY' | 'STRIPE_WEBHOOK_SECRET', string>,
): ReturnType<typeof paymentKeys> {
  const webhookSecrets = stripe.STRIPE_WEBHOOK_SECRET.split(',')
    .map((secret) => secret.trim())
    .filter(Boolean);
  if (!/^(sk|rk)_/.test(stripe.STRIPE_SECRET_KEY)) {
    return { variable: 'STRIPE_SECRET_KEY', fault: 'a secret key begins with sk_ or rk_' };
  }
  if (!stripe.STRIPE_PUBLISHABLE_KEY.startsWith('pk_')) {
    return { variable: 'STRIPE_PUBLISHABLE_KEY', fault: 'a publishable key begins with pk_' };
  }
  if (modeOf(stripe.STRIPE_SECRET_KEY) !== modeOf(stripe.STRIPE_PUBLISHABLE_KEY)) {
    return { variable: 'STRIPE_PUBLISHABLE_KEY', fault: 'one key is of test mode and the other is not' };
  }
  if (webhookSecrets.length > 2 || webhookSecrets.some((secret) => !secret.startsWith('whsec_'))) {
    return {
      variable: 'STRIPE_WEBHOOK_SECRET',
      fault: 'one secret, or two during a rotation, each beginning with whsec_',
    };
  }
  return {
    keys: {
      name: 'stripe',
      secretKey: stripe.STRIPE_SECRET_KEY,
      publishableKey: stripe.STRIPE_PUBLISHABLE_KEY,
      webhookSecrets,
      apiUrl: undefined,
    },
  };
}

function modeOf(key: string): string {
  return key.split('_')[1] ?? '';
}
