import {
  callEndpoint,
  type CallResult,
  type Endpoint,
  type Fetch,
  type ReplyOf,
  type RequestOf,
} from '#contracts';
import type { ServerClock } from '../clock.ts';

export interface Api {
  /** Calls an endpoint. Refusals are values; only an abort throws. */
  call<T extends Endpoint>(
    endpoint: T,
    request: RequestOf<T>,
    options?: ApiCallOptions,
  ): Promise<CallResult<ReplyOf<T>>>;
}

export interface ApiCallOptions {
  signal?: AbortSignal;
}

interface ApiDeps {
  fetch: Fetch;
  baseUrl: string;
  /** The value of the cookie that must come back as a header on every call that changes something. */
  csrfToken: () => string | undefined;
  clock: ServerClock;
  localNow: () => number;
  /** Renews the session; true when another try makes sense. `since` is when the refused call was sent. */
  renew: (since: number) => Promise<boolean>;
}

const SAFE_METHODS = new Set(['GET', 'HEAD']);

/** The pages' way to the servers: same-origin cookies, CSRF header, one silent renewal of an ended session. */
export function createApi({ fetch, baseUrl, csrfToken, clock, localNow, renew }: ApiDeps): Api {
  const once = async <T extends Endpoint>(endpoint: T, request: RequestOf<T>, options: ApiCallOptions) => {
    const askedAt = localNow();
    const token = SAFE_METHODS.has(endpoint.method) ? undefined : csrfToken();
    const result = await callEndpoint(fetch, baseUrl, endpoint, request, {
      credentials: 'same-origin',
      headers: token ? { 'x-csrf-token': token } : {},
      ...(options.signal ? { signal: options.signal } : {}),
    });
    if (result.ok) measureDate(clock, result.headers.get('date'), askedAt, localNow());
    return { result, askedAt };
  };
  return {
    async call(endpoint, request, options = {}) {
      const first = await once(endpoint, request, options);
      if (first.result.ok || !sessionEnded(first.result)) return first.result;
      if (!(await renew(first.askedAt))) return first.result;
      return (await once(endpoint, request, options)).result;
    },
  };
}

/** Only a missing or ended session: a wrong password answers 401 too and must not be asked twice. */
function sessionEnded(result: CallResult<unknown>): boolean {
  return !result.ok && result.status === 401 && result.problem.code === 'unauthenticated';
}

/** The `Date` header counts whole seconds; its middle is half a second later and as much uncertain. */
function measureDate(clock: ServerClock, date: string | null, askedAt: number, heardAt: number): void {
  const whole = date ? Date.parse(date) : Number.NaN;
  if (Number.isFinite(whole)) clock.measured(whole + 500, askedAt, heardAt, 500);
}
