import { useCallback, useEffect, useRef, useState } from 'react';
import type { CallResult, Endpoint, Problem, ReplyOf, RequestOf } from '#contracts';
import { useServices } from './use-services.ts';

type ItemOf<T extends Endpoint> = ReplyOf<T> extends { items: (infer Item)[] } ? Item : never;

interface PageOf<Item> {
  items: Item[];
  nextCursor: string | null;
}

export interface Pages<Item> {
  items: readonly Item[];
  loading: boolean;
  problem: Problem | undefined;
  /** Present while the server has more. */
  more: (() => void) | undefined;
  reload: () => void;
}

interface State<Item> extends PageOf<Item> {
  problem?: Problem;
  key: string | null;
}

/** A list that the server hands out in pages; `more` appends the next one. `request` null waits. */
export function usePages<T extends Endpoint>(endpoint: T, request: RequestOf<T> | null): Pages<ItemOf<T>> {
  const { api } = useServices();
  const [state, setState] = useState<State<ItemOf<T>>>({ items: [], nextCursor: null, key: null });
  const [busy, setBusy] = useState(false);
  const [turn, setTurn] = useState(0);
  const key = request === null ? null : JSON.stringify(request);
  const current = useRef<AbortController>(null);

  const load = useCallback(
    async (cursor: string | null) => {
      if (key === null) return;
      current.current?.abort();
      const mine = new AbortController();
      current.current = mine;
      setBusy(true);
      const result = await api
        .call(endpoint, withCursor<T>(key, cursor), { signal: mine.signal })
        .catch(() => undefined);
      if (!result || mine.signal.aborted) return;
      setBusy(false);
      setState((old) => joined(old, result as CallResult<PageOf<ItemOf<T>>>, key, cursor));
    },
    [api, endpoint, key],
  );
  useEffect(() => {
    void load(null);
    return () => current.current?.abort();
  }, [load, turn]);

  const shown = state.key === key;
  return {
    items: shown ? state.items : [],
    loading: !shown && key !== null,
    problem: shown ? state.problem : undefined,
    more: shown && state.nextCursor && !busy ? () => void load(state.nextCursor) : undefined,
    reload: useCallback(() => setTurn((n) => n + 1), []),
  };
}

function withCursor<T extends Endpoint>(key: string, cursor: string | null): RequestOf<T> {
  const asked = JSON.parse(key) as { query?: Record<string, unknown> };
  return { ...asked, query: { ...asked.query, ...(cursor ? { cursor } : {}) } } as RequestOf<T>;
}

function joined<Item>(
  old: State<Item>,
  result: CallResult<PageOf<Item>>,
  key: string,
  cursor: string | null,
): State<Item> {
  const before = old.key === key ? old : { items: [], nextCursor: null, key };
  if (!result.ok) return { ...before, problem: result.problem };
  const items = cursor ? [...before.items, ...result.body.items] : result.body.items;
  return { items, nextCursor: result.body.nextCursor, key };
}
