import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { counter, histogram, newId, withContext, type Logger } from '#process';
import { authenticate } from './authenticate.ts';
import type { IdempotencyStore } from './idempotency.ts';
import { parseInput } from './parse-input.ts';
import { refusalOf, sendRefusal } from './problem-filter.ts';
import type { RateLimiter } from './rate-limit.ts';
import { refuse } from './refusal.ts';
import { endpointOf, Reply } from './serves.ts';
import type { TokenVerifier } from './tokens.ts';

const REQUEST_ID = /^[\w-]{8,64}$/;

const requests = counter('http_requests_total', 'HTTP requests answered.', ['method', 'route', 'status']);
const durations = histogram('http_request_duration_seconds', 'Time to answer an HTTP request.', [
  'method',
  'route',
]);

export interface HookParts {
  tokens: TokenVerifier;
  internalToken: string;
  limiter: RateLimiter;
  idempotency: IdempotencyStore | undefined;
  logger: Logger;
  /** Replies are held against their schemas; off in production, where it would cost every request. */
  checkReplies: boolean;
}

/** The id of a request: the edge's when it is well-formed, else a new one. */
export function requestIdOf(headers: Record<string, unknown>): string {
  const given = headers['x-request-id'];
  return typeof given === 'string' && REQUEST_ID.test(given) ? given : newId();
}

/** Puts the checks of every endpoint before its handler, in this order: who, how often, what, whether again. */
export function addRequestHooks(fastify: FastifyInstance, parts: HookParts): void {
  fastify.decorateRequest('input', undefined);
  fastify.decorateRequest('caller', undefined);
  fastify.decorateRequest('rawBody', undefined);
  fastify.addHook('onRequest', (request, reply, done) => {
    void reply.header('x-request-id', request.id);
    const { showId, orderId } = request.params as { showId?: string; orderId?: string };
    withContext({ requestId: request.id, ...(showId && { showId }), ...(orderId && { orderId }) }, done);
  });
  fastify.addHook('onRequest', (request, reply) =>
    guarded(parts, request, reply, () => admit(parts, request, reply)),
  );
  fastify.addHook('preHandler', (request, reply) =>
    guarded(parts, request, reply, () => prepare(parts, request, reply)),
  );
  fastify.addHook('preSerialization', async (request, reply, payload) =>
    unwrap(parts, request, reply, payload),
  );
  fastify.addHook('onSend', async (request, reply, payload) => {
    await parts.idempotency?.keep(request, reply.statusCode, payload);
    return payload;
  });
  fastify.addHook('onResponse', (request, reply, done) => {
    const method = request.method;
    const route = request.routeOptions.url ?? 'unknown';
    requests.inc({ method, route, status: reply.statusCode });
    durations.observe({ method, route }, reply.elapsedTime / 1_000);
    done();
  });
}

/** Reads JSON ourselves: the bytes are kept for signatures, and an empty body is no body. */
export function addJsonParser(fastify: FastifyInstance): void {
  fastify.removeContentTypeParser(['application/json', 'text/plain']);
  const secureParse = fastify.getDefaultJsonParser('error', 'error');
  fastify.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    request.rawBody = body as Buffer;
    // A handler that reads the bytes itself may have to verify them before anything parses them.
    if (body.length === 0 || endpointOf(request)?.consumes) return done(null, undefined);
    secureParse(request, body.toString('utf8'), done);
  });
}

async function admit(parts: HookParts, request: FastifyRequest, reply: FastifyReply): Promise<boolean> {
  const endpoint = endpointOf(request);
  if (!endpoint) return false;
  request.caller = await authenticate(request, endpoint, parts.tokens, parts.internalToken);
  await parts.limiter.check(endpoint, request, reply);
  const length = Number(request.headers['content-length'] ?? 0);
  if (endpoint.bodyLimitBytes !== undefined && length > endpoint.bodyLimitBytes) {
    throw refuse('body_too_large');
  }
  return false;
}

/** True when the answer has been sent already: a first answer given again. */
async function prepare(parts: HookParts, request: FastifyRequest, reply: FastifyReply): Promise<boolean> {
  const endpoint = endpointOf(request);
  if (!endpoint) return false;
  request.input = parseInput(endpoint, request);
  if (!endpoint.idempotent || !parts.idempotency) return false;
  return parts.idempotency.replay(endpoint, request, reply);
}

/** Runs a hook's work; what it throws becomes the answer. Giving back `reply` tells Fastify to stop there. */
async function guarded(
  parts: HookParts,
  request: FastifyRequest,
  reply: FastifyReply,
  work: () => Promise<boolean>,
): Promise<FastifyReply | void> {
  try {
    if (await work()) return reply;
  } catch (error) {
    sendRefusal(refusalOf(error, parts.logger), request, reply);
    return reply;
  }
}

function unwrap(parts: HookParts, request: FastifyRequest, reply: FastifyReply, payload: unknown): unknown {
  const answer = payload instanceof Reply ? payload : undefined;
  if (answer) void reply.status(answer.status).headers(answer.headers);
  const body = answer ? (answer.body as unknown) : payload;
  const endpoint = endpointOf(request);
  if (endpoint?.produces && reply.statusCode < 400) {
    void reply.type(`${endpoint.produces}; charset=utf-8`).serializer(String);
  }
  if (!parts.checkReplies || !endpoint || reply.statusCode >= 400) return body;
  const schema = endpoint.replies[reply.statusCode];
  const result = schema?.safeParse(body);
  if (result?.success === false) {
    parts.logger.error(
      { endpoint: endpoint.name, issues: result.error.issues },
      'a reply breaks its contract',
    );
    void reply.status(500).header('content-type', 'application/problem+json').serializer(JSON.stringify);
    return {
      type: '/docs/errors#internal',
      title: 'A reply breaks its contract',
      status: 500,
      code: 'internal',
    };
  }
  return body;
}
