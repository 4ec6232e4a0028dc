import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Logger } from '#process';
import { ApiError } from '../api/api-error.ts';
import { Changes } from '../objects/changes.ts';
import { finishChallenge } from '../objects/payment-intents.ts';
import type { PaymentIntent } from '../objects/shapes.ts';
import { BROWSER_PREFIX, type Sandbox } from '../sandbox.ts';
import { challengePage, messagePage } from './challenge-page.ts';
import { ELEMENTS_SCRIPT } from './elements-script.ts';

const Query = z.object({ client_secret: z.string().max(200) });
const Verdict = z.looseObject({ client_secret: z.string().max(200), verdict: z.enum(['passed', 'failed']) });

/** No frames from elsewhere, no scripts but our own: the pages hold one form. */
const PAGE_HEADERS = {
  'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; form-action 'self' http: https:",
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
};

/** Serves the bank's challenge page and the script that stands in for Stripe.js. */
export function servePages(app: FastifyInstance, sandbox: Sandbox, logger: Logger): void {
  for (const prefix of ['', BROWSER_PREFIX]) {
    app.get(`${prefix}/elements.js`, (_request, reply) =>
      reply.type('text/javascript; charset=utf-8').header('cache-control', 'no-cache').send(ELEMENTS_SCRIPT),
    );
    app.get<{ Params: { id: string } }>(`${prefix}/challenge/:id`, async (request, reply) => {
      const payment = await paymentOf(
        sandbox,
        request.params.id,
        Query.safeParse(request.query).data?.client_secret,
      );
      void reply.headers(PAGE_HEADERS).type('text/html; charset=utf-8');
      if (!payment) return reply.code(404).send(messagePage('There is no such payment.'));
      return reply.send(
        payment.status === 'requires_action'
          ? challengePage(payment)
          : messagePage('This payment does not wait for you any more. You may close this window.'),
      );
    });
    app.post<{ Params: { id: string } }>(`${prefix}/challenge/:id`, async (request, reply) => {
      const verdict = Verdict.safeParse(request.body).data;
      void reply.headers(PAGE_HEADERS).type('text/html; charset=utf-8');
      const payment = await paymentOf(sandbox, request.params.id, verdict?.client_secret);
      if (!payment || !verdict) return reply.code(404).send(messagePage('There is no such payment.'));
      const returnUrl = payment.next_action?.redirect_to_url?.return_url;
      const done = await finish(sandbox, payment.id, verdict.verdict === 'passed', logger);
      if (!returnUrl) return reply.send(messagePage('Thank you. You may close this window.'));
      const target = new URL(returnUrl);
      target.searchParams.set('payment_intent', payment.id);
      target.searchParams.set('payment_intent_client_secret', payment.client_secret);
      target.searchParams.set('redirect_status', done ? 'succeeded' : 'failed');
      return reply.redirect(target.toString(), 303);
    });
  }
}

async function paymentOf(
  sandbox: Sandbox,
  id: string,
  clientSecret: string | undefined,
): Promise<PaymentIntent | undefined> {
  const payment = await sandbox.store.get('payment_intent', id);
  return payment && payment.client_secret === clientSecret ? payment : undefined;
}

/** Ends the challenge; false when the bank then said no. */
async function finish(sandbox: Sandbox, id: string, passed: boolean, logger: Logger): Promise<boolean> {
  const release = await sandbox.locks.acquire(id);
  const changes = new Changes(sandbox.clock.now(), { id: null, idempotency_key: null }, null);
  try {
    const payment = await sandbox.store.get('payment_intent', id);
    const method =
      payment?.payment_method && (await sandbox.store.get('payment_method', payment.payment_method));
    if (!payment || !method) return false;
    const done = finishChallenge(changes, payment, method, passed);
    return done.status !== 'requires_payment_method';
  } catch (error) {
    // A decline, or a second press of the button: both are answered by where the payment now stands.
    if (!(error instanceof ApiError)) throw error;
    logger.debug({ code: error.body.code }, 'a challenge ended in a refusal');
    return false;
  } finally {
    if (changes.saved.size > 0) await sandbox.commit(changes);
    release();
  }
}
