import { refreshSessionEndpoint, callEndpoint } from '#contracts';
import { createApi, type Api } from '../core/api/api.ts';
import { createRenewal, type Exclusive } from '../core/api/renewal.ts';
import { createSession, type Session } from '../core/api/session.ts';
import { createServerClock, type ServerClock } from '../core/clock.ts';

/** What pages share: made once, handed down by context. */
export interface Services {
  api: Api;
  session: Session;
  clock: ServerClock;
  /** Renews the session now; false when nobody is logged in any more. */
  renewSession: () => Promise<boolean>;
}

const RENEWED_AT = 'sf_renewed_at';

/** Puts the services together for a real browser. */
export function createServices(): Services {
  const clock = createServerClock();
  const fetch = globalThis.fetch.bind(globalThis);
  const renew = createRenewal({
    exclusive: exclusiveAcrossTabs(),
    lastRenewal: {
      read: () => Number(localStorage.getItem(RENEWED_AT) ?? 0),
      write: (at) => localStorage.setItem(RENEWED_AT, String(at)),
    },
    localNow: Date.now,
    onOver: () => session.ended(),
    refresh: async () => {
      const result = await callEndpoint(
        fetch,
        '',
        refreshSessionEndpoint,
        { body: {} },
        {
          credentials: 'same-origin',
          headers: csrfHeaders(),
        },
      );
      if (result.ok) return 'renewed';
      return result.status === 401 || result.status === 403 ? 'over' : 'failed';
    },
  });
  const api = createApi({
    fetch,
    baseUrl: '',
    csrfToken: () => readCookie('sf_csrf'),
    clock,
    localNow: Date.now,
    renew,
  });
  const session = createSession(api);
  return { api, session, clock, renewSession: () => renew(Date.now()) };
}

function exclusiveAcrossTabs(): Exclusive {
  return async <T>(act: () => Promise<T>) => {
    // Without the Web Locks API (an insecure origin) tabs cannot agree; one tab is the usual case there.
    if (!('locks' in navigator)) return act();
    let value: Promise<T> | undefined;
    await navigator.locks.request('sf_session', async () => {
      value = act();
      await value.catch(() => undefined);
    });
    return value as Promise<T>;
  };
}

function csrfHeaders(): Record<string, string> {
  const token = readCookie('sf_csrf');
  return token ? { 'x-csrf-token': token } : {};
}

function readCookie(name: string): string | undefined {
  const found = document.cookie.split('; ').find((entry) => entry.startsWith(`${name}=`));
  return found ? decodeURIComponent(found.slice(name.length + 1)) : undefined;
}
