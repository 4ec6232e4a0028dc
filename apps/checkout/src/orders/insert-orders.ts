import type { Query } from '#bus';
import { orderPlaced, type Address } from '#contracts';
import { newId } from '#process';
import { tellOrders } from './change-orders.ts';
import type { PricedOrder } from './price-order.ts';

/** An order ready to be written. */
export interface OrderDraft {
  orderId: string;
  paymentId: string;
  idempotencyKey: string;
  requestHash: string;
  buyerId: string;
  buyerName: string;
  showId: string | null;
  address: Address;
  shipping: string;
  note: string;
  priced: PricedOrder;
  provider: string;
  capture: 'manual' | 'automatic';
  payBy: Date;
  /** Until then the request itself sets the payment up; after it, or at once in line, a worker does. */
  setUpBy: Date;
}

/**
 * Writes orders with their lines, payments, first timeline entries, set-up jobs and events. Gives the numbers of the
 * orders by their ids.
 */
export async function insertOrders(
  query: Query,
  drafts: readonly OrderDraft[],
): Promise<Map<string, number>> {
  const numbers = await insertOrderRows(query, drafts);
  await insertLines(query, drafts);
  await insertPayments(query, drafts);
  await tellOrders(
    query,
    drafts.map((draft) => ({
      orderId: draft.orderId,
      entry: {
        kind: 'placed',
        actor: 'buyer',
        actorId: draft.buyerId,
        data: { total: draft.priced.totals.total },
      },
      event: orderPlaced,
    })),
  );
  return numbers;
}

async function insertOrderRows(query: Query, drafts: readonly OrderDraft[]): Promise<Map<string, number>> {
  const totals = drafts.map((draft) => draft.priced.totals);
  const rows = await query<{ id: string; number: number }>(
    `INSERT INTO orders (id, idempotency_key, request_hash, buyer_id, buyer_name, shop_id, show_id, currency,
       items_amount, shipping_amount, shipping_saved, tax_amount, tax_rate_bp, tax_included, rounding_amount,
       total_amount, platform_fee, address, country, shipping_method, note, search)
     SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::uuid[], $5::text[], $6::uuid[], $7::uuid[],
       $8::text[], $9::bigint[], $10::bigint[], $11::bigint[], $12::bigint[], $13::integer[], $14::boolean[],
       $15::integer[], $16::bigint[], $17::bigint[], $18::jsonb[], $19::text[], $20::text[], $21::text[], $22::text[])
     RETURNING id, number`,
    [
      drafts.map((draft) => draft.orderId),
      drafts.map((draft) => draft.idempotencyKey),
      drafts.map((draft) => draft.requestHash),
      drafts.map((draft) => draft.buyerId),
      drafts.map((draft) => draft.buyerName),
      drafts.map((draft) => draft.priced.shopId),
      drafts.map((draft) => draft.showId),
      totals.map((total) => total.currency),
      totals.map((total) => total.items),
      totals.map((total) => total.shipping),
      totals.map((total) => total.shippingSaved),
      totals.map((total) => total.tax),
      totals.map((total) => total.taxRateBp),
      totals.map((total) => total.taxIncluded),
      totals.map((total) => total.rounding),
      totals.map((total) => total.total),
      drafts.map((draft) => draft.priced.platformFee),
      drafts.map((draft) => JSON.stringify(draft.address)),
      drafts.map((draft) => draft.address.country),
      drafts.map((draft) => draft.shipping),
      drafts.map((draft) => draft.note),
      drafts.map(searchText),
    ],
  );
  return new Map(rows.map((row) => [row.id, row.number]));
}

async function insertLines(query: Query, drafts: readonly OrderDraft[]): Promise<void> {
  const lines = drafts.flatMap((draft) =>
    draft.priced.lines.map((line, position) => ({ draft, line, position })),
  );
  await query(
    `INSERT INTO order_lines (id, order_id, position, buyer_id, hold_id, sale_id, variant_id, product_id, title, sku,
       options, quantity, unit_amount, price_version, amount)
     SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::smallint[], $4::uuid[], $5::uuid[], $6::uuid[], $7::uuid[],
       $8::uuid[], $9::text[], $10::text[], $11::jsonb[], $12::integer[], $13::bigint[], $14::integer[], $15::bigint[])`,
    [
      lines.map(() => newId()),
      lines.map(({ draft }) => draft.orderId),
      lines.map(({ position }) => position),
      lines.map(({ draft }) => draft.buyerId),
      lines.map(({ line }) => line.holdId),
      lines.map(({ line }) => line.saleId),
      lines.map(({ line }) => line.variantId),
      lines.map(({ line }) => line.productId),
      lines.map(({ line }) => line.title),
      lines.map(({ line }) => line.sku),
      lines.map(({ line }) => JSON.stringify(line.options)),
      lines.map(({ line }) => line.quantity),
      lines.map(({ line }) => line.unitAmount),
      lines.map(({ line }) => line.priceVersion),
      lines.map(({ line }) => line.amount),
    ],
  );
}

async function insertPayments(query: Query, drafts: readonly OrderDraft[]): Promise<void> {
  await query(
    `WITH made AS (
       INSERT INTO payments (id, order_id, provider, capture, amount, currency, pay_by, check_at)
       SELECT p.*, p.pay_by FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::bigint[], $6::text[],
         $7::timestamptz[]) AS p (id, order_id, provider, capture, amount, currency, pay_by)
     )
     INSERT INTO payment_jobs (kind, subject_id, run_at)
     SELECT 'set_up', * FROM unnest($1::uuid[], $8::timestamptz[])`,
    [
      drafts.map((draft) => draft.paymentId),
      drafts.map((draft) => draft.orderId),
      drafts.map((draft) => draft.provider),
      drafts.map((draft) => draft.capture),
      drafts.map((draft) => draft.priced.totals.total),
      drafts.map((draft) => draft.priced.totals.currency),
      drafts.map((draft) => draft.payBy),
      drafts.map((draft) => draft.setUpBy),
    ],
  );
}

/** What the shop's search looks at, besides the number. */
function searchText(draft: OrderDraft): string {
  const { name, email, city } = draft.address;
  const goods = draft.priced.lines.flatMap((line) => [line.title, line.sku ?? '']);
  return [draft.buyerName, name, email ?? '', city, ...goods].join(' ').toLowerCase();
}
