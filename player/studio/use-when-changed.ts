import { useEffect, useEffectEvent } from 'react';
import type { Readable } from '../core/store.ts';

/** Acts whenever a part of a store becomes another one. */
export function useWhenChanged<T, Part>(
  store: Readable<T>,
  select: (value: T) => Part,
  act: () => void,
): void {
  const changed = useEffectEvent(act);
  const read = useEffectEvent(() => select(store.get()));
  useEffect(() => {
    let last = read();
    return store.subscribe(() => {
      const now = read();
      if (Object.is(now, last)) return;
      last = now;
      changed();
    });
  }, [store]);
}
