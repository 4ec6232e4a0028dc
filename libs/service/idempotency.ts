import type { Endpoint } from '#contracts';
import { hash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Query } from '#bus';
import { refuse } from './refusal.ts';

/** Table of first answers, for the first migration of each schema that has idempotent calls. */
export const idempotencyTable = `CREATE TABLE idempotency (
  scope text NOT NULL,
  key text NOT NULL,
  request_hash text NOT NULL,
  status smallint,
  body text,
  claimed_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (scope, key)
)`;

/** A claim older than this is of a process that died; the same request may run again. */
const CLAIM_LAPSES = '30 seconds';
/** First answers are kept a day, as Stripe keeps its own. */
const KEEP = '24 hours';
const SWEEP_MS = 10 * 60 * 1_000;

interface Claim {
  scope: string;
  key: string;
}

interface Row {
  request_hash: string;
  status: number | null;
  body: string | null;
}

const claims = new WeakMap<FastifyRequest, Claim>();

/** Gives the first answer again to a repeated key, and keeps new answers. */
export interface IdempotencyStore {
  /** True when the first answer was sent again and nothing is left to do. */
  replay(endpoint: Endpoint, request: FastifyRequest, reply: FastifyReply): Promise<boolean>;
  /** Keeps the answer of a claimed request; server faults free the key instead. */
  keep(request: FastifyRequest, status: number, body: unknown): Promise<void>;
  stop(): void;
}

/** A store in the process's own schema. The effect itself must also be keyed: a crash may fall between the two. */
export function createIdempotencyStore(query: Query): IdempotencyStore {
  const sweep = setInterval(() => {
    query(`DELETE FROM idempotency WHERE claimed_at < now() - interval '${KEEP}'`).catch(() => undefined);
  }, SWEEP_MS).unref();

  return {
    async replay(endpoint, request, reply) {
      const claim = { scope: scopeOf(endpoint, request), key: String(request.headers['idempotency-key']) };
      const requestHash = hash('sha256', JSON.stringify(request.input), 'base64url');
      const [claimed] = await query(
        `INSERT INTO idempotency AS i (scope, key, request_hash) VALUES ($1, $2, $3)
         ON CONFLICT (scope, key) DO UPDATE SET claimed_at = now()
           WHERE i.status IS NULL AND i.request_hash = $3 AND i.claimed_at < now() - interval '${CLAIM_LAPSES}'
         RETURNING 1`,
        [claim.scope, claim.key, requestHash],
      );
      if (claimed) {
        claims.set(request, claim);
        return false;
      }
      const [first] = await query<Row>(
        'SELECT request_hash, status, body FROM idempotency WHERE scope = $1 AND key = $2',
        [claim.scope, claim.key],
      );
      if (first && first.request_hash !== requestHash) throw refuse('idempotency_key_reused');
      if (!first || first.status === null) {
        throw refuse('conflict', { detail: 'The first request with this key is still at work.' });
      }
      const type = first.status < 400 ? 'application/json' : 'application/problem+json';
      void reply.status(first.status).header('idempotent-replay', 'true').header('content-type', type);
      void reply.send(first.body ?? '');
      return true;
    },
    async keep(request, status, body) {
      const claim = claims.get(request);
      if (!claim) return;
      claims.delete(request);
      const where = 'WHERE scope = $1 AND key = $2';
      if (status >= 500 || status === 429) {
        await query(`DELETE FROM idempotency ${where}`, [claim.scope, claim.key]);
      } else {
        const text = typeof body === 'string' ? body : null;
        await query(`UPDATE idempotency SET status = $3, body = $4 ${where}`, [
          claim.scope,
          claim.key,
          status,
          text,
        ]);
      }
    },
    stop: () => clearInterval(sweep),
  };
}

function scopeOf(endpoint: Endpoint, request: FastifyRequest): string {
  return `${request.caller?.userId ?? request.ip} ${endpoint.name}`;
}
