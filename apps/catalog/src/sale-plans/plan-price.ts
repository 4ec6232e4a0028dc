import type { SalePlanView } from '#contracts';

type Discount = SalePlanView['items'][number]['discount'];

/**
 * What a unit costs in the sale, in minor units: the fixed price, or the regular one less so many percent, rounded
 * down in the buyer's favour but never to nothing.
 */
export function planPrice(discount: Discount, regular: number): number {
  if (discount.kind === 'price') return discount.amount;
  return Math.max(1, Number((BigInt(regular) * BigInt(100 - discount.percentOff)) / 100n));
}
