import type { Counters, JournalEntry, JournalKind } from './hold-store.ts';

/** `outside`: a reversal that took its units out of the sale. */
export type Entry = JournalEntry & { outside: boolean };

type Effect = readonly [available: number, held: number, sold: number];

/** What each kind of entry does to available, held and sold; the Lua command `trim` has the same table. */
const EFFECTS: Record<JournalKind, Effect> = {
  reserve: [-1, 1, 0],
  promote: [-1, 1, 0],
  confirm: [0, -1, 1],
  release: [1, -1, 0],
  expire: [1, -1, 0],
  reverse: [1, 0, -1],
  adjust: [1, 0, 0],
};
const OUTSIDE: Effect = [0, 0, -1];

/** Applies one entry to counters by variant. */
export function applyEntry(counters: Map<string, Counters>, entry: Entry): void {
  const [available, held, sold] = entry.outside ? OUTSIDE : EFFECTS[entry.kind];
  for (const { variantId, quantity } of entry.lines) {
    const counter = counters.get(variantId) ?? { stock: 0, available: 0, held: 0, sold: 0 };
    counter.available += available * quantity;
    counter.held += held * quantity;
    counter.sold += sold * quantity;
    counter.stock = counter.available + counter.held + counter.sold;
    counters.set(variantId, counter);
  }
}

/** Counters as `entries` make them of `base`. */
export function replay(
  base: ReadonlyMap<string, Counters>,
  entries: readonly Entry[],
): (Counters & { variantId: string })[] {
  const counters = new Map([...base].map(([variantId, counter]) => [variantId, { ...counter }]));
  for (const entry of entries) applyEntry(counters, entry);
  return [...counters].map(([variantId, counter]) => ({ variantId, ...counter }));
}
