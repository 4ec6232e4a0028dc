import type { CallResult, Problem } from '#contracts';
import { createStore, type Readable } from '../store.ts';

export interface PagesState<Item> {
  items: readonly Item[];
  problem: Problem | undefined;
  /** True until the first page has come. */
  loading: boolean;
  hasMore: boolean;
}

export interface Pages<Item> extends Readable<PagesState<Item>> {
  /** Starts again with the first page; what is shown stays until it has come. */
  load(): void;
  /** Appends the next page, if there is one and none is under way. */
  more(): void;
  stop(): void;
}

interface PageOf<Item> {
  items: Item[];
  nextCursor: string | null;
}

type AskPage<Item> = (cursor: string | undefined, signal: AbortSignal) => Promise<CallResult<PageOf<Item>>>;

/** A list that the server hands out in pages. */
export function createPages<Item>(ask: AskPage<Item>): Pages<Item> {
  const store = createStore<PagesState<Item>>({
    items: [],
    problem: undefined,
    loading: true,
    hasMore: false,
  });
  let next: string | null = null;
  let current: AbortController | null = null;
  const stop = () => {
    current?.abort();
    current = null;
  };
  const fetchPage = async (cursor: string | undefined) => {
    stop();
    const mine = new AbortController();
    current = mine;
    const result = await ask(cursor, mine.signal).catch(() => null); // only an abort rejects
    if (!result || mine.signal.aborted) return;
    current = null;
    if (!result.ok) return store.update((old) => ({ ...old, problem: result.problem, loading: false }));
    next = result.body.nextCursor;
    const before = cursor ? store.get().items : [];
    const items = [...before, ...result.body.items];
    store.set({ items, problem: undefined, loading: false, hasMore: next !== null });
  };
  return {
    get: store.get,
    subscribe: store.subscribe,
    load: () => void fetchPage(undefined),
    more() {
      if (next !== null && current === null) void fetchPage(next);
    },
    stop,
  };
}
