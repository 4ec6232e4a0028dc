import { getMeEndpoint, listAuditEndpoint } from '#contracts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { REPEAT_WINDOW_MS } from '../src/sessions/judge-refresh.ts';
import {
  ADMIN,
  codeOf,
  personOf,
  startHarness,
  type AccountsHarness,
  type Person,
} from './accounts-harness.ts';

let accounts: AccountsHarness;
beforeAll(async () => {
  accounts = await startHarness();
}, 60_000);
afterAll(() => accounts.stop());

async function renewed(refreshToken: string): Promise<Person> {
  return personOf(await accounts.refresh(refreshToken));
}

describe('refreshing', () => {
  it('gives a new pair, and the same one to a repeat within moments', async () => {
    const first = personOf(await accounts.signUp());
    const second = await renewed(first.refreshToken);
    expect(second.refreshToken).not.toBe(first.refreshToken);
    expect(second.sessionId).toBe(first.sessionId);
    expect((await renewed(first.refreshToken)).refreshToken).toBe(second.refreshToken);
    expect((await accounts.call(getMeEndpoint, {}, second.token)).ok).toBe(true);
  });

  it('ends the family when a token comes back after its moment, and writes it down', async () => {
    const first = personOf(await accounts.signUp());
    const second = await renewed(first.refreshToken);
    accounts.clock.advance(REPEAT_WINDOW_MS + 1);
    expect(codeOf(await accounts.refresh(first.refreshToken))).toBe('refresh_reused');
    expect(codeOf(await accounts.refresh(second.refreshToken))).toBe('session_ended');
    expect(codeOf(await accounts.call(getMeEndpoint, {}, second.token))).toBe('unauthenticated');
    const root = personOf(await accounts.logIn(ADMIN.email, ADMIN.password));
    const query = { subjectId: first.userId, limit: 1 };
    expect(await accounts.call(listAuditEndpoint, { query }, root.token)).toMatchObject({
      body: {
        items: [{ action: 'session.ended', data: { reason: 'refresh_reused', sessionId: first.sessionId } }],
      },
    });
  });

  it('ends the family at once when the successor was used already', async () => {
    const first = personOf(await accounts.signUp());
    const second = await renewed(first.refreshToken);
    await renewed(second.refreshToken);
    expect(codeOf(await accounts.refresh(first.refreshToken))).toBe('refresh_reused');
  });

  it('lets a forged or foreign token do nothing, not even harm', async () => {
    const person = personOf(await accounts.signUp());
    const [sessionId, generation, seal] = person.refreshToken.split('.');
    for (const forged of [
      `${sessionId}.${generation}.${seal?.slice(0, -2)}xx`,
      `${sessionId}.7.${seal}`,
      'nonsense',
      '',
    ]) {
      expect(codeOf(await accounts.refresh(forged))).toBe('session_ended');
    }
    expect((await accounts.refresh(person.refreshToken)).ok).toBe(true);
  });

  it('ends with its idle time', async () => {
    const person = personOf(await accounts.signUp());
    const day = 24 * 3_600_000;
    accounts.clock.advance(29 * day);
    const next = await renewed(person.refreshToken);
    accounts.clock.advance(29 * day);
    const last = await renewed(next.refreshToken);
    accounts.clock.advance(30 * day);
    expect(codeOf(await accounts.refresh(last.refreshToken))).toBe('session_ended');
  });

  it('leaves one living token whoever refreshes at once, and none after a reuse', async () => {
    const step = fc.record({
      holders: fc.uniqueArray(fc.nat(3), { minLength: 1, maxLength: 4 }),
      late: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 6 }), async (steps) => {
        const person = personOf(await accounts.signUp());
        const held = Array<string>(4).fill(person.refreshToken);
        let newest = person.refreshToken;
        let alive = true;
        for (const { holders, late } of steps) {
          if (late) accounts.clock.advance(REPEAT_WINDOW_MS + 1);
          const before = newest;
          const results = await Promise.all(
            holders.map(async (holder) => ({ holder, result: await accounts.refresh(held[holder]) })),
          );
          const given = new Set<string>();
          for (const { holder, result } of results) {
            if (!result.ok) continue;
            held[holder] = personOf(result).refreshToken;
            given.add(held[holder]);
          }
          const codes = results.flatMap(({ result }) => (result.ok ? [] : [result.problem.code]));
          expect(codes.every((code) => code === 'refresh_reused' || code === 'session_ended')).toBe(true);
          if (!alive) expect(given.size).toBe(0);
          // however many asked at once, they hold one and the same successor
          const fresh = [...given].filter((token) => token !== before);
          expect(fresh.length).toBeLessThanOrEqual(1);
          newest = fresh[0] ?? newest;
          if (codes.length > 0) alive = false;
        }
        const last = await accounts.refresh(newest);
        expect(last.ok).toBe(alive);
      }),
      { numRuns: 12 },
    );
  });
});

describe('a browser', () => {
  /** What a browser keeps of Set-Cookie: name to value, and the attributes as written. */
  function cookiesOf(response: Response): Record<string, { value: string; attributes: string }> {
    return Object.fromEntries(
      response.headers.getSetCookie().map((line) => {
        const [, name = '', value = '', attributes = ''] = /^([^=]+)=([^;]*)(.*)$/.exec(line) ?? [];
        return [name, { value, attributes }];
      }),
    );
  }
  const url = (path: string) => `${accounts.service.url}/api/accounts/v1/${path}`;
  const send = (path: string, method: string, body: unknown, headers: Record<string, string> = {}) =>
    fetch(url(path), {
      method,
      headers: { 'content-type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });

  it('holds tokens where scripts cannot read them, and proves that its page sent the request', async () => {
    const account = { email: 'browser@people.test', password: 'correct horse battery', displayName: 'B' };
    const response = await send('accounts', 'POST', account);
    const text = await response.text();
    const { sf_session: session, sf_refresh: refresh, sf_csrf: csrf } = cookiesOf(response);
    expect(session?.attributes).toMatch(/; Max-Age=\d+; Path=\/; HttpOnly; SameSite=Lax$/);
    expect(refresh?.attributes).toMatch(
      /; Max-Age=\d+; Path=\/api\/accounts\/v1\/session; HttpOnly; SameSite=Strict$/,
    );
    expect(csrf?.attributes).toMatch(/; Max-Age=\d+; Path=\/; SameSite=Lax$/);
    expect(text).not.toContain(session?.value);
    expect(text).not.toContain(refresh?.value);

    const cookie = `sf_session=${session?.value}; sf_csrf=${csrf?.value}`;
    const rename = (headers: Record<string, string>) => send('me', 'PATCH', { displayName: 'C' }, headers);
    expect((await rename({ cookie })).status).toBe(403);
    expect((await rename({ cookie, 'x-csrf-token': csrf?.value ?? '' })).status).toBe(200);

    const withRefresh = `${cookie}; sf_refresh=${refresh?.value}`;
    const proof = { cookie: withRefresh, 'x-csrf-token': csrf?.value ?? '' };
    const refreshed = await send('session/refresh', 'POST', {}, proof);
    expect(refreshed.status).toBe(200);
    const next = cookiesOf(refreshed);
    expect(next.sf_refresh?.value).not.toBe(refresh?.value);
    expect(next.sf_csrf?.value).toBe(csrf?.value);

    const out = await send('session', 'DELETE', undefined, {
      cookie: `sf_session=${next.sf_session?.value}; sf_refresh=${next.sf_refresh?.value}; sf_csrf=${csrf?.value}`,
      'x-csrf-token': csrf?.value ?? '',
    });
    expect(out.status).toBe(204);
    expect(Object.values(cookiesOf(out)).map(({ value }) => value)).toEqual(['', '', '']);
    const gone = await send(
      'session/refresh',
      'POST',
      {},
      { cookie: `sf_refresh=${next.sf_refresh?.value}` },
    );
    expect([gone.status, Object.keys(cookiesOf(gone)).toSorted()]).toEqual([
      401,
      ['sf_csrf', 'sf_refresh', 'sf_session'],
    ]);
  });
});
