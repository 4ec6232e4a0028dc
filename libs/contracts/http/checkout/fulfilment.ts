import { z } from 'zod';
import { defineEndpoint } from '../../endpoint.ts';
import { CurrencyCode, Id, line, MinorUnits } from '../../values.ts';
import { CountryCode, OrderView, ShippingMethod } from './order-words.ts';

export const fulfilOrderEndpoint = defineEndpoint({
  process: 'checkout',
  name: 'fulfilOrder',
  summary: 'Records that goods were handed to a carrier: all that is left, or some lines.',
  method: 'POST',
  path: '/v1/orders/:orderId/shipments',
  access: 'user',
  params: z.object({ orderId: Id }),
  idempotent: true,
  body: z.object({
    carrier: line(1, 80),
    trackingNumber: line(1, 120).optional(),
    trackingUrl: z
      .url({ protocol: /^https?$/ })
      .max(500)
      .optional(),
    /** Left out: everything that has not been shipped or refunded. */
    lines: z
      .array(z.object({ lineId: Id, quantity: z.int().min(1) }))
      .min(1)
      .max(100)
      .refine((lines) => new Set(lines.map((line) => line.lineId)).size === lines.length, {
        message: 'each line at most once',
      })
      .optional(),
  }),
  replies: { 201: OrderView },
  errors: ['order_not_found', 'order_state', 'order_line_not_found', 'order_line_quantity'],
});

/** What shipping costs a buyer: for the first unit of a parcel and for each further one. */
export const ShippingRate = z.object({
  /** A country, or `*` for every country without a rate of its own. */
  country: z.union([CountryCode, z.literal('*')]),
  method: ShippingMethod,
  firstAmount: MinorUnits,
  furtherAmount: MinorUnits,
  /** Goods worth this much travel free; null for never. */
  freeFromAmount: MinorUnits.nullable(),
});
export type ShippingRate = z.infer<typeof ShippingRate>;

const ShippingRates = z.object({ currency: CurrencyCode, rates: z.array(ShippingRate).max(500) });

export const getShippingRatesEndpoint = defineEndpoint({
  process: 'checkout',
  name: 'getShippingRates',
  summary: "A shop's shipping rates. A shop without any ships everywhere for free.",
  method: 'GET',
  path: '/v1/shops/:shopId/shipping-rates',
  access: 'public',
  params: z.object({ shopId: Id }),
  replies: { 200: ShippingRates },
  errors: ['shop_not_found'],
});

export const setShippingRatesEndpoint = defineEndpoint({
  process: 'checkout',
  name: 'setShippingRates',
  summary: "Replaces a shop's shipping rates, in its currency; orders made before keep what they cost.",
  method: 'PUT',
  path: '/v1/shops/:shopId/shipping-rates',
  access: 'user',
  params: z.object({ shopId: Id }),
  body: z.object({
    rates: z
      .array(ShippingRate)
      .max(500)
      .refine(
        (rates) => new Set(rates.map((rate) => `${rate.country} ${rate.method}`)).size === rates.length,
        {
          message: 'each country and method at most once',
        },
      ),
  }),
  replies: { 200: ShippingRates },
  errors: ['shop_not_found'],
});
