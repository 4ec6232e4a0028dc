/** An amount in the currency's smallest unit, as every contract carries it. */
export interface MoneyValue {
  amount: number;
  currency: string;
}

const formats = new Map<string, Intl.NumberFormat>();

/** How many decimals a currency has: 0 for JPY, 2 for EUR, 3 for KWD. */
export function minorDigits(currency: string): number {
  return format(currency).resolvedOptions().maximumFractionDigits ?? 2;
}

/** The amount as a person reads it, in the browser's language. */
export function formatMoney(money: MoneyValue): string {
  return format(money.currency).format(money.amount / 10 ** minorDigits(money.currency));
}

/** What a person typed ("12,50", "1 200") as minor units; null when it is not an amount of this currency. */
export function parseMoney(text: string, currency: string): MoneyValue | null {
  const clean = text.replaceAll(/[\s']/g, '').replace(',', '.');
  const match = /^(\d{1,10})(?:\.(\d+))?$/.exec(clean);
  const digits = minorDigits(currency);
  const decimals = match?.[2] ?? '';
  if (!match || decimals.length > digits) return null;
  return { amount: Number(`${match[1]}${decimals.padEnd(digits, '0')}`), currency };
}

/** Minor units as the text of an input field: 1250 EUR is "12.50". */
export function moneyText(money: MoneyValue): string {
  const digits = minorDigits(money.currency);
  return (money.amount / 10 ** digits).toFixed(digits);
}

function format(currency: string): Intl.NumberFormat {
  const known = formats.get(currency);
  if (known) return known;
  const made = new Intl.NumberFormat(undefined, { style: 'currency', currency });
  formats.set(currency, made);
  return made;
}
