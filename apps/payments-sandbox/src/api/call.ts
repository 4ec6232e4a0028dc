import type { z } from 'zod';
import type { Changes } from '../objects/changes.ts';
import type { ListFilter, ObjectStore } from '../store/object-store.ts';

/** Which key a caller showed: secret keys may do everything, publishable ones what a browser needs. */
export type KeyKind = 'secret' | 'publishable';

/** What a call works with. */
export interface CallContext<P> {
  params: P;
  /** Id in the path, empty where the path has none. */
  id: string;
  keyKind: KeyKind;
  store: ObjectStore;
  changes: Changes;
  /** Until this call's answer is stored, nobody else may change the object with `id`. */
  lock(id: string): Promise<void>;
  /** Where the buyer proves who they are. */
  challengeUrl(paymentId: string, clientSecret: string): string;
}

/** One call of the API. */
export interface Call<P = unknown> {
  /** `payment_intents.create`; faults are armed by it. */
  name: string;
  method: 'GET' | 'POST' | 'DELETE';
  /** With `:id` where an id stands. */
  path: string;
  /** Also with a publishable key, i.e. from a browser. */
  browser?: boolean;
  params: z.ZodType<P>;
  run(context: CallContext<P>): Promise<object>;
}

/** Keeps the types of a call's parameters. */
export function defineCall<S extends z.ZodType>(
  call: Omit<Call, 'params' | 'run'> & {
    params: S;
    run(context: CallContext<z.output<S>>): Promise<object>;
  },
): Call {
  return call as Call;
}

interface ListParams {
  limit?: number | undefined;
  starting_after?: string | undefined;
  ending_before?: string | undefined;
  created?: { gte?: number | undefined; lte?: number | undefined } | undefined;
}

/** The filter of a list call. */
export function listFilter(params: ListParams, more: Partial<ListFilter> = {}): ListFilter {
  return {
    limit: params.limit ?? 10,
    startingAfter: params.starting_after,
    endingBefore: params.ending_before,
    createdFrom: params.created?.gte,
    createdTo: params.created?.lte,
    ...more,
  };
}
