import type { Query } from '#bus';
import type { OrderTotals } from '#contracts';
import { isChargeable, totalsOf } from '#payments';
import { boundedCache } from '#process';
import { rateFor, shippingCost, type ShippingRates } from '../fulfilment/shipping-rates.ts';
import type { HeldLine } from '../holds/stored-hold.ts';
import { taxOfCountry } from './tax-table.ts';

/** What pricing needs of a hold. */
export interface PricedHold {
  holdId: string;
  saleId: string;
  shopId: string;
  lines: HeldLine[];
}

/** A line of an order before it is written. */
export interface DraftLine {
  holdId: string;
  saleId: string;
  variantId: string;
  productId: string | null;
  title: string;
  sku: string | null;
  options: Record<string, string>;
  quantity: number;
  unitAmount: number;
  priceVersion: number;
  amount: number;
}

export interface PricedOrder {
  shopId: string;
  lines: DraftLine[];
  totals: OrderTotals;
  platformFee: number;
}

export type PriceRefusal = {
  code:
    | 'holds_of_several_shops'
    | 'holds_of_several_currencies'
    | 'currency_not_chargeable'
    | 'shipping_not_offered';
};

export interface Destination {
  country: string;
  shipping: string;
  /** Another order of the same buyer, show and address waits for its parcel. */
  combined: boolean;
}

interface VariantName {
  id: string;
  productId: string | null;
  title: string;
  sku: string | null;
  options: Record<string, string>;
}

/** Names are for people; one that is a few seconds old is fine. */
const NAME_LIFE_MS = 5_000;
const REMEMBERED_NAMES = 20_000;

/** Works out what holds cost: prices are those frozen in the holds, everything else is ours. */
export class PriceOrder {
  private readonly names = boundedCache<VariantName>(REMEMBERED_NAMES);
  private readonly query: Query;
  private readonly rates: ShippingRates;
  private readonly platformFeeBp: number;

  constructor(query: Query, rates: ShippingRates, platformFeeBp: number) {
    this.query = query;
    this.rates = rates;
    this.platformFeeBp = platformFeeBp;
  }

  async price(holds: readonly PricedHold[], to: Destination): Promise<PricedOrder | PriceRefusal> {
    const [first] = holds;
    const held = holds.flatMap((hold) => hold.lines.map((line) => ({ hold, line })));
    const currency = held[0]?.line.currency ?? '';
    if (!first || holds.some((hold) => hold.shopId !== first.shopId))
      return { code: 'holds_of_several_shops' };
    if (held.some(({ line }) => line.currency !== currency)) return { code: 'holds_of_several_currencies' };
    if (!isChargeable(currency)) return { code: 'currency_not_chargeable' };
    const rate = rateFor(await this.rates.of(first.shopId), to.country, to.shipping);
    if (!rate) return { code: 'shipping_not_offered' };

    const items = held.reduce((sum, { line }) => sum + line.unitAmount * line.quantity, 0);
    const units = held.reduce((sum, { line }) => sum + line.quantity, 0);
    const shipping = shippingCost(rate, units, items, to.combined);
    const tax = taxOfCountry(to.country);
    const totals = totalsOf({
      currency,
      lines: held.map(({ line }) => ({ unitPrice: line.unitAmount, quantity: line.quantity })),
      shipping: shipping.amount,
      tax,
      feeBp: this.platformFeeBp,
    });
    const names = await this.namesOf(held.map(({ line }) => line.variantId));
    return {
      shopId: first.shopId,
      platformFee: totals.platformFee,
      lines: held.map(({ hold, line }, index) => ({
        holdId: hold.holdId,
        saleId: hold.saleId,
        ...nameIn(names, line.variantId),
        quantity: line.quantity,
        unitAmount: line.unitAmount,
        priceVersion: line.priceVersion,
        amount: totals.lines[index] ?? 0,
      })),
      totals: {
        currency,
        items: totals.items,
        shipping: totals.shipping,
        shippingSaved: shipping.saved,
        tax: totals.tax,
        taxRateBp: tax.rateBp,
        taxIncluded: tax.included,
        rounding: totals.rounding,
        total: totals.total,
      },
    };
  }

  private async namesOf(variantIds: string[]): Promise<Map<string, VariantName>> {
    const names = new Map<string, VariantName>();
    const missing: string[] = [];
    for (const id of variantIds) {
      const name = this.names.get(id);
      if (name) names.set(id, name);
      else missing.push(id);
    }
    if (missing.length === 0) return names;
    const rows = await this.query<VariantName>(
      'SELECT id, product_id AS "productId", title, sku, options FROM variants WHERE id = ANY($1::uuid[])',
      [missing],
    );
    for (const row of rows) {
      names.set(row.id, row);
      this.names.set(row.id, row, Date.now() + NAME_LIFE_MS);
    }
    return names;
  }
}

function nameIn(
  names: Map<string, VariantName>,
  variantId: string,
): Pick<DraftLine, 'variantId' | 'productId' | 'title' | 'sku' | 'options'> {
  const name = names.get(variantId);
  return {
    variantId,
    productId: name?.productId ?? null,
    title: name?.title ?? '',
    sku: name?.sku ?? null,
    options: name?.options ?? {},
  };
}
