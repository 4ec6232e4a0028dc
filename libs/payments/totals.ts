import { add, allocate, dinero, multiply, toSnapshot, type Dinero } from 'dinero.js';
import * as dineroCurrencies from 'dinero.js/currencies';
import { chargeStep, isoExponent } from './currencies.ts';

/** A tax as a rate in hundredths of a percent, and whether prices hold it already. */
export interface TaxRule {
  rateBp: number;
  included: boolean;
  /** Whether shipping is taxed like the goods. */
  onShipping: boolean;
}

export interface TotalsInput {
  currency: string;
  /** Prices in minor units; quantities whole. */
  lines: readonly { unitPrice: number; quantity: number }[];
  shipping: number;
  tax: TaxRule;
  /** Share of the goods' price that the platform keeps, in hundredths of a percent. */
  feeBp: number;
}

/** What an order costs, in minor units. `total` = items + shipping + rounding (+ tax, where prices do not hold it). */
export interface Totals {
  lines: number[];
  items: number;
  shipping: number;
  tax: number;
  taxIncluded: boolean;
  /** What brings the total to an amount that can be charged; 0 except where a currency's last digit must be 0. */
  rounding: number;
  total: number;
  platformFee: number;
}

const BASIS_POINTS = 10_000;

/** Adds an order up in integers; halves of a minor unit are rounded away from zero, once per figure. */
export function totalsOf(input: TotalsInput): Totals {
  const money = (amount: number): Dinero<number> => dinero({ amount, currency: currencyOf(input.currency) });
  const lines = input.lines.map((line) => multiply(money(line.unitPrice), line.quantity));
  const items = lines.reduce((sum, line) => add(sum, line), money(0));
  const taxed = input.tax.onShipping ? add(items, money(input.shipping)) : items;
  const tax = taxOf(amountOf(taxed), input.tax);
  const before = amountOf(items) + input.shipping + (input.tax.included ? 0 : tax);
  const step = chargeStep(input.currency);
  const total = Math.round(before / step) * step;
  return {
    lines: lines.map(amountOf),
    items: amountOf(items),
    shipping: input.shipping,
    tax,
    taxIncluded: input.tax.included,
    rounding: total - before,
    total: checked(total),
    platformFee: shareOf(amountOf(items), input.feeBp),
  };
}

/** Splits `amount` over `weights` so that not one minor unit is lost; all weights 0 gives equal parts. */
export function splitAmount(amount: number, weights: readonly number[], currency: string): number[] {
  if (weights.length === 0) return [];
  const ratios = weights.some((weight) => weight > 0) ? [...weights] : weights.map(() => 1);
  return allocate(dinero({ amount, currency: currencyOf(currency) }), ratios).map(amountOf);
}

/** `bp` hundredths of a percent of `amount`, rounded half away from zero. */
export function shareOf(amount: number, bp: number): number {
  return roundedDivision(BigInt(amount) * BigInt(bp), BigInt(BASIS_POINTS));
}

function taxOf(amount: number, { rateBp, included }: TaxRule): number {
  const whole = included ? BASIS_POINTS + rateBp : BASIS_POINTS;
  return roundedDivision(BigInt(amount) * BigInt(rateBp), BigInt(whole));
}

function roundedDivision(dividend: bigint, divisor: bigint): number {
  return checked(Number((dividend * 2n + divisor) / (divisor * 2n)));
}

function checked(amount: number): number {
  if (!Number.isSafeInteger(amount)) throw new Error(`${amount} is beyond exact integers`);
  return amount;
}

function currencyOf(code: string): { code: string; base: number; exponent: number } {
  const known = (
    dineroCurrencies as Record<string, { code: string; base: number | readonly number[]; exponent: number }>
  )[code];
  return { code, base: typeof known?.base === 'number' ? known.base : 10, exponent: isoExponent(code) };
}

function amountOf(value: Dinero<number>): number {
  return checked(toSnapshot(value).amount);
}
