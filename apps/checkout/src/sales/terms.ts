import type { TermedLine } from '#inventory';
import type { HeldLine } from '../holds/stored-hold.ts';

/** A price in force and its version. */
export interface Price {
  unitAmount: number;
  currency: string;
  priceVersion: number;
}

/** A price as engines carry it: `amount currency version`. */
export function termsOf(price: Price): string {
  return `${price.unitAmount} ${price.currency} ${price.priceVersion}`;
}

/** Lines of an engine's hold with the price that was frozen in it. */
export function heldLinesOf(lines: readonly TermedLine[]): HeldLine[] {
  return lines.map(({ variantId, quantity, terms }) => {
    const [amount, currency = '', version] = terms.split(' ');
    return { variantId, quantity, unitAmount: Number(amount), currency, priceVersion: Number(version) };
  });
}

/** The same, the other way: for a hold that goes back into an engine. */
export function termedLinesOf(lines: readonly HeldLine[]): TermedLine[] {
  return lines.map((line) => ({ variantId: line.variantId, quantity: line.quantity, terms: termsOf(line) }));
}
