import type { Endpoint } from '#contracts';
import type { FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { refuse } from './refusal.ts';

const IDEMPOTENCY_KEY = /^[\x21-\x7e]{8,200}$/;
/** Faults told at once; more do not help anybody. */
const MOST_FAULTS = 20;

interface Fault {
  at: string;
  message: string;
}

/** Every part of a request through its schema; throws `invalid_request` that names all faults. */
export function parseInput(endpoint: Endpoint, request: FastifyRequest): unknown {
  const faults: Fault[] = [];
  const input: Record<string, unknown> = {};
  const take = (part: string, schema: z.ZodType | undefined, value: unknown): void => {
    if (!schema) return;
    const result = schema.safeParse(value);
    if (result.success) input[part] = result.data;
    else faults.push(...faultsOf(part, result.error));
  };
  take('params', endpoint.params, request.params);
  take('query', endpoint.query, request.query);
  take('headers', endpoint.headers, request.headers);
  if (!endpoint.consumes) take('body', endpoint.body, request.body ?? undefined);
  if (faults.length > 0) throw refuse('invalid_request', { extra: { faults: faults.slice(0, MOST_FAULTS) } });
  if (endpoint.idempotent) input.idempotencyKey = idempotencyKey(request);
  return input;
}

function idempotencyKey(request: FastifyRequest): string {
  const key = request.headers['idempotency-key'];
  if (typeof key !== 'string') throw refuse('idempotency_key_missing');
  if (!IDEMPOTENCY_KEY.test(key)) {
    throw refuse('invalid_request', {
      extra: { faults: [{ at: 'headers.idempotency-key', message: '8 to 200 visible ASCII characters' }] },
    });
  }
  return key;
}

function faultsOf(part: string, error: z.ZodError): Fault[] {
  return error.issues.map((issue) => ({
    at: [part, ...issue.path.map(String)].join('.'),
    message: issue.message,
  }));
}
