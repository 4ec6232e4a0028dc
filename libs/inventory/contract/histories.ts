import fc from 'fast-check';
import { v7 } from 'uuid';
import { ENDED_KEPT_MS, type HoldKey, type HoldStore, type SaleRef } from '../hold-store.ts';
import { HOLD_TTL_MS } from './sale-fixture.ts';

/** One call in a random history; numbers name things so that failures read well and shrink well. */
export type Step =
  | { do: 'reserve'; hold: number; buyer: number; lines: [variant: number, quantity: number][] }
  | { do: 'pin' | 'confirm' | 'release'; holds: [hold: number, buyer: number][] }
  | { do: 'extend'; hold: number; buyer: number; byMs: number }
  | { do: 'expire'; hold: number; buyer: number }
  | { do: 'sweep' }
  | { do: 'adjust'; variant: number; delta: number; change: number }
  | { do: 'reverse'; variant: number; quantity: number; change: number; to: 'available' | 'outside' }
  | { do: 'join' | 'leave'; waiter: number; buyer: number; variant: number }
  | { do: 'promote'; variant: number }
  | { do: 'price'; variant: number; version: number }
  | { do: 'trim' }
  | { do: 'advance'; ms: number };

const hold = fc.nat({ max: 7 });
const buyer = fc.nat({ max: 2 });
const variant = fc.nat({ max: 1 });
const key = fc.tuple(hold, buyer);
const line = fc.tuple(variant, fc.integer({ min: 1, max: 3 }));
const lines = fc.uniqueArray(line, { minLength: 1, maxLength: 2, selector: ([which]) => which });

/** Any call a sale may see, the frequent ones more often. */
export const anyStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ do: fc.constant('reserve' as const), hold, buyer, lines }) },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constantFrom('pin' as const, 'confirm' as const, 'release' as const),
      holds: fc.uniqueArray(key, { minLength: 1, maxLength: 2, selector: ([h, b]) => `${h}/${b}` }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('extend' as const),
      hold,
      buyer,
      byMs: fc.integer({ min: -HOLD_TTL_MS, max: 2 * HOLD_TTL_MS }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('expire' as const), hold, buyer }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('sweep' as const) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('adjust' as const),
      variant,
      delta: fc.integer({ min: -3, max: 3 }).filter((delta) => delta !== 0),
      change: fc.nat({ max: 5 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('reverse' as const),
      variant,
      quantity: fc.integer({ min: 1, max: 2 }),
      change: fc.nat({ max: 5 }),
      to: fc.constantFrom('available' as const, 'outside' as const),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constantFrom('join' as const, 'join' as const, 'leave' as const),
      waiter: fc.nat({ max: 5 }),
      buyer,
      variant,
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('promote' as const), variant }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('price' as const), variant, version: fc.nat({ max: 9 }) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('trim' as const) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('advance' as const),
      ms: fc.constantFrom(1, HOLD_TTL_MS / 2, HOLD_TTL_MS, ENDED_KEPT_MS),
    }),
  },
);

/** The ids that a history's numbers stand for, the same for every engine it runs on. */
export interface Names {
  variants: string[];
  buyers: string[];
  holds: string[];
  waiters: string[];
  changes: string[];
}

export function newNames(): Names {
  const ids = (count: number): string[] => Array.from({ length: count }, () => v7());
  return { variants: ids(2).toSorted(), buyers: ids(3), holds: ids(8), waiters: ids(12), changes: ids(12) };
}

/** Runs one step against a store; `advance` is up to the caller. */
export async function runStep(
  store: HoldStore,
  sale: SaleRef,
  names: Names,
  step: Step,
  now: number,
): Promise<unknown> {
  const id = (list: string[], nth: number): string => list[nth] ?? '';
  const keyOf = ([h, b]: [number, number]): HoldKey => ({
    holdId: id(names.holds, h),
    buyerId: id(names.buyers, b),
  });
  switch (step.do) {
    case 'reserve': {
      const wanted = step.lines.map(([v, quantity]) => ({ variantId: id(names.variants, v), quantity }));
      return store.reserve({ ...sale, ...keyOf([step.hold, step.buyer]), lines: wanted });
    }
    case 'pin':
    case 'confirm':
    case 'release':
      return store[step.do](sale, step.holds.map(keyOf));
    case 'extend':
      return store.extend(sale, keyOf([step.hold, step.buyer]), now + step.byMs);
    case 'expire':
      return store.expire(sale, keyOf([step.hold, step.buyer]));
    case 'sweep':
      return store.sweep(sale);
    case 'adjust': {
      const changeId = id(names.changes, step.change);
      return store.adjust(sale, { changeId, variantId: id(names.variants, step.variant), delta: step.delta });
    }
    case 'reverse':
      return store.reverse(sale, {
        changeId: id(names.changes, 6 + step.change),
        variantId: id(names.variants, step.variant),
        quantity: step.quantity,
        buyerId: null,
        to: step.to,
      });
    case 'join':
    case 'leave':
      return store[step.do](sale, {
        // A place on a list is for one variant: the hold that comes of it carries its id.
        holdId: id(names.waiters, 2 * step.waiter + step.variant),
        buyerId: id(names.buyers, step.buyer),
        variantId: id(names.variants, step.variant),
        // No two wait in the same place of a list: checkout numbers arrivals.
        rank: step.waiter * names.buyers.length + step.buyer,
      });
    case 'promote':
      return store.promote(sale, id(names.variants, step.variant));
    case 'price': {
      const prices = [{ variantId: id(names.variants, step.variant), terms: `1 EUR ${step.version}` }];
      return store.change(sale, { prices });
    }
    case 'trim': {
      const entries = await store.readJournal(sale.saleId, 3);
      const last = entries.at(-1);
      if (last) await store.trimJournal(sale.saleId, last.position);
      return entries.length;
    }
    case 'advance':
      return undefined;
  }
}

/** An answer with its lists in one order, since engines may name what they ended in another. */
export function normalized(answer: unknown): unknown {
  if (Array.isArray(answer))
    return answer.map(normalized).toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  if (typeof answer !== 'object' || answer === null) return answer;
  return Object.fromEntries(
    Object.entries(answer)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, value]) => [name, normalized(value)]),
  );
}
