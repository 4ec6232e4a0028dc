import {
  callEndpoint,
  logInEndpoint,
  pathOf,
  refreshSessionEndpoint,
  signUpEndpoint,
  type CallResult,
  type Endpoint,
  type Problem,
  type ReplyOf,
  type RequestOf,
  type SessionView,
} from '#contracts';
import { setTimeout as pause } from 'node:timers/promises';
import { DEMO_ACCOUNTS, DEMO_PASSWORD } from './demo-accounts.ts';

/** A call that was refused, with what it was. */
export class RefusedCall extends Error {
  override name = 'RefusedCall';
  readonly problem: Problem;
  constructor(call: string, problem: Problem) {
    super(
      `${call} was refused: ${problem.code} (${problem.detail ?? problem.title}) ${JSON.stringify(problem.faults ?? '')}`,
    );
    this.problem = problem;
  }
}

/** Tries of a call that answers "come back later", a quarter of a second apart at first. */
const TRIES = 40;
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 2_000;

/** Somebody of the demo who works through the public API, as any program could. */
export interface DemoPerson {
  readonly userId: string;
  readonly email: string;
  /** The caller's shops by their latest token. */
  readonly shops: SessionView['account']['shops'];
  /** Calls an endpoint; waits while a process is still starting; throws `RefusedCall`. */
  call<T extends Endpoint>(endpoint: T, request: RequestOf<T>): Promise<ReplyOf<T>>;
  /** Sends a picture as form field `file`. */
  upload<T extends Endpoint>(
    endpoint: T,
    params: Record<string, string>,
    picture: Buffer,
    alt: string,
  ): Promise<void>;
  /** Takes new tokens, with the rights of this moment. */
  refresh(): Promise<void>;
}

/** Logs a demo account in, opening it first where there is none. */
export async function enter(siteUrl: string, account: (typeof DEMO_ACCOUNTS)[number]): Promise<DemoPerson> {
  const { email, displayName } = account;
  const credentials = { email, password: DEMO_PASSWORD, transport: 'token' } as const;
  const known = await patiently(() => callEndpoint(fetch, siteUrl, logInEndpoint, { body: credentials }));
  if (known.ok) return personOf(siteUrl, email, known.body);
  if (known.problem.code !== 'credentials_wrong') throw new RefusedCall('log-in', known.problem);
  const body = { ...credentials, displayName };
  const made = await patiently(() => callEndpoint(fetch, siteUrl, signUpEndpoint, { body }));
  if (!made.ok) throw new RefusedCall('sign-up', made.problem);
  return personOf(siteUrl, email, made.body);
}

function personOf(siteUrl: string, email: string, entered: SessionView): DemoPerson {
  let session = entered;
  const headers = (): Record<string, string> => ({ authorization: `Bearer ${session.accessToken ?? ''}` });

  async function refresh(): Promise<void> {
    const body = { refreshToken: session.refreshToken };
    const result = await patiently(() => callEndpoint(fetch, siteUrl, refreshSessionEndpoint, { body }));
    if (!result.ok) throw new RefusedCall('refresh', result.problem);
    session = result.body;
  }

  return {
    userId: entered.account.userId,
    email,
    get shops() {
      return session.account.shops;
    },
    refresh,
    async call(endpoint, request) {
      const send = () => callEndpoint(fetch, siteUrl, endpoint, request, { headers: headers() });
      let result = await patiently(send);
      if (!result.ok && result.status === 401) {
        // rights changed since the token was made
        await refresh();
        result = await patiently(send);
      }
      if (!result.ok) throw new RefusedCall(endpoint.name, result.problem);
      return result.body;
    },
    async upload(endpoint, params, picture, alt) {
      const form = new FormData();
      form.set('alt', alt);
      form.set('file', new Blob([new Uint8Array(picture)], { type: 'image/png' }), 'picture.png');
      const init = { method: endpoint.method, headers: headers(), body: form };
      const response = await fetch(`${siteUrl}${pathOf(endpoint, params)}`, init);
      if (!response.ok) throw new RefusedCall(endpoint.name, (await response.json()) as Problem);
      await response.body?.cancel();
    },
  };
}

/** `send`, repeated while the answer is that a part is away or that there were too many calls. */
async function patiently<T>(send: () => Promise<CallResult<T>>): Promise<CallResult<T>> {
  for (let attempt = 1; ; attempt += 1) {
    const result = await send();
    const passing = !result.ok && [0, 429, 502, 503, 504].includes(result.status);
    const hopeless = !result.ok && result.problem.code === 'too_many_attempts';
    if (!passing || hopeless || attempt === TRIES) return result;
    await pause(Math.min(FIRST_PAUSE_MS * attempt, LONGEST_PAUSE_MS));
  }
}
