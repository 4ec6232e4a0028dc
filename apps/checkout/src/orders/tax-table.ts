import type { TaxRule } from '#payments';

/**
 * Standard rates of value-added tax, in hundredths of a percent, of countries whose prices hold the tax. State of
 * January 2026; a shop that owes another rate needs a tax service, which this table stands in for.
 */
const VAT_BP: Readonly<Record<string, number>> = {
  AT: 2_000,
  AU: 1_000,
  BE: 2_100,
  BG: 2_000,
  CH: 810,
  CY: 1_900,
  CZ: 2_100,
  DE: 1_900,
  DK: 2_500,
  EE: 2_400,
  ES: 2_100,
  FI: 2_550,
  FR: 2_000,
  GB: 2_000,
  GR: 2_400,
  HR: 2_500,
  HU: 2_700,
  IE: 2_300,
  IS: 2_400,
  IT: 2_200,
  JP: 1_000,
  KR: 1_000,
  LT: 2_100,
  LU: 1_700,
  LV: 2_100,
  MT: 1_800,
  NL: 2_100,
  NO: 2_500,
  NZ: 1_500,
  PL: 2_300,
  PT: 2_300,
  RO: 2_100,
  SE: 2_500,
  SG: 900,
  SI: 2_200,
  SK: 2_300,
  TR: 2_000,
  UG: 1_800,
  ZA: 1_500,
};

/** Countries that add a tax on top of prices. Of the United States only a rate of 0: sales tax is each state's own. */
const ADDED_BP: Readonly<Record<string, number>> = { CA: 500, US: 0 };

/** The tax on goods sent to `country` (ISO 3166-1); none where nothing is known. */
export function taxOfCountry(country: string): TaxRule {
  const added = ADDED_BP[country];
  if (added !== undefined) return { rateBp: added, included: false, onShipping: true };
  return { rateBp: VAT_BP[country] ?? 0, included: true, onShipping: true };
}
