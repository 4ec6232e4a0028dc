import {
  callEndpoint,
  logInEndpoint,
  refreshSessionEndpoint,
  signUpEndpoint,
  type CallResult,
  type Endpoint,
  type ReplyOf,
  type RequestOf,
  type SessionView,
} from '#contracts';
import { parseEnv, type Clock } from '#process';
import { createDatabase, startNats, startRedis } from '#servers';
import { jest } from '@jest/globals';
import { TEST_INTERNAL_TOKEN } from '#testing';
import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { accountsEnv } from '../src/accounts.env.ts';
import { startAccounts } from '../src/start-accounts.ts';

/** Passwords are hashed and pictures encoded for real: on a busy machine a test of many takes its time. */
jest.setTimeout(60_000);

export const PASSWORD = 'correct horse battery';
export const ADMIN = { email: 'root@showfloor.test', password: 'the first admin' };

/** A clock that moves when the test says so; it begins at the present, as the database's own does. */
export class TestClock implements Clock {
  private aheadMs = 0;
  now(): number {
    return Date.now() + this.aheadMs;
  }
  advance(ms: number): void {
    this.aheadMs += ms;
  }
}

export type AccountsHarness = Awaited<ReturnType<typeof startHarness>>;

/** The whole process on real servers, with what tests ask of it. */
export async function startHarness(settings: Record<string, string> = {}) {
  const [nats, redis, databaseUrl] = await Promise.all([
    startNats(),
    startRedis(),
    createDatabase('accounts'),
  ]);
  const clock = new TestClock();
  const env = parseEnv(accountsEnv, {
    NODE_ENV: 'test',
    LOG_LEVEL: 'error',
    INTERNAL_TOKEN: TEST_INTERNAL_TOKEN,
    ACCOUNTS_SECRET: 'a secret of the tests, long enough',
    ADMIN_EMAIL: ADMIN.email,
    ADMIN_PASSWORD: ADMIN.password,
    DATABASE_URL: databaseUrl,
    REDIS_URL: redis.url,
    NATS_URL: nats.url,
    ...settings,
  });
  const service = await startAccounts(env, { clock, handleSignals: false });
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 4 });

  function call<T extends Endpoint>(
    endpoint: T,
    request: RequestOf<T>,
    token?: string,
  ): Promise<CallResult<ReplyOf<T>>> {
    return callEndpoint(fetch, service.url, endpoint, request, {
      headers: token ? { authorization: `Bearer ${token}` } : {},
    });
  }

  return {
    service,
    env,
    nats,
    clock,
    pool,
    call,
    internal: <T extends Endpoint>(endpoint: T, request: RequestOf<T>) =>
      call(endpoint, request, TEST_INTERNAL_TOKEN),
    signUp: (parts: { email?: string; displayName?: string; password?: string } = {}) =>
      call(signUpEndpoint, {
        body: {
          email: `${randomBytes(6).toString('hex')}@people.test`,
          displayName: 'Somebody',
          password: PASSWORD,
          transport: 'token',
          ...parts,
        },
      }),
    logIn: (email: string, password = PASSWORD) =>
      call(logInEndpoint, { body: { email, password, transport: 'token' } }),
    refresh: (refreshToken: string | undefined) => call(refreshSessionEndpoint, { body: { refreshToken } }),
    async stop() {
      await pool.end();
      await service.stop();
      await Promise.all([nats.stop(), redis.stop()]);
    },
  };
}

/** Somebody with an account and the tokens of a session. */
export interface Person {
  userId: string;
  email: string;
  token: string;
  refreshToken: string;
  sessionId: string;
}

/** The holder of a session that was answered; fails the test when it was refused. */
export function personOf(result: CallResult<SessionView>): Person {
  if (!result.ok) throw new Error(`refused: ${JSON.stringify(result.problem)}`);
  const { account, sessionId, accessToken, refreshToken } = result.body;
  if (!accessToken || !refreshToken) throw new Error('no tokens in the body');
  return { userId: account.userId, email: account.email ?? '', token: accessToken, refreshToken, sessionId };
}

/** The code of a refusal; fails the test when there was none. */
export function codeOf(result: CallResult<unknown>): string {
  if (result.ok) throw new Error('not refused');
  return result.problem.code;
}
