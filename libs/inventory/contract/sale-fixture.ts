import { v7 } from 'uuid';
import type { HoldKey, HoldStore, ReserveAnswer, SaleRef, SaleRules, SaleVariant } from '../hold-store.ts';

let epochs = 0;

/** An epoch that no other sale of this run has. */
export function nextEpoch(): number {
  epochs += 1;
  return epochs;
}

export const PRICE = '1000 EUR 1';
export const HOLD_TTL_MS = 300_000;

/** A sale in an engine, with shortcuts for what tests do to it. */
export interface SaleFixture extends SaleRef {
  variants: string[];
  /** Two variants are enough to see that one is not the other. */
  v1: string;
  v2: string;
  reserve(lines: Record<string, number> | number, key?: Partial<HoldKey>): Promise<ReserveAnswer>;
  /** Reserves and throws unless it worked. */
  held(lines: Record<string, number> | number, key?: Partial<HoldKey>): Promise<HoldKey>;
  counters(variantId?: string): Promise<string>;
}

/** Opens a sale with `stock` units of each variant. */
export async function openSale(
  store: HoldStore,
  stock: number | number[],
  rules: Partial<SaleRules> = {},
): Promise<SaleFixture> {
  const amounts = Array.isArray(stock) ? stock : [stock];
  const ref = { saleId: v7(), epoch: nextEpoch() };
  const variants = amounts.map((unsold): SaleVariant => ({ variantId: v7(), terms: PRICE, unsold, sold: 0 }));
  await store.open(ref, { ...DEFAULT_RULES, ...rules }, variants);
  return fixtureOf(
    store,
    ref,
    variants.map((variant) => variant.variantId),
  );
}

export const DEFAULT_RULES: SaleRules = {
  state: 'open',
  startsAt: null,
  endsAt: null,
  limitPerBuyer: 0,
  holdTtlMs: HOLD_TTL_MS,
};

export function fixtureOf(store: HoldStore, ref: SaleRef, variants: string[]): SaleFixture {
  const [v1 = '', v2 = ''] = variants;
  const reserve: SaleFixture['reserve'] = (wanted, key = {}) => {
    const lines = Object.entries(typeof wanted === 'number' ? { [v1]: wanted } : wanted);
    return store.reserve({
      ...ref,
      holdId: key.holdId ?? v7(),
      buyerId: key.buyerId ?? v7(),
      lines: lines.map(([variantId, quantity]) => ({ variantId, quantity })),
    });
  };
  return {
    ...ref,
    variants,
    v1,
    v2,
    reserve,
    async held(wanted, key) {
      const answer = await reserve(wanted, key);
      if (answer.code !== 'held') throw new Error(`expected a hold, got ${JSON.stringify(answer)}`);
      return { holdId: answer.holdId, buyerId: answer.buyerId };
    },
    async counters(variantId = v1) {
      const snapshot = await store.read(ref, [variantId]);
      if ('code' in snapshot) return snapshot.code;
      const [variant] = snapshot.variants;
      return variant ? `${variant.available} ${variant.held} ${variant.sold}` : 'none';
    },
  };
}

export function newKey(buyerId: string = v7()): HoldKey {
  return { holdId: v7(), buyerId };
}
