import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { planPrice } from './plan-price.ts';

describe('price of a planned sale', () => {
  it.each([
    [{ kind: 'price', amount: 500 }, 999, 500],
    [{ kind: 'percent', percentOff: 10 }, 999, 899],
    [{ kind: 'percent', percentOff: 99 }, 50, 1],
    [{ kind: 'percent', percentOff: 1 }, 1, 1],
    [{ kind: 'percent', percentOff: 33 }, 9_999_999_999, 6_699_999_999],
  ] as const)('%j of %i is %i', (discount, regular, price) => {
    expect(planPrice(discount, regular)).toBe(price);
  });

  it('is a whole number between one and the regular price', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 99 }),
        fc.integer({ min: 1, max: 10_000_000_000 }),
        (percentOff, regular) => {
          const price = planPrice({ kind: 'percent', percentOff }, regular);
          expect(Number.isSafeInteger(price) && price >= 1 && price <= regular).toBe(true);
        },
      ),
    );
  });
});
