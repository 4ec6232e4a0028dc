import type { OrderFacts } from '#contracts';
import type { Query } from '#bus';

/** What events say of an order, with the version that they say it at. */
export interface VersionedFacts {
  version: number;
  facts: OrderFacts;
}

/** The number that people see. */
export function orderNumber(number: number): string {
  return `SF-${number}`;
}

interface FactsRow extends Omit<OrderFacts, 'number' | 'queuePosition'> {
  number: number;
  version: number;
}

/** The facts of the orders with `orderIds`, as this transaction sees them. */
export async function readOrderFacts(
  query: Query,
  orderIds: readonly string[],
): Promise<Map<string, VersionedFacts>> {
  const rows = await query<FactsRow>(
    `SELECT o.id AS "orderId", o.number, o.version, o.shop_id AS "shopId", o.show_id AS "showId",
       o.buyer_id AS "buyerId", o.state, p.state AS "paymentState", o.reason, o.currency,
       o.total_amount AS total, p.refunded_amount AS "refundedAmount",
       (SELECT json_agg(json_build_object('saleId', l.sale_id, 'variantId', l.variant_id, 'title', l.title,
          'quantity', l.quantity, 'amount', l.amount) ORDER BY l.position)
        FROM order_lines l WHERE l.order_id = o.id) AS lines
     FROM orders o JOIN payments p ON p.order_id = o.id WHERE o.id = ANY($1::uuid[])`,
    [orderIds],
  );
  return new Map(
    rows.map(({ version, number, ...facts }) => [
      facts.orderId,
      { version, facts: { ...facts, number: orderNumber(number), queuePosition: null } },
    ]),
  );
}
