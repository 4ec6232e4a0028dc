import * as dineroCurrencies from 'dinero.js/currencies';

interface CurrencyFacts {
  /** Digits after the point by ISO 4217; our minor units. */
  exponent: number;
}

const ISO: ReadonlyMap<string, CurrencyFacts> = new Map(
  Object.values(dineroCurrencies)
    .filter((currency) => currency.base === 10)
    .map(({ code, exponent }) => [code, { exponent }]),
);

/**
 * Digits after the point in amounts that Stripe takes, where they differ from ISO 4217. ISK and UGX have none since
 * their cents were abolished, yet Stripe still counts in hundredths and wants the last two digits 0 (Stripe, "Special
 * cases" of supported currencies).
 */
const STRIPE_EXPONENTS: Readonly<Record<string, number>> = { ISK: 2, UGX: 2 };

/** Currencies whose thousandths Stripe takes only in tens. */
const STRIPE_TENS: ReadonlySet<string> = new Set(['BHD', 'JOD', 'KWD', 'OMR', 'TND']);

/** Currencies that Stripe does not charge, among those of ISO 4217 that people have in their pockets. */
const STRIPE_NOT: ReadonlySet<string> = new Set([
  'CUP',
  'IRR',
  'KPW',
  'SYP',
  'SDG',
  'SSP',
  'VES',
  'LYD',
  'IQD',
]);

/** Whether `code` is a decimal currency of ISO 4217 that can be charged. */
export function isChargeable(code: string): boolean {
  return ISO.has(code) && !STRIPE_NOT.has(code);
}

/** Digits after the point by ISO 4217: 2 for EUR, 0 for JPY, 3 for KWD. Throws on what is no such currency. */
export function isoExponent(code: string): number {
  const facts = ISO.get(code);
  if (!facts) throw new Error(`${code} is no decimal currency of ISO 4217`);
  return facts.exponent;
}

/** Digits after the point in amounts that Stripe takes. */
export function stripeExponent(code: string): number {
  return STRIPE_EXPONENTS[code] ?? isoExponent(code);
}

/** The smallest amount, in our minor units, that every charge is a multiple of: 10 fils for KWD, else 1. */
export function chargeStep(code: string): number {
  return STRIPE_TENS.has(code) ? 10 : 1;
}

/** Our minor units as the integer that Stripe wants. Throws where Stripe could not take the amount exactly. */
export function toStripeAmount(amount: number, code: string): number {
  if (!Number.isSafeInteger(amount) || amount < 0) throw new Error(`${amount} is no amount in minor units`);
  if (amount % chargeStep(code) !== 0) {
    throw new Error(`${amount} ${code} is no multiple of ${chargeStep(code)}, as Stripe wants`);
  }
  return amount * 10 ** (stripeExponent(code) - isoExponent(code));
}

/** Stripe's integer as our minor units. Throws where it is a fraction of one. */
export function fromStripeAmount(amount: number, code: string): number {
  const ours = amount / 10 ** (stripeExponent(code) - isoExponent(code));
  if (!Number.isSafeInteger(ours))
    throw new Error(`${amount} of Stripe's units of ${code} is no whole amount`);
  return ours;
}
