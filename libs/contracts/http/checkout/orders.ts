import { z } from 'zod';
import { defineEndpoint } from '../../endpoint.ts';
import { Id, line, Moment, page, PageQuery } from '../../values.ts';
import {
  Address,
  CountryCode,
  MOST_ORDER_HOLDS,
  OrderNote,
  OrderStage,
  OrderSummary,
  OrderTotals,
  OrderView,
  ShippingMethod,
} from './order-words.ts';

const order = z.object({ orderId: Id });
const shop = z.object({ shopId: Id });

const HoldIds = z
  .array(Id)
  .min(1)
  .max(MOST_ORDER_HOLDS)
  .refine((ids) => new Set(ids).size === ids.length, { message: 'each hold at most once' });

export const placeOrderEndpoint = defineEndpoint({
  process: 'checkout',
  name: 'placeOrder',
  summary:
    'Turns holds of one shop into an order with its payment. 202 with a place in line when many buy at once: the order is taken, only its payment is set up a little later.',
  method: 'POST',
  path: '/v1/orders',
  access: 'user',
  headers: z.object({
    'idempotency-key': z.string().regex(/^[\x21-\x7e]{8,200}$/, '8 to 200 visible ASCII characters'),
  }),
  body: z.object({
    holdIds: HoldIds,
    address: Address,
    shipping: ShippingMethod.default('standard'),
    /** The show that the buyer watches, for combined shipping; a flash sale's own show goes before it. */
    showId: Id.optional(),
    note: OrderNote.default(''),
  }),
  replies: { 201: OrderView, 202: OrderView },
  rate: { per: 'account', limit: 60, windowS: 60, near: true },
  errors: [
    'hold_not_found',
    'hold_ended',
    'hold_in_order',
    'hold_not_stored',
    'sale_closed',
    'sale_paused',
    'holds_of_several_shops',
    'holds_of_several_currencies',
    'currency_not_chargeable',
    'shipping_not_offered',
    'idempotency_key_reused',
    'orders_saturated',
  ],
});

export const quoteOrderEndpoint = defineEndpoint({
  process: 'checkout',
  name: 'quoteOrder',
  summary: 'What an order of these holds would cost, shipping and tax included; changes nothing.',
  method: 'POST',
  path: '/v1/orders/quote',
  access: 'user',
  body: z.object({
    holdIds: HoldIds,
    country: CountryCode,
    shipping: ShippingMethod.default('standard'),
    showId: Id.optional(),
  }),
  replies: { 200: OrderTotals },
  errors: [
    'hold_not_found',
    'hold_ended',
    'holds_of_several_shops',
    'holds_of_several_currencies',
    'currency_not_chargeable',
    'shipping_not_offered',
  ],
});

export const getOrderEndpoint = defineEndpoint({
  process: 'checkout',
  name: 'getOrder',
  summary: "An order, for its buyer and its shop's staff.",
  method: 'GET',
  path: '/v1/orders/:orderId',
  access: 'user',
  params: order,
  replies: { 200: OrderView },
  errors: ['order_not_found'],
});

export const listOrdersEndpoint = defineEndpoint({
  process: 'checkout',
  name: 'listOrders',
  summary: "The caller's own orders, latest first.",
  method: 'GET',
  path: '/v1/orders',
  access: 'user',
  query: PageQuery.extend({ showId: Id.optional() }),
  replies: { 200: page(OrderSummary) },
});

export const listShopOrdersEndpoint = defineEndpoint({
  process: 'checkout',
  name: 'listShopOrders',
  summary: 'Orders of a shop, latest first; `search` looks at number, buyer, titles and SKUs.',
  method: 'GET',
  path: '/v1/shops/:shopId/orders',
  access: 'user',
  params: shop,
  query: PageQuery.extend({
    state: z
      .union([OrderStage, z.array(OrderStage).max(8)])
      .transform((states) => [states].flat())
      .optional(),
    search: line(1, 80).optional(),
    showId: Id.optional(),
    buyerId: Id.optional(),
    from: Moment.optional(),
    to: Moment.optional(),
  }),
  replies: { 200: page(OrderSummary) },
});

export const cancelOrderEndpoint = defineEndpoint({
  process: 'checkout',
  name: 'cancelOrder',
  summary:
    'Cancels an order that has not been shipped: an unpaid one is let go, a paid one is refunded in full. Repeating is fine.',
  method: 'POST',
  path: '/v1/orders/:orderId/cancel',
  access: 'user',
  params: order,
  body: z.object({ reason: line(0, 200).default('') }).default({ reason: '' }),
  replies: { 200: OrderView },
  errors: ['order_not_found', 'order_state', 'order_being_paid'],
});

export const refreshPaymentEndpoint = defineEndpoint({
  process: 'checkout',
  name: 'refreshPayment',
  summary: 'Asks the payment provider at once where the payment stands, instead of waiting for its notice.',
  method: 'POST',
  path: '/v1/orders/:orderId/payment/refresh',
  access: 'user',
  params: order,
  replies: { 200: OrderView },
  errors: ['order_not_found', 'payments_away'],
  rate: { per: 'account', limit: 60, windowS: 60 },
});

/** One thing that happened to an order. */
export const OrderEntryView = z.object({
  entryId: Id,
  at: Moment,
  kind: z.string(),
  actor: z.enum(['buyer', 'merchant', 'system', 'provider']),
  actorId: Id.nullable(),
  data: z.record(z.string(), z.unknown()),
});
export type OrderEntryView = z.infer<typeof OrderEntryView>;

export const listOrderEntriesEndpoint = defineEndpoint({
  process: 'checkout',
  name: 'listOrderEntries',
  summary: 'The timeline of an order, oldest first.',
  method: 'GET',
  path: '/v1/orders/:orderId/timeline',
  access: 'user',
  params: order,
  replies: { 200: z.object({ items: z.array(OrderEntryView) }) },
  errors: ['order_not_found'],
});
