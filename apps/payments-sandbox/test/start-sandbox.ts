import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Stripe } from 'stripe';
import { sandboxKeys, type SandboxKeys } from '#payments';
import { createDrain, createLogger, parseEnv } from '#process';
import { createDatabase } from '#servers';
import { paymentsSandboxEnv } from '../src/payments-sandbox.env.ts';
import { startSandboxServer } from '../src/sandbox-server.ts';

const INTERNAL_TOKEN = 'token-of-the-sandbox-tests';

export interface ReceivedWebhook {
  body: string;
  signature: string;
  event: { id: string; type: string; data: { object: { id: string } } };
}

/** A receiver of webhooks that answers what the test says. */
export interface Receiver {
  url: string;
  received: ReceivedWebhook[];
  /** Status of the next answers; 200 unless set. */
  status: number;
  /** Resolves with the first webhook, past or to come, for which `test` holds. */
  wait(test: (webhook: ReceivedWebhook) => boolean): Promise<ReceivedWebhook>;
  stop(): Promise<void>;
}

export interface TestSandbox {
  url: string;
  keys: SandboxKeys;
  stripe: Stripe;
  databaseUrl: string;
  control(path: string, body: object): Promise<unknown>;
  /** Stops the process's parts; the data stays for another start on the same database. */
  stop(): Promise<void>;
}

/** Starts a sandbox on a database of its own (or a given one) and the real SDK pointed at it. */
export async function startTestSandbox(
  options: { databaseUrl?: string; checkoutUrl?: string } = {},
): Promise<TestSandbox> {
  const databaseUrl = options.databaseUrl ?? (await createDatabase('payments_sandbox'));
  const logger = createLogger({ process: 'payments-sandbox', level: 'silent' });
  const drain = createDrain({ logger });
  const env = parseEnv(paymentsSandboxEnv, {
    NODE_ENV: 'test',
    DATABASE_URL: databaseUrl,
    INTERNAL_TOKEN,
    CHECKOUT_URL: options.checkoutUrl ?? 'http://127.0.0.1:9',
  });
  const { url } = await startSandboxServer({ env, logger, drain });
  const keys = sandboxKeys(INTERNAL_TOKEN);
  const { hostname, port } = new URL(url);
  const stripe = new Stripe(keys.secretKey, {
    host: hostname,
    port,
    protocol: 'http',
    maxNetworkRetries: 0,
    telemetry: false,
  });
  return {
    url,
    keys,
    stripe,
    databaseUrl,
    async control(path, body) {
      const response = await fetch(`${url}/_sandbox/${path}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${keys.secretKey}`, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      if (!response.ok)
        throw new Error(`control ${path} answered ${response.status}: ${await response.text()}`);
      return response.json();
    },
    stop: () => drain.stop('test'),
  };
}

/** Starts a receiver that plays checkout. */
export async function startReceiver(): Promise<Receiver> {
  const waiting: { test: (webhook: ReceivedWebhook) => boolean; done: (webhook: ReceivedWebhook) => void }[] =
    [];
  const received: ReceivedWebhook[] = [];
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString();
      const webhook = {
        body,
        signature: String(request.headers['stripe-signature']),
        event: JSON.parse(body) as ReceivedWebhook['event'],
      };
      received.push(webhook);
      for (const one of waiting.slice()) {
        if (!one.test(webhook)) continue;
        waiting.splice(waiting.indexOf(one), 1);
        one.done(webhook);
      }
      response.writeHead(receiver.status).end();
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const receiver: Receiver = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    status: 200,
    wait(test) {
      const past = received.find(test);
      return past ? Promise.resolve(past) : new Promise((done) => void waiting.push({ test, done }));
    },
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
  return receiver;
}
