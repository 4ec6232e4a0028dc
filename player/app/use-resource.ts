import { useEffect, useMemo } from 'react';
import type { Endpoint, ReplyOf, RequestOf } from '#contracts';
import { createPages, type PagesState } from '../core/api/pages.ts';
import { createResource, type ResourceState } from '../core/api/resource.ts';
import { useStore } from '../ui/use-store.ts';
import { useServices } from './use-services.ts';

export interface ResourceView<T> extends ResourceState<T> {
  reload: () => void;
  /** Puts a newer value in place, such as the answer of a change. */
  replace: (data: T) => void;
}

/** What an endpoint answers, asked again whenever the request changes. `request` null waits. */
export function useResource<T extends Endpoint>(
  endpoint: T,
  request: RequestOf<T> | null,
): ResourceView<ReplyOf<T>> {
  const { api } = useServices();
  const key = request === null ? null : JSON.stringify(request);
  const resource = useMemo(
    () =>
      createResource<ReplyOf<T>>((signal) =>
        api.call(endpoint, JSON.parse(key ?? '{}') as RequestOf<T>, { signal }),
      ),
    [api, endpoint, key],
  );
  useEffect(() => {
    if (key !== null) resource.load();
    return resource.stop;
  }, [resource, key]);
  return { ...useStore(resource), reload: resource.load, replace: resource.replace };
}

type ItemOf<T extends Endpoint> = ReplyOf<T> extends { items: (infer Item)[] } ? Item : never;

export interface PagesView<Item> extends PagesState<Item> {
  /** Present while the server has more. */
  more: (() => void) | undefined;
  reload: () => void;
}

/** A list that the server hands out in pages. `request` null waits. */
export function usePages<T extends Endpoint>(
  endpoint: T,
  request: RequestOf<T> | null,
): PagesView<ItemOf<T>> {
  const { api } = useServices();
  const key = request === null ? null : JSON.stringify(request);
  const pages = useMemo(
    () =>
      createPages<ItemOf<T>>(async (cursor, signal) => {
        const asked = JSON.parse(key ?? '{}') as { query?: object };
        const query = { ...asked.query, ...(cursor ? { cursor } : {}) };
        const result = await api.call(endpoint, { ...asked, query } as RequestOf<T>, { signal });
        return result as typeof result & { body: { items: ItemOf<T>[]; nextCursor: string | null } };
      }),
    [api, endpoint, key],
  );
  useEffect(() => {
    if (key !== null) pages.load();
    return pages.stop;
  }, [pages, key]);
  const state = useStore(pages);
  return { ...state, more: state.hasMore ? pages.more : undefined, reload: pages.load };
}
