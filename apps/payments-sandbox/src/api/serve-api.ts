import { timingSafeEqual } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { SandboxKeys } from '#payments';
import type { Logger } from '#process';
import { BROWSER_PREFIX, type Sandbox } from '../sandbox.ts';
import { accountCalls } from './account.calls.ts';
import { ApiError, noSuch } from './api-error.ts';
import type { Call, KeyKind } from './call.ts';
import { decodeForm, type Params } from './form-body.ts';
import { moneyBackCalls } from './money-back.calls.ts';
import { paymentIntentCalls } from './payment-intents.calls.ts';
import { answerOf, serveCall, type ApiAnswer } from './serve-call.ts';

const CALLS: Call[] = [...paymentIntentCalls, ...moneyBackCalls, ...accountCalls];

/** Serves the API at `/v1`, and the calls that browsers make once more behind the edge's prefix. */
export function serveApi(app: FastifyInstance, sandbox: Sandbox, keys: SandboxKeys, logger: Logger): void {
  for (const call of CALLS) {
    const prefixes = call.browser ? ['', BROWSER_PREFIX] : [''];
    for (const prefix of prefixes) {
      app.route<{ Params: { id?: string } }>({
        method: call.method,
        url: prefix + call.path,
        handler: async (request, reply) => {
          const params = paramsOf(request);
          const keyKind = authenticate(request, params, keys, call);
          const answer = await serveCall(sandbox, call, {
            id: request.params.id ?? '',
            params,
            keyKind,
            idempotencyKey: headerOf(request, 'idempotency-key'),
            apiVersion: headerOf(request, 'stripe-version') ?? null,
          });
          return send(request, reply, answer);
        },
      });
    }
  }
  app.setNotFoundHandler((request, reply) =>
    send(request, reply, answerOf(unrecognized(request), 'req_unrecognized')),
  );
  app.setErrorHandler((error: unknown, request, reply) => {
    if (error instanceof ApiError) return send(request, reply, answerOf(error, 'req_refused'));
    const status = (error as { statusCode?: number }).statusCode ?? 500;
    if (status >= 500) logger.error({ err: error, url: request.url.split('?')[0] }, 'a call failed');
    const message = status >= 500 ? 'An error occurred in the sandbox.' : (error as Error).message;
    const type = status >= 500 ? 'api_error' : 'invalid_request_error';
    return reply.code(status).send({ error: { type, message } });
  });
}

function send(request: FastifyRequest, reply: FastifyReply, answer: ApiAnswer): FastifyReply {
  if (answer.disconnect) {
    request.raw.socket.destroy();
    return reply.hijack();
  }
  const version = headerOf(request, 'stripe-version');
  if (version) void reply.header('stripe-version', version);
  if (answer.replayed) void reply.header('idempotent-replayed', 'true');
  const key = headerOf(request, 'idempotency-key');
  if (key) void reply.header('idempotency-key', key);
  return reply
    .code(answer.status)
    .header('request-id', answer.requestId)
    .type('application/json')
    .send(answer.body);
}

function paramsOf(request: FastifyRequest): Params {
  if (request.method === 'POST') return (request.body as Params | null | undefined) ?? {};
  const mark = request.url.indexOf('?');
  return mark === -1 ? {} : decodeForm(request.url.slice(mark + 1));
}

/** Which key the caller shows, in the header as SDKs do or as `key` as browsers may. */
function authenticate(request: FastifyRequest, params: Params, keys: SandboxKeys, call: Call): KeyKind {
  const shown = keyOf(request) ?? (typeof params['key'] === 'string' ? params['key'] : '');
  if (same(shown, keys.secretKey)) return 'secret';
  if (same(shown, keys.publishableKey)) {
    if (call.browser) return 'publishable';
    throw new ApiError(403, {
      type: 'invalid_request_error',
      code: 'secret_key_required',
      message: 'This API call cannot be made with a publishable API key. Please use a secret API key.',
    });
  }
  throw new ApiError(401, { type: 'invalid_request_error', message: 'Invalid API Key provided.' });
}

function keyOf(request: FastifyRequest): string | undefined {
  const header = request.headers.authorization ?? '';
  if (header.startsWith('Bearer ')) return header.slice(7);
  if (header.startsWith('Basic ')) return Buffer.from(header.slice(6), 'base64').toString().split(':')[0];
  return undefined;
}

/** Compares keys without telling by the time taken how much of them was right. */
export function same(shown: string, key: string): boolean {
  const left = Buffer.from(shown);
  const right = Buffer.from(key);
  return left.length === right.length && timingSafeEqual(left, right);
}

function headerOf(request: FastifyRequest, name: string): string | undefined {
  const value = request.headers[name];
  return typeof value === 'string' ? value : undefined;
}

function unrecognized(request: FastifyRequest): ApiError {
  const path = request.url.split('?')[0] ?? '';
  const { body } = noSuch('resource', path);
  return new ApiError(404, {
    ...body,
    message: `Unrecognized request URL (${request.method}: ${path}).`,
  });
}
