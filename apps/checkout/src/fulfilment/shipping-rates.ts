import type { Query } from '#bus';
import { boundedCache } from '#process';
import type { ShippingRate } from '#contracts';

/** Rates are read anew after this long; whoever changes them sees it at once in the process that took the change. */
const REMEMBER_MS = 5_000;
const REMEMBERED_SHOPS = 5_000;

/** What shipping costs and what of it was saved, in minor units. */
export interface ShippingCost {
  amount: number;
  saved: number;
}

/** The rates of shops. */
export class ShippingRates {
  private readonly remembered = boundedCache<ShippingRate[]>(REMEMBERED_SHOPS);
  private readonly query: Query;

  constructor(query: Query) {
    this.query = query;
  }

  async of(shopId: string): Promise<ShippingRate[]> {
    const remembered = this.remembered.get(shopId);
    if (remembered) return remembered;
    const rates = await this.query<ShippingRate>(
      `SELECT country, method, first_amount AS "firstAmount", further_amount AS "furtherAmount",
         free_from_amount AS "freeFromAmount" FROM shipping_rates WHERE shop_id = $1 ORDER BY country, method`,
      [shopId],
    );
    this.remembered.set(shopId, rates, Date.now() + REMEMBER_MS);
    return rates;
  }

  /** Replaces a shop's rates in one statement. */
  async replace(shopId: string, rates: readonly ShippingRate[]): Promise<void> {
    await this.query(
      `WITH wanted AS (
         SELECT * FROM unnest($2::text[], $3::text[], $4::bigint[], $5::bigint[], $6::bigint[])
           AS w (country, method, first_amount, further_amount, free_from_amount)
       ), gone AS (
         DELETE FROM shipping_rates r WHERE shop_id = $1
           AND NOT EXISTS (SELECT 1 FROM wanted w WHERE w.country = r.country AND w.method = r.method)
       )
       INSERT INTO shipping_rates SELECT $1::uuid, w.* FROM wanted w
       ON CONFLICT (shop_id, country, method) DO UPDATE SET first_amount = excluded.first_amount,
         further_amount = excluded.further_amount, free_from_amount = excluded.free_from_amount`,
      [
        shopId,
        rates.map((rate) => rate.country),
        rates.map((rate) => rate.method),
        rates.map((rate) => rate.firstAmount),
        rates.map((rate) => rate.furtherAmount),
        rates.map((rate) => rate.freeFromAmount),
      ],
    );
    this.remembered.delete(shopId);
  }
}

/** The rate for `country` and `method`; `free` for a shop without rates, undefined where it does not ship. */
export function rateFor(
  rates: readonly ShippingRate[],
  country: string,
  method: string,
): ShippingRate | 'free' | undefined {
  if (rates.length === 0) return 'free';
  const offered = rates.filter((rate) => rate.method === method);
  return offered.find((rate) => rate.country === country) ?? offered.find((rate) => rate.country === '*');
}

/**
 * What a parcel costs. With another parcel of the same buyer, show and address on its way, the goods travel in that
 * one: every unit counts as a further one, and what the first would have cost more is saved.
 */
export function shippingCost(
  rate: ShippingRate | 'free',
  units: number,
  itemsAmount: number,
  combined: boolean,
): ShippingCost {
  if (rate === 'free') return { amount: 0, saved: 0 };
  if (rate.freeFromAmount !== null && itemsAmount >= rate.freeFromAmount) return { amount: 0, saved: 0 };
  const alone = rate.firstAmount + (units - 1) * rate.furtherAmount;
  if (!combined) return { amount: alone, saved: 0 };
  const amount = Math.min(alone, units * rate.furtherAmount);
  return { amount, saved: alone - amount };
}
