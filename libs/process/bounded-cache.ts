/** A map of at most `maxEntries` that forgets what was used longest ago, and entries past their time. */
export interface BoundedCache<V> {
  get(key: string): V | undefined;
  /** `untilMs`: moment after which the entry no longer counts, milliseconds since the epoch. */
  set(key: string, value: V, untilMs?: number): void;
  delete(key: string): boolean;
  /** Drops every entry for which `test` holds. */
  deleteWhere(test: (value: V) => boolean): void;
  clear(): void;
  readonly size: number;
}

interface Entry<V> {
  value: V;
  untilMs: number;
}

/** Makes a bounded cache; insertion order of a Map is the order of use. */
export function boundedCache<V>(maxEntries: number, now: () => number = Date.now): BoundedCache<V> {
  const entries = new Map<string, Entry<V>>();
  return {
    get(key) {
      const entry = entries.get(key);
      if (!entry) return undefined;
      entries.delete(key);
      if (entry.untilMs <= now()) return undefined;
      entries.set(key, entry);
      return entry.value;
    },
    set(key, value, untilMs = Infinity) {
      entries.delete(key);
      entries.set(key, { value, untilMs });
      if (entries.size > maxEntries) {
        const oldest = entries.keys().next();
        if (!oldest.done) entries.delete(oldest.value);
      }
    },
    delete: (key) => entries.delete(key),
    deleteWhere(test) {
      for (const [key, entry] of entries) if (test(entry.value)) entries.delete(key);
    },
    clear: () => entries.clear(),
    get size() {
      return entries.size;
    },
  };
}
