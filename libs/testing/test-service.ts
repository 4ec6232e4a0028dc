import type { DynamicModule, Type } from '@nestjs/common';
import {
  callEndpoint,
  type CallResult,
  type Endpoint,
  type Identity,
  type ProcessName,
  type ReplyOf,
  type RequestOf,
} from '#contracts';
import { createLogger, newId } from '#process';
import { claimsOf, startService, type RunningService, type ServiceEnv, type ServiceStart } from '#service';
import { exportJWK, generateKeyPair, SignJWT, type JSONWebKeySet } from 'jose';

const HOUR_MS = 3_600_000;
const KEY_ID = 'test';

const { publicKey, privateKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true });

/** The key set that verifies every token `tokenOf` signs in this test process. */
export const TEST_JWKS: JSONWebKeySet = {
  keys: [{ ...(await exportJWK(publicKey)), kid: KEY_ID, alg: 'EdDSA' }],
};

/** Shared secret of internal calls in tests. */
export const TEST_INTERNAL_TOKEN = 'internal-token-of-the-tests';

/** An identity with a fresh user id; give what matters to the test. */
export function testIdentity(parts: Partial<Identity> = {}): Identity {
  return {
    userId: newId(),
    displayName: 'Somebody',
    kind: 'user',
    platformRoles: [],
    shops: [],
    sessionId: newId(),
    expiresAt: Date.now() + HOUR_MS,
    ...parts,
  };
}

/** An access token for `identity` as accounts would sign it. */
export function tokenOf(identity: Identity): Promise<string> {
  return new SignJWT(claimsOf(identity)).setProtectedHeader({ alg: 'EdDSA', kid: KEY_ID }).sign(privateKey);
}

/** Settings that let a process start in a test. */
export const testEnv: ServiceEnv & { NODE_ENV: 'test'; LOG_LEVEL: 'error' | 'silent'; PUBLIC_URL: string } = {
  NODE_ENV: 'test',
  HOST: '127.0.0.1',
  PORT: 0,
  LOG_LEVEL: 'silent',
  INTERNAL_TOKEN: TEST_INTERNAL_TOKEN,
  TRUST_PROXY: 'loopback',
  ACCOUNTS_URL: 'http://127.0.0.1:1',
  PUBLIC_URL: 'http://localhost:8080',
};

export interface TestService extends RunningService {
  internalToken: string;
  headersOf(identity: Identity): Promise<{ authorization: string }>;
  /** Calls an endpoint of this service, as somebody or as nobody. */
  call<T extends Endpoint>(
    endpoint: T,
    request: RequestOf<T>,
    options?: { as?: Identity; internal?: boolean },
  ): Promise<CallResult<ReplyOf<T>>>;
}

type TestModule = Type | DynamicModule | ((parts: ServiceStart) => DynamicModule | Promise<DynamicModule>);

/** Starts a process's module in this test process, on a free port, trusting `tokenOf`'s tokens. */
export async function startTestService(
  name: ProcessName,
  module: TestModule,
  options: Partial<Parameters<typeof startService>[0]> = {},
): Promise<TestService> {
  const env = { ...testEnv, ...options.env };
  const service = await startService({
    name,
    module,
    keys: TEST_JWKS,
    handleSignals: false,
    logger: createLogger({ process: name, level: env.LOG_LEVEL }),
    ...options,
    env,
  });
  const headersOf = async (identity: Identity) => ({ authorization: `Bearer ${await tokenOf(identity)}` });
  return {
    ...service,
    internalToken: TEST_INTERNAL_TOKEN,
    headersOf,
    async call(endpoint, request, { as, internal } = {}) {
      const headers: Record<string, string> = as ? await headersOf(as) : {};
      if (internal) headers.authorization = `Bearer ${TEST_INTERNAL_TOKEN}`;
      return callEndpoint(fetch, service.url, endpoint, request, { headers });
    },
  };
}
