import { useSyncExternalStore } from 'react';
import type { Readable } from '../core/store.ts';

/** Reads a store in a component; with `select`, the component renders again only when that part changes. */
export function useStore<T>(store: Readable<T>): T;
export function useStore<T, P>(store: Readable<T>, select: (value: T) => P): P;
export function useStore<T, P>(store: Readable<T>, select?: (value: T) => P): T | P {
  const read = () => (select ? select(store.get()) : store.get());
  return useSyncExternalStore(store.subscribe, read, read);
}
