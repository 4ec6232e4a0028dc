import type { CallResult, Problem } from '#contracts';
import { createStore, type Readable } from '../store.ts';

export interface ResourceState<T> {
  data: T | undefined;
  problem: Problem | undefined;
  /** True until the first answer; a later reload keeps showing what is there. */
  loading: boolean;
}

export interface Resource<T> extends Readable<ResourceState<T>> {
  /** Asks, or asks again; a newer question drops the answer to an older one. */
  load(): void;
  /** Puts a newer value in place, such as the answer of a change. */
  replace(data: T): void;
  /** Drops the answer under way. */
  stop(): void;
}

type Ask<T> = (signal: AbortSignal) => Promise<CallResult<T>>;

/** Something the server owns, as a page last saw it. */
export function createResource<T>(ask: Ask<T>): Resource<T> {
  const store = createStore<ResourceState<T>>({ data: undefined, problem: undefined, loading: true });
  let current: AbortController | null = null;
  const stop = () => {
    current?.abort();
    current = null;
  };
  const load = async () => {
    stop();
    const mine = new AbortController();
    current = mine;
    const result = await ask(mine.signal).catch(() => null); // only an abort rejects
    if (!result || mine.signal.aborted) return;
    store.update(({ data }) =>
      result.ok
        ? { data: result.body, problem: undefined, loading: false }
        : { data, problem: result.problem, loading: false },
    );
  };
  return {
    get: store.get,
    subscribe: store.subscribe,
    load: () => void load(),
    replace(data) {
      stop();
      store.set({ data, problem: undefined, loading: false });
    },
    stop,
  };
}
