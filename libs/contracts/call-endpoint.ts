import { pathOf, type Endpoint, type ReplyOf, type RequestOf } from './endpoint.ts';
import { Problem, problemOf } from './problem.ts';

/** The part of `fetch` that a call needs; tests give a literal function. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

export interface CallOptions {
  headers?: Record<string, string>;
  signal?: AbortSignal;
  credentials?: 'omit' | 'same-origin' | 'include';
}

export type CallResult<T> =
  { ok: true; status: number; body: T; headers: Headers } | { ok: false; status: number; problem: Problem };

interface LooseRequest {
  params?: Record<string, unknown>;
  query?: Record<string, unknown>;
  headers?: Record<string, string>;
  body?: unknown;
  idempotencyKey?: string;
}

/**
 * Calls `endpoint` at `baseUrl` (origin without path). A refusal is a value; a failed connection is the problem
 * `unavailable` with status 0, so that callers have one place to look. An abort rejects.
 */
export async function callEndpoint<T extends Endpoint>(
  fetchImpl: Fetch,
  baseUrl: string,
  endpoint: T,
  request: RequestOf<T>,
  options: CallOptions = {},
): Promise<CallResult<ReplyOf<T>>> {
  const { params, query, headers, body, idempotencyKey } = request as LooseRequest;
  const url = `${baseUrl}${pathOf(endpoint, params)}${queryString(query)}`;
  const raw = endpoint.consumes !== undefined;
  const init: RequestInit = {
    method: endpoint.method,
    headers: {
      accept: endpoint.produces ?? 'application/json, application/problem+json',
      ...(body !== undefined && !raw ? { 'content-type': 'application/json' } : {}),
      ...(idempotencyKey ? { 'idempotency-key': idempotencyKey } : {}),
      ...headers,
      ...options.headers,
    },
    ...(body === undefined ? {} : { body: raw ? (body as string) : JSON.stringify(body) }),
    ...(options.signal ? { signal: options.signal } : {}),
    ...(options.credentials ? { credentials: options.credentials } : {}),
  };
  let response: Response;
  try {
    response = await fetchImpl(url, init);
  } catch (cause) {
    if (options.signal?.aborted) throw cause;
    return { ok: false, status: 0, problem: { ...problemOf('unavailable'), status: 0 } };
  }
  return response.ok
    ? {
        ok: true,
        status: response.status,
        headers: response.headers,
        body: await readReply(endpoint, response),
      }
    : { ok: false, status: response.status, problem: await readProblem(response) };
}

function queryString(query: Record<string, unknown> = {}): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    for (const one of Array.isArray(value) ? value : [value])
      if (one !== undefined) search.append(name, String(one));
  }
  const encoded = search.toString();
  return encoded ? `?${encoded}` : '';
}

async function readReply<T extends Endpoint>(endpoint: T, response: Response): Promise<ReplyOf<T>> {
  const schema = endpoint.replies[response.status];
  if (!schema) return undefined as ReplyOf<T>;
  if (endpoint.produces) return (await response.text()) as ReplyOf<T>;
  return (await response.json()) as ReplyOf<T>;
}

async function readProblem(response: Response): Promise<Problem> {
  const parsed = Problem.safeParse(await response.json().catch(() => undefined));
  if (parsed.success) return parsed.data;
  return { ...problemOf(response.status === 429 ? 'rate_limited' : 'unavailable'), status: response.status };
}
