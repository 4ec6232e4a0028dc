import { mayInShop, type Endpoint, type Identity, type Permission } from '#contracts';
import type { FastifyRequest } from 'fastify';
import { hash, timingSafeEqual } from 'node:crypto';
import { refuse } from './refusal.ts';
import type { TokenVerifier } from './tokens.ts';

/** Cookies of a browser session; set by accounts. */
export const SESSION_COOKIE = 'sf_session';
export const CSRF_COOKIE = 'sf_csrf';

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Finds out who calls and throws the refusal when `endpoint` does not let them in. */
export async function authenticate(
  request: FastifyRequest,
  endpoint: Endpoint,
  tokens: TokenVerifier,
  internalToken: string,
): Promise<Identity | undefined> {
  const bearer = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1];
  if (endpoint.access === 'internal') {
    if (!bearer || !sameSecret(bearer, internalToken)) throw refuse('unauthenticated');
    return undefined;
  }
  const cookie = bearer ? undefined : request.cookies[SESSION_COOKIE];
  const token = bearer ?? cookie;
  const identity = token ? await tokens.verify(token) : undefined;
  if (identity && cookie && !SAFE_METHODS.has(request.method)) checkCsrf(request);
  checkAccess(endpoint, identity);
  return identity;
}

/** Throws `forbidden` unless `caller` may do `permission` in `shopId`. */
export function requireShop(caller: Identity | undefined, shopId: string, permission: Permission): void {
  if (!caller) throw refuse('unauthenticated');
  if (!mayInShop(caller, shopId, permission)) throw refuse('forbidden');
}

function checkAccess({ access }: Endpoint, identity: Identity | undefined): void {
  if (access === 'public' || access === 'guest') return;
  if (identity?.kind !== 'user') throw refuse('unauthenticated');
  if (access === 'admin' && !identity.platformRoles.includes('admin')) throw refuse('forbidden');
}

/** Double submit: the header repeats the cookie, which a foreign page can neither read nor set. */
function checkCsrf(request: FastifyRequest): void {
  const header = request.headers['x-csrf-token'];
  const cookie = request.cookies[CSRF_COOKIE];
  if (!cookie || typeof header !== 'string' || !sameSecret(header, cookie)) throw refuse('csrf_failed');
  const { origin } = request.headers;
  if (origin && URL.parse(origin)?.host !== request.host) throw refuse('csrf_failed');
}

/** Compares without telling by the time it takes; hashing makes the lengths equal. */
function sameSecret(a: string, b: string): boolean {
  return timingSafeEqual(hash('sha256', a, 'buffer'), hash('sha256', b, 'buffer'));
}
