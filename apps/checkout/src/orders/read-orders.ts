import type { Query } from '#bus';
import type { OrderEntryView, OrderSummary, OrderView } from '#contracts';
import { placeInLine } from '../queue/queue-position.ts';
import { orderNumber } from './order-facts.ts';

/** Who looks: a buyer sees the secret that pays the order, a shop does not. */
export type Viewer = 'buyer' | 'shop';

type Json<T> = T;

interface OrderRow extends Omit<
  OrderView,
  'number' | 'placedAt' | 'paidAt' | 'serverTime' | 'refunds' | 'shipments' | 'payment'
> {
  number: number;
  placedAt: Date;
  paidAt: Date | null;
  payment: Omit<OrderView['payment'], 'payBy'>;
  payBy: Date;
  refunds: Json<
    (Omit<OrderView['refunds'][number], 'createdAt' | 'settledAt'> & {
      createdAt: string;
      settledAt: string | null;
    })[]
  >;
  shipments: Json<(Omit<OrderView['shipments'][number], 'shippedAt'> & { shippedAt: string })[]>;
}

const ORDER = `
SELECT o.id AS "orderId", o.number, o.version, o.state, o.reason, o.shop_id AS "shopId", o.show_id AS "showId",
  json_build_object('buyerId', o.buyer_id, 'name', o.buyer_name) AS buyer,
  json_build_object('currency', o.currency, 'items', o.items_amount, 'shipping', o.shipping_amount,
    'shippingSaved', o.shipping_saved, 'tax', o.tax_amount, 'taxRateBp', o.tax_rate_bp, 'taxIncluded', o.tax_included,
    'rounding', o.rounding_amount, 'total', o.total_amount) AS totals,
  o.address, o.shipping_method AS shipping, o.note, o.placed_at AS "placedAt", o.paid_at AS "paidAt",
  json_build_object('paymentId', p.id, 'state', p.state, 'amount', p.amount, 'capturedAmount', p.captured_amount,
    'refundedAmount', p.refunded_amount, 'disputed', p.disputed, 'failure', p.failure,
    'clientSecret', CASE WHEN p.decision = 'open' THEN p.client_secret END) AS payment,
  p.pay_by AS "payBy", ${placeInLine('p')} AS "queuePosition",
  (SELECT json_agg(json_build_object('lineId', l.id, 'saleId', l.sale_id, 'variantId', l.variant_id,
     'productId', l.product_id, 'title', l.title, 'sku', l.sku, 'options', l.options, 'quantity', l.quantity,
     'unitAmount', l.unit_amount, 'amount', l.amount, 'shippedQuantity', l.shipped_quantity,
     'refundedQuantity', l.refunded_quantity, 'refundedAmount', l.refunded_amount) ORDER BY l.position)
   FROM order_lines l WHERE l.order_id = o.id) AS lines,
  coalesce((SELECT json_agg(json_build_object('refundId', r.id, 'orderId', r.order_id, 'amount', r.amount,
     'currency', r.currency, 'state', r.state, 'reason', r.reason, 'note', r.note, 'lines', r.lines,
     'createdAt', r.created_at, 'settledAt', r.settled_at, 'failure', r.failure) ORDER BY r.id)
   FROM refunds r WHERE r.order_id = o.id), '[]') AS refunds,
  coalesce((SELECT json_agg(json_build_object('shipmentId', s.id, 'orderId', s.order_id, 'carrier', s.carrier,
     'trackingNumber', s.tracking_number, 'trackingUrl', s.tracking_url, 'lines', s.lines,
     'shippedAt', s.shipped_at) ORDER BY s.id)
   FROM shipments s WHERE s.order_id = o.id), '[]') AS shipments
FROM orders o JOIN payments p ON p.order_id = o.id WHERE o.id = ANY($1::uuid[])`;

const moment = (text: string): string => new Date(text).toISOString();

/** The orders with `orderIds` as their buyers see them, by id; those that there are not are left out. */
export async function readOrders(query: Query, orderIds: readonly string[]): Promise<Map<string, OrderView>> {
  const rows = await query<OrderRow>(ORDER, [orderIds]);
  return new Map(rows.map((row) => [row.orderId, viewOf(row)]));
}

/** What `viewer` sees of an order. */
export function asSeenBy(order: OrderView, viewer: Viewer): OrderView {
  return viewer === 'buyer' ? order : { ...order, payment: { ...order.payment, clientSecret: null } };
}

function viewOf({ payBy, payment, ...row }: OrderRow): OrderView {
  return {
    ...row,
    number: orderNumber(row.number),
    placedAt: row.placedAt.toISOString(),
    paidAt: row.paidAt?.toISOString() ?? null,
    payment: { ...payment, payBy: payBy.toISOString() },
    refunds: row.refunds.map((refund) => ({
      ...refund,
      createdAt: moment(refund.createdAt),
      settledAt: refund.settledAt ? moment(refund.settledAt) : null,
    })),
    shipments: row.shipments.map((shipment) => ({ ...shipment, shippedAt: moment(shipment.shippedAt) })),
    serverTime: new Date().toISOString(),
  };
}

/** Whose an order is; undefined when there is none. */
export async function readOwners(
  query: Query,
  orderId: string,
): Promise<{ buyerId: string; shopId: string; paymentId: string } | undefined> {
  const [row] = await query<{ buyerId: string; shopId: string; paymentId: string }>(
    `SELECT o.buyer_id AS "buyerId", o.shop_id AS "shopId", p.id AS "paymentId"
     FROM orders o JOIN payments p ON p.order_id = o.id WHERE o.id = $1`,
    [orderId],
  );
  return row;
}

export interface OrderFilter {
  buyerId?: string | undefined;
  shopId?: string | undefined;
  showId?: string | undefined;
  states?: string[] | undefined;
  search?: string | undefined;
  from?: string | undefined;
  to?: string | undefined;
  limit: number;
  cursor?: string | undefined;
}

type SummaryRow = Omit<OrderSummary, 'number' | 'placedAt' | 'paidAt'> & {
  number: number;
  placedAt: Date;
  paidAt: Date | null;
};

/** A page of orders, latest first; the cursor is the last order's id. */
export async function listOrders(
  query: Query,
  filter: OrderFilter,
): Promise<{ items: OrderSummary[]; nextCursor: string | null }> {
  const params: unknown[] = [];
  const where: string[] = [];
  const add = (sql: (place: string) => string, value: unknown): void => {
    if (value === undefined) return;
    params.push(value);
    where.push(sql(`$${params.length}`));
  };
  add((p) => `o.buyer_id = ${p}::uuid`, filter.buyerId);
  add((p) => `o.shop_id = ${p}::uuid`, filter.shopId);
  add((p) => `o.show_id = ${p}::uuid`, filter.showId);
  add((p) => `o.state = ANY(${p}::text[])`, filter.states);
  add((p) => `o.placed_at >= ${p}::timestamptz`, filter.from);
  add((p) => `o.placed_at < ${p}::timestamptz`, filter.to);
  add((p) => `o.id < ${p}::uuid`, isUuid(filter.cursor) ? filter.cursor : undefined);
  add(
    (p) => `(o.search LIKE ${p} OR 'sf-' || o.number LIKE ${p})`,
    filter.search && likePattern(filter.search),
  );
  const rows = await query<SummaryRow>(
    `SELECT o.id AS "orderId", o.number, o.state, p.state AS "paymentState", o.shop_id AS "shopId",
       o.show_id AS "showId", o.buyer_name AS "buyerName", l.units, l.title AS "firstTitle", o.total_amount AS total,
       p.refunded_amount AS "refundedAmount", o.currency, o.country, o.placed_at AS "placedAt", o.paid_at AS "paidAt"
     FROM orders o JOIN payments p ON p.order_id = o.id
       JOIN LATERAL (SELECT sum(quantity)::integer AS units, (array_agg(title ORDER BY position))[1] AS title
         FROM order_lines WHERE order_id = o.id) l ON true
     WHERE ${where.join(' AND ')} ORDER BY o.id DESC LIMIT ${filter.limit + 1}`,
    params,
  );
  const items = rows.slice(0, filter.limit).map((row) => ({
    ...row,
    number: orderNumber(row.number),
    placedAt: row.placedAt.toISOString(),
    paidAt: row.paidAt?.toISOString() ?? null,
  }));
  return { items, nextCursor: rows.length > filter.limit ? (items.at(-1)?.orderId ?? null) : null };
}

/** What happened to an order, oldest first. */
export async function readTimeline(query: Query, orderId: string): Promise<OrderEntryView[]> {
  const rows = await query<Omit<OrderEntryView, 'at'> & { at: Date }>(
    `SELECT id AS "entryId", at, kind, actor, actor_id AS "actorId", data FROM order_entries
     WHERE order_id = $1 ORDER BY id LIMIT 500`,
    [orderId],
  );
  return rows.map((row) => ({ ...row, at: row.at.toISOString() }));
}

/** `text` anywhere; what LIKE takes for wildcards is meant literally. */
function likePattern(text: string): string {
  return `%${text.toLowerCase().replaceAll(/[\\%_]/g, '\\$&')}%`;
}

/** A cursor that is none of ours begins at the beginning. */
function isUuid(text: string | undefined): boolean {
  return text !== undefined && /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i.test(text);
}
