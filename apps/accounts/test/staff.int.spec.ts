import { connectBus, listen, type Bus, type Consumer } from '#bus';
import {
  banAccountEndpoint,
  callEndpoint,
  createGuestEndpoint,
  findAccountsEndpoint,
  getAccountEndpoint,
  getContactEndpoint,
  getMeEndpoint,
  jwksEndpoint,
  lookUpUsersEndpoint,
  rotateKeysEndpoint,
  sessionRevoked,
  setPlatformRolesEndpoint,
  unbanAccountEndpoint,
  userBanned,
  userUnbanned,
  type EventEnvelope,
} from '#contracts';
import { createLogger, newId } from '#process';
import { createTokenVerifier } from '#service';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { decodeProtectedHeader } from 'jose';
import { startAccounts } from '../src/start-accounts.ts';
import {
  ADMIN,
  codeOf,
  personOf,
  startHarness,
  type AccountsHarness,
  type Person,
} from './accounts-harness.ts';

let accounts: AccountsHarness;
let root: Person;
let bus: Bus;
let follower: Consumer;
const heard: EventEnvelope[] = [];
let wake = (): void => undefined;

beforeAll(async () => {
  accounts = await startHarness();
  root = personOf(await accounts.logIn(ADMIN.email, ADMIN.password));
  const logger = createLogger({ process: 'test', level: 'error' });
  bus = await connectBus({ url: accounts.nats.url, name: 'test', logger });
  follower = listen({
    bus,
    logger,
    events: [sessionRevoked, userBanned, userUnbanned],
    handle: (event) => {
      heard.push(event);
      wake();
    },
  });
  await bus.nc.flush();
}, 60_000);
afterAll(async () => {
  await follower.stop();
  await bus.close();
  await accounts.stop();
});

/** Waits until `count` events about `userId` were heard; gives their types in order. */
async function typesAbout(userId: string, count: number): Promise<string[]> {
  for (;;) {
    const about = heard.filter((event) => event.aggregateId === userId);
    if (about.length >= count) {
      return about.toSorted((a, b) => a.version - b.version).map((event) => event.type);
    }
    await new Promise<void>((resolve) => {
      wake = resolve;
    });
  }
}

const ban = (userId: string, token: string) =>
  accounts.call(banAccountEndpoint, { params: { userId }, body: { reason: 'spam' } }, token);
const setRoles = (userId: string, platformRoles: ('admin' | 'moderator')[], token = root.token) =>
  accounts.call(setPlatformRolesEndpoint, { params: { userId }, body: { platformRoles } }, token);

describe('a ban', () => {
  it('ends every session, keeps the person out, is told to everybody, and can be lifted', async () => {
    const person = personOf(await accounts.signUp());
    const second = personOf(await accounts.logIn(person.email));
    expect(await ban(person.userId, root.token)).toMatchObject({ status: 200, body: { banReason: 'spam' } });
    for (const { token, refreshToken } of [person, second]) {
      expect(codeOf(await accounts.call(getMeEndpoint, {}, token))).toBe('unauthenticated');
      expect(codeOf(await accounts.refresh(refreshToken))).toBe('account_banned');
    }
    expect(codeOf(await accounts.logIn(person.email))).toBe('account_banned');
    expect(codeOf(await accounts.logIn(person.email, 'a wrong password'))).toBe('credentials_wrong');
    expect(await ban(person.userId, root.token)).toMatchObject({ status: 200 });
    const lift = () => accounts.call(unbanAccountEndpoint, { params: { userId: person.userId } }, root.token);
    expect(await lift()).toMatchObject({ status: 200, body: { bannedAt: null, banReason: null } });
    expect(await lift()).toMatchObject({ status: 200 });
    expect((await accounts.logIn(person.email)).ok).toBe(true);
    expect(await typesAbout(person.userId, 4)).toEqual([
      'accounts.session_revoked',
      'accounts.session_revoked',
      'accounts.user_banned',
      'accounts.user_unbanned',
    ]);
  });

  it('reaches guests', async () => {
    const body = { displayName: 'Loud', transport: 'token' as const };
    const guest = personOf(await accounts.call(createGuestEndpoint, { body }));
    expect((await ban(guest.userId, root.token)).ok).toBe(true);
    expect(codeOf(await accounts.refresh(guest.refreshToken))).toBe('account_banned');
  });

  it('leaves no session to a log-in that races it', async () => {
    const person = personOf(await accounts.signUp());
    const logIns = Array.from({ length: 6 }, () => accounts.logIn(person.email));
    const [, ...entered] = await Promise.all([ban(person.userId, root.token), ...logIns]);
    for (const result of entered) {
      if (result.ok) expect(codeOf(await accounts.refresh(result.body.refreshToken))).toBe('account_banned');
      else expect(result.problem.code).toBe('account_banned');
    }
    const { rows } = await accounts.pool.query(
      'SELECT count(*)::int AS open FROM sessions WHERE user_id = $1 AND ended_at IS NULL',
      [person.userId],
    );
    expect(rows).toEqual([{ open: 0 }]);
  });

  it('is for platform staff, and not against it', async () => {
    const moderator = personOf(await accounts.signUp());
    const victim = personOf(await accounts.signUp());
    expect(codeOf(await ban(victim.userId, moderator.token))).toBe('forbidden');
    expect(codeOf(await setRoles(moderator.userId, ['moderator'], moderator.token))).toBe('forbidden');
    expect(await setRoles(moderator.userId, ['moderator'])).toMatchObject({
      body: { platformRoles: ['moderator'] },
    });
    const { token } = personOf(await accounts.refresh(moderator.refreshToken));
    expect((await ban(victim.userId, token)).ok).toBe(true);
    expect(codeOf(await ban(root.userId, token))).toBe('staff_protected');
    expect(
      codeOf(await accounts.call(getAccountEndpoint, { params: { userId: victim.userId } }, token)),
    ).toBe('forbidden');
    expect(codeOf(await ban(newId(), token))).toBe('user_not_found');
  });
});

describe('platform roles', () => {
  it('keep one admin, and end the sessions of who loses one', async () => {
    expect(codeOf(await setRoles(root.userId, []))).toBe('last_admin');
    const person = personOf(await accounts.signUp());
    await setRoles(person.userId, ['admin', 'admin']);
    const { token } = personOf(await accounts.refresh(person.refreshToken));
    const find = () =>
      accounts.call(findAccountsEndpoint, { query: { email: person.email.slice(0, 8) } }, token);
    expect(await find()).toMatchObject({
      body: { items: [{ userId: person.userId, platformRoles: ['admin'] }], nextCursor: null },
    });
    await setRoles(person.userId, []);
    expect(codeOf(await find())).toBe('unauthenticated');
    const body = { displayName: 'G', transport: 'token' as const };
    const guest = personOf(await accounts.call(createGuestEndpoint, { body }));
    expect(codeOf(await setRoles(guest.userId, ['moderator']))).toBe('account_is_guest');
  });

  it('take the beginning of an address literally', async () => {
    const result = await accounts.call(findAccountsEndpoint, { query: { email: '%' } }, root.token);
    expect(result).toMatchObject({ body: { items: [] } });
    const banned = await accounts.call(
      findAccountsEndpoint,
      { query: { banned: 'true', limit: 1 } },
      root.token,
    );
    expect(banned.ok && banned.body.items.every((item) => item.bannedAt !== null)).toBe(true);
  });
});

describe('other processes', () => {
  it('learn names, and addresses where they must write', async () => {
    const person = personOf(await accounts.signUp({ displayName: 'Ada' }));
    const { userId } = person;
    const looked = await accounts.internal(lookUpUsersEndpoint, { body: { userIds: [userId, newId()] } });
    expect(looked).toMatchObject({
      body: { users: [{ userId, displayName: 'Ada', kind: 'user', banned: false }] },
    });
    expect(await accounts.internal(getContactEndpoint, { params: { userId } })).toMatchObject({
      body: { email: person.email },
    });
    expect(codeOf(await accounts.internal(getContactEndpoint, { params: { userId: newId() } }))).toBe(
      'user_not_found',
    );
    const asPerson = accounts.call(lookUpUsersEndpoint, { body: { userIds: [userId] } }, root.token);
    expect(codeOf(await asPerson)).toBe('unauthenticated');
  });
});

describe('signing keys', () => {
  const keyOf = (token: string) => decodeProtectedHeader(token).kid;
  const published = async () => {
    const result = await accounts.call(jwksEndpoint, {});
    return result.ok ? result.body.keys.map((key) => key.kid) : [];
  };

  it('verify tokens elsewhere, over HTTP', async () => {
    const verifier = createTokenVerifier(
      new URL('/api/accounts/.well-known/jwks.json', accounts.service.url),
    );
    expect(await verifier.verify(root.token)).toMatchObject({
      userId: root.userId,
      platformRoles: ['admin'],
    });
    expect(await verifier.verify(`${root.token}x`)).toBeUndefined();
  });

  it('are shared by instances, through the database', async () => {
    const second = await startAccounts(accounts.env, { handleSignals: false, clock: accounts.clock });
    try {
      const me = await callEndpoint(
        fetch,
        second.url,
        getMeEndpoint,
        {},
        {
          headers: { authorization: `Bearer ${root.token}` },
        },
      );
      expect(me).toMatchObject({ ok: true, body: { userId: root.userId } });
      const { rows } = await accounts.pool.query('SELECT count(*)::int AS keys FROM signing_keys');
      expect(rows).toEqual([{ keys: 1 }]);
    } finally {
      await second.stop();
    }
  });

  it('are stored encrypted, and only the right secret opens them', async () => {
    const { rows } = await accounts.pool.query<{ sealed_private: Buffer }>(
      'SELECT sealed_private FROM signing_keys',
    );
    expect(rows[0]?.sealed_private.length).toBeGreaterThan(48 + 28 - 1);
    const foreign = { ...accounts.env, ACCOUNTS_SECRET: 'another secret that is long enough' };
    await expect(startAccounts(foreign, { handleSignals: false })).rejects.toThrow(
      'ACCOUNTS_SECRET does not open',
    );
  });

  it('are replaced at once when staff say so; tokens of the old one go on, unless it is discarded', async () => {
    const before = personOf(await accounts.signUp());
    const rotate = (discard: boolean, token: string) =>
      accounts.call(rotateKeysEndpoint, { body: { discard } }, token);
    expect(codeOf(await rotate(false, before.token))).toBe('forbidden');
    const rotated = await rotate(false, root.token);
    const keyId = rotated.ok ? rotated.body.keyId : '';
    const after = personOf(await accounts.signUp());
    expect(keyOf(after.token)).toBe(keyId);
    expect(await published()).toEqual([keyOf(before.token), keyId]);
    expect((await accounts.call(getMeEndpoint, {}, before.token)).ok).toBe(true);

    const discarded = await rotate(true, root.token);
    expect(await published()).toEqual([discarded.ok ? discarded.body.keyId : '']);
    const verifier = createTokenVerifier(
      new URL('/api/accounts/.well-known/jwks.json', accounts.service.url),
    );
    expect(await verifier.verify(after.token)).toBeUndefined();
    expect((await accounts.refresh(after.refreshToken)).ok).toBe(true);
  });
});
