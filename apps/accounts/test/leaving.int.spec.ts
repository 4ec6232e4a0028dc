import {
  createPasswordResetEndpoint,
  eraseAccountEndpoint,
  exportAccountEndpoint,
  getAccountEndpoint,
  listAuditEndpoint,
  listMembersEndpoint,
  lookUpUsersEndpoint,
  resetPasswordEndpoint,
  updateMeEndpoint,
} from '#contracts';
import { newId } from '#process';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  ADMIN,
  codeOf,
  PASSWORD,
  personOf,
  startHarness,
  type AccountsHarness,
  type Person,
} from './accounts-harness.ts';

let accounts: AccountsHarness;
let root: Person;
beforeAll(async () => {
  accounts = await startHarness();
  root = personOf(await accounts.logIn(ADMIN.email, ADMIN.password));
}, 60_000);
afterAll(() => accounts.stop());

const erase = ({ token }: Person, password = PASSWORD) =>
  accounts.call(eraseAccountEndpoint, { body: { password } }, token);

/** Makes `userId` a member as if the shop had said so long ago. */
async function join(person: Person, shopId: string, role: string): Promise<Person> {
  await accounts.pool.query('INSERT INTO members VALUES ($1, $2, $3, now())', [shopId, person.userId, role]);
  return personOf(await accounts.refresh(person.refreshToken));
}

describe('an export', () => {
  it('holds everything about the caller and nothing about others', async () => {
    const person = personOf(await accounts.signUp({ displayName: 'First' }));
    const other = personOf(await accounts.signUp());
    await accounts.call(updateMeEndpoint, { body: { displayName: 'Second' } }, person.token);
    const result = await accounts.call(exportAccountEndpoint, {}, person.token);
    expect(result).toMatchObject({
      body: {
        account: { userId: person.userId, displayName: 'Second', email: person.email },
        sessions: [{ sessionId: person.sessionId, current: true }],
        audit: [
          { action: 'account.renamed', data: { from: 'First', to: 'Second' } },
          { action: 'account.signed_up' },
        ],
        auditComplete: true,
      },
    });
    expect(JSON.stringify(result)).not.toContain(other.userId);
    expect(JSON.stringify(result)).not.toContain('argon2');
  });
});

describe('erasing an account', () => {
  it('leaves no name, address or way in, and a record without them', async () => {
    const person = personOf(await accounts.signUp({ displayName: 'Secretive' }));
    const { userId, email } = person;
    await accounts.call(updateMeEndpoint, { body: { displayName: 'Anonymous' } }, person.token);
    expect(codeOf(await erase(person, 'a wrong password'))).toBe('credentials_wrong');
    expect((await erase(person)).status).toBe(204);
    expect(codeOf(await accounts.refresh(person.refreshToken))).toBe('session_ended');
    expect(codeOf(await erase(person))).toBe('unauthenticated');
    expect(codeOf(await accounts.logIn(email))).toBe('credentials_wrong');
    expect(codeOf(await accounts.call(getAccountEndpoint, { params: { userId } }, root.token))).toBe(
      'user_not_found',
    );
    expect(await accounts.internal(lookUpUsersEndpoint, { body: { userIds: [userId] } })).toMatchObject({
      body: { users: [] },
    });
    const record = await accounts.call(listAuditEndpoint, { query: { subjectId: userId } }, root.token);
    const actions = record.ok ? record.body.items.map((entry) => entry.action) : [];
    expect(actions).toEqual(['account.erased', 'account.renamed', 'account.signed_up']);
    const { rows } = await accounts.pool.query<{ row: string }>(
      'SELECT audit::text AS row FROM audit WHERE $1 IN (actor_id, subject_id) UNION ALL SELECT users::text FROM users',
      [userId],
    );
    const stored = rows.map(({ row }) => row).join('\n');
    for (const trace of ['Secretive', email, '127.0.0.1', '::1']) {
      expect(stored.replaceAll(/^.*root@showfloor.*$/gm, '')).not.toContain(trace);
    }
    expect((await accounts.signUp({ email })).status).toBe(201);
  });

  it('needs another owner for the shop, and no platform role', async () => {
    const shopId = newId();
    const owner = await join(personOf(await accounts.signUp()), shopId, 'owner');
    expect(codeOf(await erase(owner))).toBe('last_owner');
    const second = await join(personOf(await accounts.signUp()), shopId, 'owner');
    const results = await Promise.all([erase(owner), erase(second)]);
    expect(results.map((result) => (result.ok ? 'gone' : result.problem.code)).toSorted()).toEqual([
      'gone',
      'last_owner',
    ]);
    const left = results[0].ok ? second : owner;
    const members = await accounts.call(listMembersEndpoint, { params: { shopId } }, left.token);
    expect(members.ok && members.body.items.map((member) => member.userId)).toEqual([left.userId]);
    expect(codeOf(await erase(root, ADMIN.password))).toBe('staff_protected');
  });
});

describe('a lost password', () => {
  const make = (userId: string, token = root.token) =>
    accounts.call(createPasswordResetEndpoint, { params: { userId } }, token);
  const use = (token: string, newPassword = 'a brand new password') =>
    accounts.call(resetPasswordEndpoint, { body: { token, newPassword } });
  const linkFor = async (userId: string) => {
    const made = await make(userId);
    if (!made.ok) throw new Error(made.problem.code);
    return made.body;
  };

  it('is replaced by a link from staff, once; every session ends', async () => {
    const person = personOf(await accounts.signUp());
    expect(codeOf(await make(person.userId, person.token))).toBe('forbidden');
    expect(codeOf(await make(newId()))).toBe('user_not_found');
    const { token, url } = await linkFor(person.userId);
    expect(url).toBe(`http://localhost:8080/reset-password#${token}`);
    expect(codeOf(await use(token, 'short'))).toBe('invalid_request');
    const results = await Promise.all([use(token), use(token)]);
    expect(results.map((result) => result.status).toSorted()).toEqual([204, 410]);
    expect(codeOf(await accounts.refresh(person.refreshToken))).toBe('session_ended');
    expect(codeOf(await accounts.logIn(person.email))).toBe('credentials_wrong');
    expect((await accounts.logIn(person.email, 'a brand new password')).ok).toBe(true);
  });

  it('is not replaced by a link that is late, replaced or made up', async () => {
    const person = personOf(await accounts.signUp());
    const former = await linkFor(person.userId);
    const { token } = await linkFor(person.userId);
    expect(codeOf(await use(former.token))).toBe('password_reset_over');
    expect(codeOf(await use('a-made-up-token-of-some-length'))).toBe('password_reset_over');
    accounts.clock.advance(3_600_001);
    expect(codeOf(await use(token))).toBe('password_reset_over');
    expect((await accounts.logIn(person.email)).ok).toBe(true);
  });
});
