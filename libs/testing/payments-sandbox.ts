import { sandboxKeys, type SandboxKeys } from '#payments';
import { startOwnProcess } from './own-process.ts';
import { TEST_INTERNAL_TOKEN } from './test-service.ts';

/** Numbers of the sandbox's test cards, by what they do. */
export const TEST_CARDS = {
  success: '4242424242424242',
  declined: '4000000000000002',
  insufficientFunds: '4000000000009995',
  challenge: '4000000000003220',
  slow: '4000000000000812',
  slowDecline: '4000000000000820',
  captureFails: '4000000000000838',
  dispute: '4000000000000259',
  refundPending: '4000000000007726',
  refundFails: '4000000000005126',
} as const;

export interface PaymentsSandboxOptions {
  databaseUrl: string;
  port: number;
  /** Where its webhooks go. */
  checkoutUrl: string;
  internalToken?: string;
}

/** A payment as a browser sees it. */
export interface SeenPayment {
  status: string;
  next_action?: { redirect_to_url?: { url: string }; use_stripe_sdk?: { stripe_js: string } } | null;
}

/** A sandbox in a process of its own. */
export interface PaymentsSandbox {
  url: string;
  keys: SandboxKeys;
  /** Uses a control such as `webhooks`, `faults` or `clock`. */
  control(path: string, body: object): Promise<Record<string, unknown>>;
  /** Confirms a payment as a buyer's browser does; a decline is the error's code. */
  pay(clientSecret: string, card?: string): Promise<SeenPayment | { declined: string }>;
  /** Asks the API as checkout does. */
  get<T>(path: string): Promise<T>;
  /** SIGKILL; `start` again on the same database brings back all that it had answered. */
  kill(): Promise<void>;
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts the payments sandbox and waits until it is ready. */
export async function startPaymentsSandbox(options: PaymentsSandboxOptions): Promise<PaymentsSandbox> {
  const url = `http://127.0.0.1:${options.port}`;
  const keys = sandboxKeys(options.internalToken ?? TEST_INTERNAL_TOKEN);
  const child = await startOwnProcess({
    main: 'apps/payments-sandbox/src/main.ts',
    port: options.port,
    env: {
      NODE_ENV: 'test',
      LOG_LEVEL: 'warn',
      DATABASE_URL: options.databaseUrl,
      CHECKOUT_URL: options.checkoutUrl,
      INTERNAL_TOKEN: options.internalToken ?? TEST_INTERNAL_TOKEN,
      PUBLIC_URL: url,
    },
  });
  const asSecret = { authorization: `Bearer ${keys.secretKey}` };
  return {
    url,
    keys,
    start: () => child.start(),
    kill: () => child.kill(),
    stop: () => child.stop(),
    async control(path, body) {
      const headers = { ...asSecret, 'content-type': 'application/json' };
      const answer = await fetch(`${url}/_sandbox/${path}`, {
        method: 'POST',
        headers,
        body: JSON.stringify(body),
      });
      if (!answer.ok) throw new Error(`the sandbox refused ${path}: ${await answer.text()}`);
      return (await answer.json()) as Record<string, unknown>;
    },
    async get(path) {
      const answer = await fetch(`${url}/v1/${path}`, { headers: asSecret });
      return (await answer.json()) as never;
    },
    pay: (clientSecret, card = TEST_CARDS.success) => confirm(url, keys, clientSecret, card),
  };
}

async function confirm(
  url: string,
  keys: SandboxKeys,
  clientSecret: string,
  card: string,
): Promise<SeenPayment | { declined: string }> {
  const id = clientSecret.split('_secret_')[0] ?? '';
  const answer = await fetch(`${url}/api/payments-sandbox/v1/payment_intents/${id}/confirm`, {
    method: 'POST',
    headers: { authorization: `Bearer ${keys.publishableKey}` },
    body: new URLSearchParams({
      client_secret: clientSecret,
      'payment_method_data[type]': 'card',
      'payment_method_data[card][number]': card,
    }),
  });
  const body = (await answer.json()) as SeenPayment & { error?: { code?: string; decline_code?: string } };
  return body.error ? { declined: body.error.decline_code ?? body.error.code ?? 'refused' } : body;
}
