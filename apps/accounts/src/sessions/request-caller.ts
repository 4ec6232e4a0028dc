import type { FastifyRequest } from 'fastify';
import type { Caller } from './start-session.ts';

/** Where a request comes from, for sessions and the record. */
export function callerOf(request: FastifyRequest): Caller {
  return { address: request.ip, client: request.headers['user-agent'] ?? '' };
}
