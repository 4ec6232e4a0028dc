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
const REVOKED_KEEP_MS = 15 * 60 * 1_000;

/** Verifies access tokens without asking anybody, once each. */
export interface TokenVerifier {
  /** The identity in `token`, or undefined when it is not ours, expired or revoked. */
  verify(token: string): Promise<Identity | undefined>;
  /** From now on no token of this session counts. */
  revokeSession(sessionId: string): void;
  /** Forgets what is remembered of a user, so that changed roles are read from their next token. */
  forgetUser(userId: string): void;
}

/** Where the public keys are: accounts' address, the keys themselves, or a function that finds one. */
export type KeySource = URL | JSONWebKeySet | JWTVerifyGetKey;

/** Makes a verifier; with an address the keys are fetched when first needed and when an unknown one turns up. */
export function createTokenVerifier(source: KeySource, now: () => number = Date.now): TokenVerifier {
  const keys = keyFinder(source);
  const good: BoundedCache<Identity> = boundedCache(CACHE_ENTRIES, now);
  const revoked = boundedCache<true>(REVOKED_ENTRIES, now);

  return {
    async verify(token) {
      const key = hash('sha256', token, 'base64url');
      const known = good.get(key);
      if (known) return known;
      const identity = await readToken(token, keys, now());
      if (!identity || revoked.get(identity.sessionId)) return undefined;
      good.set(key, identity, identity.expiresAt);
      return identity;
    },
    revokeSession(sessionId) {
      revoked.set(sessionId, true, now() + REVOKED_KEEP_MS);
      good.deleteWhere((identity) => identity.sessionId === sessionId);
    },
    forgetUser(userId) {
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

async function readToken(token: string, keys: JWTVerifyGetKey, nowMs: number): Promise<Identity | undefined> {
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
    return parsed.success ? parsed.data : undefined;
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

/** The claims that `readToken` reads, as accounts signs them. */
export function claimsOf(identity: Identity): Record<string, unknown> {
  return {
    sub: identity.userId,
    name: identity.displayName,
    kind: identity.kind,
    roles: identity.platformRoles,
    shops: identity.shops,
    sid: identity.sessionId,
    exp: Math.floor(identity.expiresAt / 1_000),
    iss: TOKEN_ISSUER,
    aud: TOKEN_AUDIENCE,
  };
}
