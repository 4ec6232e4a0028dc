import { useCallback, useEffect, useRef, useState } from 'react';
import type { CallResult, Endpoint, Problem, ReplyOf, RequestOf } from '#contracts';
import { useServices } from './use-services.ts';

export interface Resource<T> {
  data: T | undefined;
  problem: Problem | undefined;
  /** True until the first answer; a later reload keeps showing what is there. */
  loading: boolean;
  reload: () => void;
  /** Puts a newer value in place, such as the answer of a change. */
  replace: (data: T) => void;
}

/**
 * What an endpoint answers, asked again whenever the request changes. `request` null waits, for example for an
 * address that is not complete yet. An answer to an older request is dropped.
 */
export function useResource<T extends Endpoint>(
  endpoint: T,
  request: RequestOf<T> | null,
): Resource<ReplyOf<T>> {
  const { api } = useServices();
  const [state, setState] = useState<{ data?: ReplyOf<T>; problem?: Problem; key?: string }>({});
  const [turn, setTurn] = useState(0);
  const key = request === null ? null : JSON.stringify(request);
  const asked = useRef(request);
  asked.current = request;
  useEffect(() => {
    if (key === null || asked.current === null) return;
    const abort = new AbortController();
    void api
      .call(endpoint, asked.current, { signal: abort.signal })
      .then((result: CallResult<ReplyOf<T>>) => {
        if (abort.signal.aborted) return;
        if (result.ok) setState({ data: result.body, key });
        else setState((old) => ({ ...(old.key === key ? old : {}), problem: result.problem, key }));
      })
      .catch(() => undefined); // only an abort rejects
    return () => abort.abort();
  }, [api, endpoint, key, turn]);
  const current = state.key === key ? state : {};
  return {
    data: current.data,
    problem: current.problem,
    loading: current.data === undefined && current.problem === undefined,
    reload: useCallback(() => setTurn((n) => n + 1), []),
    replace: useCallback((data: ReplyOf<T>) => setState({ data, key: key ?? undefined }), [key]),
  };
}
