import { Identity } from '#contracts';
import { boundedCache, type BoundedCache } from '#process';
import {
  createLocalJWKSet,
  createRemoteJWKSet,
  jwtVerify,
  type JSONWebKeySet,
  type JWTVerifyGetKey,
} from 'jose';
import { hash } from 'node:crypto';

/** Who signs access tokens, and for whom. */
export const TOKEN_ISSUER = 'showfloor-accounts';
export const TOKEN_AUDIENCE = 'showfloor';

/** Tokens remembered as good; one costs about 1 KB. */
const CACHE_ENTRIES = 50_000;
/** Sessions remembered as revoked; access tokens outlive their session by ten minutes at most. */
const REVOKED_ENTRIES = 50_000;
export const REVOKED_KEEP_MS = 15 * 60 * 1_000;

/** Verifies access tokens without asking anybody, once each. */
export interface TokenVerifier {
  /** The identity in `token`, or undefined when it is not ours, expired or revoked. */
  verify(token: string): Promise<Identity | undefined>;
  /** From now on no token of this session counts. */
  revokeSession(sessionId: string): void;
  /** From now on tokens of this user made before `beforeMs` do not count: what they say is no longer true. */
  distrustUser(userId: string, beforeMs: number): void;
}

/** Where the public keys are: accounts' address, the keys themselves, or a function that finds one. */
export type KeySource = URL | JSONWebKeySet | JWTVerifyGetKey;

/** Makes a verifier; with an address the keys are fetched when first needed and when an unknown one turns up. */
export function createTokenVerifier(source: KeySource, now: () => number = Date.now): TokenVerifier {
  const keys = keyFinder(source);
  const good: BoundedCache<Identity> = boundedCache(CACHE_ENTRIES, now);
  const revoked = boundedCache<true>(REVOKED_ENTRIES, now);
  const distrusted = boundedCache<number>(REVOKED_ENTRIES, now);

  return {
    async verify(token) {
      const key = hash('sha256', token, 'base64url');
      const known = good.get(key);
      if (known) return known;
      const read = await readToken(token, keys, now());
      if (!read || revoked.get(read.identity.sessionId)) return undefined;
      if (read.issuedAtMs < (distrusted.get(read.identity.userId) ?? 0)) return undefined;
      good.set(key, read.identity, read.identity.expiresAt);
      return read.identity;
    },
    revokeSession(sessionId) {
      revoked.set(sessionId, true, now() + REVOKED_KEEP_MS);
      good.deleteWhere((identity) => identity.sessionId === sessionId);
    },
    distrustUser(userId, beforeMs) {
      distrusted.set(userId, beforeMs, now() + REVOKED_KEEP_MS);
      good.deleteWhere((identity) => identity.userId === userId);
    },
  };
}

function keyFinder(source: KeySource): JWTVerifyGetKey {
  if (typeof source === 'function') return source;
  if (source instanceof URL)
    return createRemoteJWKSet(source, { timeoutDuration: 2_000, cooldownDuration: 5_000 });
  return createLocalJWKSet(source);
}

interface ReadToken {
  identity: Identity;
  /** The end of the second in which it was issued: tokens count whole seconds. */
  issuedAtMs: number;
}

async function readToken(
  token: string,
  keys: JWTVerifyGetKey,
  nowMs: number,
): Promise<ReadToken | undefined> {
  try {
    const { payload } = await jwtVerify(token, keys, {
      algorithms: ['EdDSA'],
      issuer: TOKEN_ISSUER,
      audience: TOKEN_AUDIENCE,
      currentDate: new Date(nowMs),
    });
    const parsed = Identity.safeParse({
      userId: payload.sub,
      displayName: payload.name,
      kind: payload.kind,
      platformRoles: payload.roles,
      shops: payload.shops,
      sessionId: payload.sid,
      expiresAt: (payload.exp ?? 0) * 1_000,
    });
    if (!parsed.success) return undefined;
    return { identity: parsed.data, issuedAtMs: (payload.iat ?? 0) * 1_000 + 999 };
  } catch (error) {
    if (isKeysUnreachable(error)) throw error;
    return undefined;
  }
}

/** Keys that cannot be fetched are our trouble (503), not the caller's (401). */
function isKeysUnreachable(error: unknown): boolean {
  const { code, name } = error as { code?: string; name?: string };
  return (
    code === 'ERR_JWKS_TIMEOUT' || code === 'ERR_JOSE_GENERIC' || (code === undefined && name === 'TypeError')
  );
}

/** The claims that `readToken` reads, as accounts signs them at `nowMs`. */
export function claimsOf(identity: Identity, nowMs: number = Date.now()): Record<string, unknown> {
  return {
    sub: identity.userId,
    name: identity.displayName,
    kind: identity.kind,
    roles: identity.platformRoles,
    shops: identity.shops,
    sid: identity.sessionId,
    iat: Math.floor(nowMs / 1_000),
    exp: Math.floor(identity.expiresAt / 1_000),
    iss: TOKEN_ISSUER,
    aud: TOKEN_AUDIENCE,
  };
}
