import type { OrderFacts } from '#contracts';

/** What events say of an order, with the version that they say it at. */
export interface VersionedFacts {
  version: number;
  facts: OrderFacts;
}

/** The number that people see. */
export function orderNumber(number: number): string {
  return `SF-${number}`;
}

/** `FACTS_COLUMNS` as they come. */
export interface FactsRow extends Omit<OrderFacts, 'number' | 'queuePosition'> {
  number: number;
  version: number;
}

/** Columns of `FactsRow` from `orders o JOIN payments p`. */
export const FACTS_COLUMNS = `o.id AS "orderId", o.number, o.version, o.shop_id AS "shopId", o.show_id AS "showId",
  o.buyer_id AS "buyerId", o.state, p.state AS "paymentState", o.reason, o.currency, o.total_amount AS total,
  p.refunded_amount AS "refundedAmount",
  (SELECT json_agg(json_build_object('saleId', l.sale_id, 'variantId', l.variant_id, 'title', l.title,
     'quantity', l.quantity, 'amount', l.amount) ORDER BY l.position)
   FROM order_lines l WHERE l.order_id = o.id) AS lines`;

/** The facts in `rows`, by their orders. */
export function factsOf(rows: readonly FactsRow[]): Map<string, VersionedFacts> {
  return new Map(
    rows.map(({ version, number, ...facts }) => [
      facts.orderId,
      { version, facts: { ...facts, number: orderNumber(number), queuePosition: null } },
    ]),
  );
}
