import {
  changePasswordEndpoint,
  createGuestEndpoint,
  getMeEndpoint,
  getSessionEndpoint,
  listSessionsEndpoint,
  logOutEndpoint,
  revokeOtherSessionsEndpoint,
  revokeSessionEndpoint,
  updateMeEndpoint,
} from '#contracts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { codeOf, PASSWORD, personOf, startHarness, type AccountsHarness } from './accounts-harness.ts';

let accounts: AccountsHarness;
beforeAll(async () => {
  accounts = await startHarness();
}, 60_000);
afterAll(() => accounts.stop());

describe('sign-up', () => {
  it('opens an account and logs it in', async () => {
    const result = await accounts.signUp({ email: 'Ada@People.test', displayName: '  Ada\u0301  ' });
    expect(result).toMatchObject({
      ok: true,
      status: 201,
      body: {
        account: { kind: 'user', email: 'Ada@People.test', displayName: 'Adá', platformRoles: [], shops: [] },
      },
    });
    const me = await accounts.call(getMeEndpoint, {}, personOf(result).token);
    expect(me).toMatchObject({ ok: true, body: { email: 'Ada@People.test' } });
  });

  it('gives one of two racers the address, whatever its case', async () => {
    const emails = ['race@people.test', 'RACE@people.test', 'Race@people.test', 'race@People.test'];
    const results = await Promise.all(emails.map((email) => accounts.signUp({ email })));
    expect(results.map((result) => result.status).toSorted()).toEqual([201, 409, 409, 409]);
    expect(results.filter((result) => !result.ok).map(codeOf)).toEqual(Array(3).fill('email_taken'));
  });

  it.each([
    [{ email: 'nobody' }, 'body.email'],
    [{ email: `${'a'.repeat(250)}@b.test` }, 'body.email'],
    [{ password: 'short' }, 'body.password'],
    [{ password: 'x'.repeat(201) }, 'body.password'],
    [{ displayName: '   ' }, 'body.displayName'],
    [{ displayName: 'a\u0000b' }, 'body.displayName'],
  ])('refuses %j', async (parts, at) => {
    const result = await accounts.signUp(parts);
    expect(result).toMatchObject({ ok: false, status: 400, problem: { code: 'invalid_request' } });
    expect(result.ok ? [] : result.problem.faults?.map((fault) => fault.at)).toEqual([at]);
  });
});

describe('log-in', () => {
  it('knows the password, and does not tell whether an address has an account', async () => {
    await accounts.signUp({ email: 'known@people.test' });
    expect(await accounts.logIn('KNOWN@people.test')).toMatchObject({ ok: true, status: 201 });
    const wrong = await accounts.logIn('known@people.test', 'not the password');
    const unknown = await accounts.logIn('unknown@people.test', 'not the password');
    expect(codeOf(wrong)).toBe('credentials_wrong');
    expect({ ...(wrong.ok ? {} : wrong.problem), requestId: '' }).toEqual({
      ...(unknown.ok ? {} : unknown.problem),
      requestId: '',
    });
  });

  it('stops guessing, with the same answer for addresses without an account', async () => {
    await accounts.signUp({ email: 'target@people.test' });
    const statuses = async (email: string) => {
      const results = [];
      for (let n = 0; n < 12; n += 1) results.push(await accounts.logIn(email, 'guess'));
      return results.map((result) => (result.ok ? 'in' : result.problem.code));
    };
    const expected = [...Array(10).fill('credentials_wrong'), ...Array(2).fill('too_many_attempts')];
    expect(await statuses('target@people.test')).toEqual(expected);
    expect(await statuses('nobody-at-all@people.test')).toEqual(expected);
    expect(codeOf(await accounts.logIn('target@people.test', PASSWORD))).toBe('too_many_attempts');
  });

  it('says when a throttled try may come again', async () => {
    const response = await fetch(`${accounts.service.url}/api/accounts/v1/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email: 'target@people.test', password: 'guess' }),
    });
    expect([response.status, response.headers.get('retry-after')]).toEqual([429, '300']);
  });

  it('keeps at most fifty sessions, ending the one unused for longest', async () => {
    const first = personOf(await accounts.signUp());
    await accounts.pool.query(
      `INSERT INTO sessions SELECT overlay(gen_random_uuid()::text placing '7' from 15)::uuid, user_id, 0, now(), 's', 'token', '', '', now(),
         now() + n * interval '1 minute', expires_at, null, null
       FROM sessions, generate_series(1, 49) n WHERE session_id = $1`,
      [first.sessionId],
    );
    const last = personOf(await accounts.logIn(first.email));
    const list = await accounts.call(listSessionsEndpoint, {}, last.token);
    const ids = list.ok ? list.body.items.map((session) => session.sessionId) : [];
    expect([ids.length, ids.includes(first.sessionId), ids.includes(last.sessionId)]).toEqual([
      50,
      false,
      true,
    ]);
  });
});

describe('a session', () => {
  it('is listed and ended by its owner only', async () => {
    const phone = personOf(await accounts.signUp());
    const laptop = personOf(await accounts.logIn(phone.email));
    const stranger = personOf(await accounts.signUp());
    const { sessionId } = phone;
    const list = await accounts.call(listSessionsEndpoint, {}, laptop.token);
    expect(list).toMatchObject({
      body: {
        items: [
          { sessionId: laptop.sessionId, current: true },
          { sessionId, current: false },
        ],
      },
    });
    const end = (token: string) => accounts.call(revokeSessionEndpoint, { params: { sessionId } }, token);
    expect(codeOf(await end(stranger.token))).toBe('session_not_found');
    expect((await end(laptop.token)).status).toBe(204);
    expect(codeOf(await end(laptop.token))).toBe('session_not_found');
    expect(codeOf(await accounts.call(getMeEndpoint, {}, phone.token))).toBe('unauthenticated');
    expect(codeOf(await accounts.refresh(phone.refreshToken))).toBe('session_ended');
  });

  it('ends the others in one go', async () => {
    const first = personOf(await accounts.signUp());
    await accounts.logIn(first.email);
    const last = personOf(await accounts.logIn(first.email));
    expect(await accounts.call(revokeOtherSessionsEndpoint, {}, last.token)).toMatchObject({
      body: { ended: 2 },
    });
    expect(codeOf(await accounts.call(getMeEndpoint, {}, first.token))).toBe('unauthenticated');
    expect((await accounts.call(getMeEndpoint, {}, last.token)).ok).toBe(true);
  });

  it('ends elsewhere when the password changes, and stays here', async () => {
    const elsewhere = personOf(await accounts.signUp());
    const here = personOf(await accounts.logIn(elsewhere.email));
    const change = (currentPassword: string) =>
      accounts.call(
        changePasswordEndpoint,
        { body: { currentPassword, newPassword: 'a better one, longer' } },
        here.token,
      );
    expect(codeOf(await change('wrong'))).toBe('credentials_wrong');
    expect((await change(PASSWORD)).status).toBe(204);
    expect(codeOf(await accounts.call(getMeEndpoint, {}, elsewhere.token))).toBe('unauthenticated');
    expect((await accounts.call(getMeEndpoint, {}, here.token)).ok).toBe(true);
    expect(codeOf(await accounts.logIn(here.email))).toBe('credentials_wrong');
    expect((await accounts.logIn(here.email, 'a better one, longer')).ok).toBe(true);
  });

  it('carries a new name from the next refresh on', async () => {
    const person = personOf(await accounts.signUp({ displayName: 'Before' }));
    await accounts.call(updateMeEndpoint, { body: { displayName: 'After' } }, person.token);
    expect(await accounts.refresh(person.refreshToken)).toMatchObject({
      body: { account: { displayName: 'After' } },
    });
  });
});

describe('a guest', () => {
  it('has a name, keeps the identity, and is nobody where an account is needed', async () => {
    const make = (displayName: string, token?: string) =>
      accounts.call(createGuestEndpoint, { body: { displayName, transport: 'token' } }, token);
    const guest = personOf(await make('Passer-by'));
    const again = await make('Regular', guest.token);
    expect(again).toMatchObject({
      status: 201,
      body: { account: { userId: guest.userId, kind: 'guest', displayName: 'Regular', email: null } },
    });
    expect(codeOf(await accounts.call(getMeEndpoint, {}, guest.token))).toBe('unauthenticated');
    expect(await accounts.call(getSessionEndpoint, {}, guest.token)).toMatchObject({
      body: { account: { displayName: 'Regular' } },
    });
    expect(await accounts.call(getSessionEndpoint, {})).toMatchObject({ body: { account: null } });
    expect((await accounts.refresh(guest.refreshToken)).ok).toBe(true);
  });

  it('stays themself when somebody with an account asks', async () => {
    const person = personOf(await accounts.signUp());
    const made = await accounts.call(
      createGuestEndpoint,
      { body: { displayName: 'G', transport: 'token' } },
      person.token,
    );
    expect(personOf(made).userId).not.toBe(person.userId);
  });
});

describe('log-out', () => {
  it('is right for nobody too', async () => {
    expect((await accounts.call(logOutEndpoint, {})).status).toBe(204);
  });

  it('ends the session of a bearer', async () => {
    const person = personOf(await accounts.signUp());
    expect((await accounts.call(logOutEndpoint, {}, person.token)).status).toBe(204);
    expect(codeOf(await accounts.refresh(person.refreshToken))).toBe('session_ended');
  });
});
