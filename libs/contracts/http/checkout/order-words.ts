import { z } from 'zod';
import { CurrencyCode, Id, line, MinorUnits, Moment, text } from '../../values.ts';

/** Most holds that one order may join, and most lines it may come to. */
export const MOST_ORDER_HOLDS = 20;

/** Where an order stands; money given back is told by `payment`. */
export const OrderStage = z.enum([
  'placed',
  'committed',
  'paid',
  'partially_shipped',
  'shipped',
  'payment_failed',
  'expired',
  'cancelled',
]);
export type OrderStage = z.infer<typeof OrderStage>;

/** Where the payment of an order stands at the provider. */
export const PaymentStage = z.enum([
  'created',
  'requires_action',
  'processing',
  'authorized',
  'captured',
  'partially_refunded',
  'refunded',
  'failed',
  'voided',
  'disputed',
]);
export type PaymentStage = z.infer<typeof PaymentStage>;

/** ISO 3166-1 alpha-2. */
export const CountryCode = z.string().regex(/^[A-Z]{2}$/, 'two capital letters (ISO 3166-1)');

export const ShippingMethod = z.enum(['standard', 'express']);
export type ShippingMethod = z.infer<typeof ShippingMethod>;

/** Where goods go. Which lines a country needs differs, so only name, first line, city and country are required. */
export const Address = z.object({
  name: line(1, 120),
  line1: line(1, 160),
  line2: line(0, 160).optional(),
  postalCode: line(0, 20).optional(),
  city: line(1, 120),
  region: line(0, 120).optional(),
  country: CountryCode,
  phone: line(0, 40).optional(),
  email: z.email().max(254).optional(),
});
export type Address = z.infer<typeof Address>;

/** What an order costs, in minor units of its currency. */
export const OrderTotals = z.object({
  currency: CurrencyCode,
  items: MinorUnits,
  shipping: MinorUnits,
  /** Shipping that was saved because the buyer has another order of the same show on its way. */
  shippingSaved: MinorUnits,
  tax: MinorUnits,
  taxRateBp: z.int().min(0),
  /** Whether prices hold the tax already. */
  taxIncluded: z.boolean(),
  /** What brings the total to an amount that can be charged in this currency; mostly 0. */
  rounding: z.int(),
  total: MinorUnits,
});
export type OrderTotals = z.infer<typeof OrderTotals>;

export const OrderLineView = z.object({
  lineId: Id,
  saleId: Id,
  variantId: Id,
  productId: Id.nullable(),
  title: z.string(),
  sku: z.string().nullable(),
  options: z.record(z.string(), z.string()),
  quantity: z.int().min(1),
  /** Price of one unit, frozen in the hold. */
  unitAmount: MinorUnits,
  amount: MinorUnits,
  shippedQuantity: z.int().min(0),
  refundedQuantity: z.int().min(0),
  refundedAmount: MinorUnits,
});
export type OrderLineView = z.infer<typeof OrderLineView>;

export const RefundView = z.object({
  refundId: Id,
  orderId: Id,
  amount: MinorUnits,
  currency: CurrencyCode,
  state: z.enum(['pending', 'succeeded', 'failed']),
  reason: z.enum([
    'requested_by_customer',
    'damaged',
    'not_received',
    'out_of_stock',
    'goodwill',
    'late_payment',
    'other',
  ]),
  note: z.string(),
  lines: z.array(
    z.object({
      lineId: Id,
      quantity: z.int().min(1),
      amount: MinorUnits,
      restock: z.enum(['sale', 'returned', 'no']),
    }),
  ),
  createdAt: Moment,
  settledAt: Moment.nullable(),
  failure: z.string().nullable(),
});
export type RefundView = z.infer<typeof RefundView>;

export const ShipmentView = z.object({
  shipmentId: Id,
  orderId: Id,
  carrier: z.string(),
  trackingNumber: z.string().nullable(),
  trackingUrl: z.url().nullable(),
  lines: z.array(z.object({ lineId: Id, quantity: z.int().min(1) })),
  shippedAt: Moment,
});
export type ShipmentView = z.infer<typeof ShipmentView>;

export const OrderPaymentView = z.object({
  paymentId: Id,
  state: PaymentStage,
  amount: MinorUnits,
  capturedAmount: MinorUnits,
  /** What was given back, refunds under way included. */
  refundedAmount: MinorUnits,
  disputed: z.boolean(),
  /** With it the buyer's browser pays; null until the provider knows the payment, and when nothing is to be paid. */
  clientSecret: z.string().nullable(),
  /** Why the last attempt was refused. */
  failure: z.object({ code: z.string(), message: z.string() }).nullable(),
  /** Moment by which the payment must be made. */
  payBy: Moment,
});

export const OrderView = z.object({
  orderId: Id,
  /** What people say and write. */
  number: z.string(),
  version: z.int().min(0),
  state: OrderStage,
  /** Why it stands there, where that needs saying. */
  reason: z.string().nullable(),
  shopId: Id,
  showId: Id.nullable(),
  buyer: z.object({ buyerId: Id, name: z.string() }),
  lines: z.array(OrderLineView),
  totals: OrderTotals,
  address: Address,
  shipping: ShippingMethod,
  note: z.string(),
  payment: OrderPaymentView,
  /** Place in line while the payment is being set up; null when it is. */
  queuePosition: z.int().min(1).nullable(),
  shipments: z.array(ShipmentView),
  refunds: z.array(RefundView),
  placedAt: Moment,
  paidAt: Moment.nullable(),
  serverTime: Moment,
});
export type OrderView = z.infer<typeof OrderView>;

/** An order in a list. */
export const OrderSummary = z.object({
  orderId: Id,
  number: z.string(),
  state: OrderStage,
  paymentState: PaymentStage,
  shopId: Id,
  showId: Id.nullable(),
  buyerName: z.string(),
  units: z.int().min(1),
  firstTitle: z.string(),
  total: MinorUnits,
  refundedAmount: MinorUnits,
  currency: CurrencyCode,
  country: CountryCode,
  placedAt: Moment,
  paidAt: Moment.nullable(),
});
export type OrderSummary = z.infer<typeof OrderSummary>;

/** What events tell of an order; never an address. */
export const OrderFacts = z.object({
  orderId: Id,
  number: z.string(),
  shopId: Id,
  showId: Id.nullable(),
  buyerId: Id,
  state: OrderStage,
  paymentState: PaymentStage,
  reason: z.string().nullable(),
  currency: CurrencyCode,
  total: MinorUnits,
  refundedAmount: MinorUnits,
  lines: z.array(
    z.object({ saleId: Id, variantId: Id, title: z.string(), quantity: z.int().min(1), amount: MinorUnits }),
  ),
  queuePosition: z.int().min(1).nullable(),
});
export type OrderFacts = z.infer<typeof OrderFacts>;

/** A remark on an order or a refund. */
export const OrderNote = text(500);
