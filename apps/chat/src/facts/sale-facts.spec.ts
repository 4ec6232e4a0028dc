import type { SaleState } from '#contracts';
import { describe, expect, it } from '@jest/globals';
import { entryTypeOf, mergeItems } from './sale-facts.ts';

const price = { amount: 1_000, currency: 'EUR' };
const item = { variantId: 'v1', price, available: 3, soldOut: false };
const sale: SaleState = { saleId: 's', version: 1, state: 'open', kind: 'flash', items: [item], endsAt: 5 };
const next = (parts: Partial<SaleState>): SaleState => ({ ...sale, version: 2, ...parts });

describe('entryTypeOf', () => {
  it.each([
    ['a new sale', undefined, sale, 'sale_changed'],
    ['an end', sale, next({ state: 'closed' }), 'sale_changed'],
    ['more time', sale, next({ endsAt: 9 }), 'sale_changed'],
    ['the last unit', sale, next({ items: [{ ...item, available: 0, soldOut: true }] }), 'sold_out'],
    [
      'another price',
      sale,
      next({ items: [{ ...item, price: { ...price, amount: 900 } }] }),
      'price_changed',
    ],
    ['a step of stock', sale, next({ items: [{ ...item, available: 2 }] }), 'stock_changed'],
    [
      'a unit that came back',
      next({ items: [{ ...item, soldOut: true }] }),
      { ...sale, version: 3 },
      'sale_changed',
    ],
    [
      'sold out and cheaper at once: what must act at once counts',
      sale,
      next({ items: [{ ...item, soldOut: true, price: { ...price, amount: 900 } }] }),
      'sold_out',
    ],
  ])('takes %s for what it is', (_, before, after, type) => expect(entryTypeOf(before, after)).toBe(type));
});

describe('mergeItems', () => {
  const other = { ...item, variantId: 'v2' };
  it('keeps what a standing sale did not name', () => {
    const known: SaleState = { ...sale, kind: 'standing', items: [item, other] };
    const merged = mergeItems(known, { ...known, version: 2, items: [{ ...item, available: 1 }] });
    expect(merged.items.map(({ variantId, available }) => [variantId, available])).toEqual([
      ['v2', 3],
      ['v1', 1],
    ]);
  });
  it('takes a flash sale whole', () => {
    expect(mergeItems({ ...sale, items: [item, other] }, next({})).items).toEqual([item]);
  });
});
