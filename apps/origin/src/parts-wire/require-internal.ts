import { refuse } from '#service';
import type { FastifyRequest } from 'fastify';
import { createHash, timingSafeEqual } from 'node:crypto';

/** Hook that lets only our own processes in: `Authorization: Bearer <INTERNAL_TOKEN>`. */
export function requireInternal(token: string) {
  const expected = digest(`Bearer ${token}`);
  return async ({ headers }: FastifyRequest): Promise<void> => {
    if (!timingSafeEqual(digest(headers.authorization ?? ''), expected)) throw refuse('unauthenticated');
  };
}

/** Of equal length whatever was sent, so that the comparison can take the same time for all. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
