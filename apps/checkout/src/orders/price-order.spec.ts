import { describe, expect, it } from '@jest/globals';
import type { Query } from '#bus';
import { ShippingRates, shippingCost } from '../fulfilment/shipping-rates.ts';
import { PriceOrder, type PricedHold } from './price-order.ts';
import { taxOfCountry } from './tax-table.ts';

const RATES = [
  { country: '*', method: 'standard', firstAmount: 500, furtherAmount: 100, freeFromAmount: null },
];

/** A database that knows no names and these rates. */
const query = (async (sql: string) => (sql.includes('shipping_rates') ? RATES : [])) as Query;

function hold(currency: string, unitAmount: number, quantity = 1, shopId = 'shop'): PricedHold {
  return {
    holdId: `hold-${currency}-${unitAmount}`,
    saleId: 'sale',
    shopId,
    lines: [{ variantId: 'variant', quantity, unitAmount, currency, priceVersion: 1 }],
  };
}

const price = (holds: PricedHold[], country = 'DE') =>
  new PriceOrder(query, new ShippingRates(query), 500).price(holds, {
    country,
    shipping: 'standard',
    combined: false,
  });

describe('the price of an order', () => {
  it.each([
    ['JPY', 1_000, 'JP', { items: 2_000, shipping: 600, tax: 236, total: 2_600, rounding: 0 }],
    ['EUR', 1_999, 'DE', { items: 3_998, shipping: 600, tax: 734, total: 4_598, rounding: 0 }],
    ['KWD', 1_253, 'KW', { items: 2_506, shipping: 600, tax: 0, total: 3_110, rounding: 4 }],
    ['USD', 1_000, 'CA', { items: 2_000, shipping: 600, tax: 130, total: 2_730, rounding: 0 }],
  ])('in %s of %i to %s', async (currency, unitAmount, country, totals) => {
    expect(await price([hold(currency, unitAmount, 2)], country)).toMatchObject({
      totals: { currency, ...totals },
    });
  });

  it('takes the share of the platform from the goods alone', async () => {
    expect(await price([hold('EUR', 1_000)])).toMatchObject({ platformFee: 50 });
  });

  it('refuses what cannot be one order', async () => {
    expect(await price([hold('EUR', 1), hold('EUR', 2, 1, 'other')])).toEqual({
      code: 'holds_of_several_shops',
    });
    expect(await price([hold('EUR', 1), hold('USD', 2)])).toEqual({ code: 'holds_of_several_currencies' });
    expect(await price([hold('XTS', 1)])).toEqual({ code: 'currency_not_chargeable' });
  });
});

describe('shipping', () => {
  const rate = {
    country: '*',
    method: 'standard',
    firstAmount: 500,
    furtherAmount: 100,
    freeFromAmount: 5_000,
  } as const;

  it('costs the first unit and each further one', () => {
    expect(shippingCost(rate, 3, 1_000, false)).toEqual({ amount: 700, saved: 0 });
    expect(shippingCost(rate, 3, 1_000, true)).toEqual({ amount: 300, saved: 400 });
    expect(shippingCost(rate, 3, 5_000, false)).toEqual({ amount: 0, saved: 0 });
  });

  it('never costs more because it is combined', () => {
    const odd = { ...rate, firstAmount: 100, furtherAmount: 300 };
    expect(shippingCost(odd, 2, 1_000, true)).toEqual({ amount: 400, saved: 0 });
  });
});

describe('tax', () => {
  it('is held by prices in Europe, added in Canada, and nothing where nothing is known', () => {
    expect(taxOfCountry('FR')).toEqual({ rateBp: 2_000, included: true, onShipping: true });
    expect(taxOfCountry('CA')).toEqual({ rateBp: 500, included: false, onShipping: true });
    expect(taxOfCountry('AQ')).toEqual({ rateBp: 0, included: true, onShipping: true });
  });
});
