import type { z } from 'zod';
import type { ErrorCode } from './errors/catalogue.ts';

/** The processes that answer HTTP. */
export type ProcessName =
  'accounts' | 'catalog' | 'checkout' | 'chat' | 'ingest' | 'origin' | 'payments-sandbox' | 'transcoder';

/**
 * Who may call: anybody; anybody, with their identity when they have one; people with an account; platform
 * admins; only our own processes (never routed by the edge).
 */
export type Access = 'public' | 'guest' | 'user' | 'admin' | 'internal';

export interface RateLimit {
  per: 'account' | 'address';
  limit: number;
  windowS: number;
  /** Each instance counts by itself: for calls so cheap that asking the shared counter would cost more than they do. */
  near?: boolean;
}

type Reply = z.ZodType | null;

/** One HTTP call: the only description of its shape, read by server, client, OpenAPI and fuzz tests alike. */
export interface Endpoint {
  process: ProcessName;
  /** Unique within the process; the operationId. */
  name: string;
  summary: string;
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Below `/api/<process>`, e.g. `/v1/shops/:shopId/products`. */
  path: `/${string}`;
  access: Access;
  params?: z.ZodObject;
  query?: z.ZodObject;
  headers?: z.ZodObject;
  body?: z.ZodType;
  /** Bodies by success status; null for none. The default is 201 where it is among them, else the lowest. */
  replies: Readonly<Record<number, Reply>>;
  /** Codes of this call's own refusals; the common ones go without saying. */
  errors?: readonly ErrorCode[];
  /** Needs an Idempotency-Key: the same key and request give the first answer again. */
  idempotent?: boolean;
  rate?: RateLimit;
  bodyLimitBytes?: number;
  /** Media type of a request body that is not JSON; the handler reads it by itself. */
  consumes?: string;
  /** Media type of a reply that is not JSON. */
  produces?: string;
}

/** Declares an endpoint; the literal types of `endpoint` are kept. */
export function defineEndpoint<const T extends Endpoint>(endpoint: T): T {
  return endpoint;
}

type Shape<T, K extends string> = T extends { [P in K]: infer S extends z.ZodType } ? S : never;
type Part<T, K extends string, Kind extends 'in' | 'out'> = [Shape<T, K>] extends [never]
  ? unknown
  : { [P in K]: Kind extends 'in' ? z.input<Shape<T, K>> : z.output<Shape<T, K>> };

/** What a handler receives: every part parsed. */
export type InputOf<T extends Endpoint> = Part<T, 'params', 'out'> &
  Part<T, 'query', 'out'> &
  Part<T, 'headers', 'out'> &
  Part<T, 'body', 'out'> &
  (T['idempotent'] extends true ? { idempotencyKey: string } : unknown);

type OptionalWhenEmpty<T> = T extends { query: infer Q }
  ? Partial<Q> extends Q
    ? Omit<T, 'query'> & { query?: Q }
    : T
  : T;

/** What a client sends: every part as it is written. */
export type RequestOf<T extends Endpoint> = OptionalWhenEmpty<
  Part<T, 'params', 'in'> & Part<T, 'query', 'in'> & Part<T, 'headers', 'in'> & Part<T, 'body', 'in'>
> &
  (T['idempotent'] extends true ? { idempotencyKey: string } : unknown);

type ReplyValue<R> = R extends z.ZodType ? z.output<R> : undefined;

/** What a client gets on success. */
export type ReplyOf<T extends Endpoint> = ReplyValue<T['replies'][keyof T['replies']]>;

/** What a handler may return: what the reply's schema takes. */
export type AnswerOf<T extends Endpoint> = T['replies'][keyof T['replies']] extends infer R
  ? R extends z.ZodType
    ? z.input<R>
    : undefined | void
  : never;

/** The address of `endpoint` from the root of the site, with `params` filled in. */
export function pathOf(endpoint: Endpoint, params: Record<string, unknown> = {}): string {
  const path = endpoint.path.replace(/:([A-Za-z]+)/g, (_, name: string) =>
    encodeURIComponent(String(params[name] ?? `:${name}`)),
  );
  return `/api/${endpoint.process}${path}`;
}
