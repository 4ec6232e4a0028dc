import { createHash } from 'node:crypto';
import type { Pool } from 'pg';
import { inTransaction, type Query } from '#bus';
import type { RefundRequest, RefundView } from '#contracts';
import { chargeStep, splitAmount } from '#payments';
import { newId } from '#process';
import type { FollowUp, SettleHolds } from '../holds/settle-holds.ts';
import { requestRefund } from './request-refund.ts';

export type RefundOrderResult =
  | { code: 'requested'; refundId: string }
  | {
      code:
        | 'order_state'
        | 'refund_too_large'
        | 'order_line_not_found'
        | 'order_line_quantity'
        | 'refund_amount_not_chargeable'
        | 'idempotency_key_reused';
    };

interface Line {
  lineId: string;
  saleId: string;
  variantId: string;
  quantity: number;
  refundedQuantity: number;
  refundedAmount: number;
  amount: number;
}

interface Order {
  orderId: string;
  paymentId: string;
  buyerId: string;
  currency: string;
  captured: number;
  refunded: number;
  items: number;
  shipping: number;
  tax: number;
  taxIncluded: boolean;
}

/** Gives a buyer money back, and the goods to the shelf where that is asked for. */
export class RefundOrder {
  private readonly pool: Pool;
  private readonly settle: SettleHolds;

  constructor(pool: Pool, settle: SettleHolds) {
    this.pool = pool;
    this.settle = settle;
  }

  async refund(
    orderId: string,
    request: RefundRequest,
    idempotencyKey: string,
    requestedBy: string,
  ): Promise<RefundOrderResult> {
    const outcome = await inTransaction(this.pool, async (query) => {
      const order = await lockOrder(query, orderId);
      if (!order || order.captured === 0) return { result: { code: 'order_state' as const }, after: [] };
      const lines = await readLines(query, orderId);
      const wanted = linesOf(request, lines);
      if ('code' in wanted) return { result: wanted, after: [] };
      const amount = amountOf(request, order, wanted.lines);
      if (amount % chargeStep(order.currency) !== 0) {
        return { result: { code: 'refund_amount_not_chargeable' as const }, after: [] };
      }
      const requestHash = hashOf(request);
      const made = await requestRefund(query, {
        orderId,
        paymentId: order.paymentId,
        idempotencyKey,
        requestHash,
        amount,
        currency: order.currency,
        reason: request.reason,
        note: request.note,
        lines: amountsPerLine(wanted.lines, amount, order.currency),
        requestedBy,
        entry: { actor: 'merchant', actorId: requestedBy },
      });
      if (made.code === 'too_large') return { result: { code: 'refund_too_large' as const }, after: [] };
      if (made.code === 'repeat') {
        const same = made.requestHash === requestHash;
        return {
          result: same
            ? { code: 'requested' as const, refundId: made.refundId }
            : { code: 'idempotency_key_reused' as const },
          after: [],
        };
      }
      const after = await this.restock(query, order, wanted.lines);
      return { result: { code: 'requested' as const, refundId: made.refundId }, after };
    });
    await this.settle.follow(outcome.after);
    return outcome.result;
  }

  private async restock(query: Query, order: Order, lines: WantedLine[]): Promise<FollowUp[]> {
    const steps: FollowUp[] = [];
    const back = lines.filter((line) => line.restock !== 'no').toSorted(bySaleAndVariant);
    for (const [key, group] of Map.groupBy(back, (line) => `${line.saleId} ${line.restock}`)) {
      const [saleId = '', to] = key.split(' ');
      const reversal = {
        eventId: newId(),
        saleId,
        buyerId: order.buyerId,
        lines: group.map(({ variantId, units }) => ({ variantId, quantity: units })),
        to: to === 'sale' ? ('sale' as const) : ('returned' as const),
        reason: 'refunded',
      };
      steps.push(...(await this.settle.reverseSold(query, reversal)));
    }
    return steps;
  }
}

interface WantedLine extends Line {
  units: number;
  restock: 'sale' | 'returned' | 'no';
}

async function lockOrder(query: Query, orderId: string): Promise<Order | undefined> {
  const [order] = await query<Order>(
    `SELECT o.id AS "orderId", p.id AS "paymentId", o.buyer_id AS "buyerId", o.currency, p.captured_amount AS captured,
       p.refunded_amount AS refunded, o.items_amount AS items, o.shipping_amount AS shipping, o.tax_amount AS tax,
       o.tax_included AS "taxIncluded"
     FROM payments p JOIN orders o ON o.id = p.order_id WHERE o.id = $1 FOR UPDATE OF p`,
    [orderId],
  );
  return order;
}

function readLines(query: Query, orderId: string): Promise<Line[]> {
  return query(
    `SELECT id AS "lineId", sale_id AS "saleId", variant_id AS "variantId", quantity,
       refunded_quantity AS "refundedQuantity", refunded_amount AS "refundedAmount", amount
     FROM order_lines WHERE order_id = $1 ORDER BY position`,
    [orderId],
  );
}

function linesOf(
  request: RefundRequest,
  lines: Line[],
): { lines: WantedLine[] } | { code: 'order_line_not_found' | 'order_line_quantity' } {
  const wanted: WantedLine[] = [];
  for (const { lineId, quantity, restock } of request.lines) {
    const line = lines.find((one) => one.lineId === lineId);
    if (!line) return { code: 'order_line_not_found' };
    if (quantity > line.quantity - line.refundedQuantity) return { code: 'order_line_quantity' };
    wanted.push({ ...line, units: quantity, restock });
  }
  return { lines: wanted };
}

/** What is asked for; without an amount what was paid for the lines with their tax, or everything that is left. */
function amountOf(request: RefundRequest, order: Order, lines: WantedLine[]): number {
  if (request.amount !== undefined) return request.amount;
  const left = order.captured - order.refunded;
  if (lines.length === 0) return left;
  const goods = lines.reduce((sum, line) => sum + partOf(line.amount, line.units, line.quantity), 0);
  const shipping = request.shipping ? order.shipping : 0;
  const base = order.items + order.shipping;
  const tax = order.taxIncluded || base === 0 ? 0 : partOf(order.tax, goods + shipping, base);
  const step = chargeStep(order.currency);
  return Math.min(left, Math.floor((goods + shipping + tax) / step) * step);
}

function amountsPerLine(lines: WantedLine[], amount: number, currency: string): RefundView['lines'] {
  const weights = lines.map((line) => partOf(line.amount, line.units, line.quantity));
  const parts = splitAmount(amount, weights, currency);
  return lines.map(({ lineId, units, restock }, index) => ({
    lineId,
    restock,
    quantity: units,
    amount: parts[index] ?? 0,
  }));
}

/** `part` of `whole` units of `amount`, down to whole minor units. */
function partOf(amount: number, part: number, whole: number): number {
  return Number((BigInt(amount) * BigInt(part)) / BigInt(whole));
}

function bySaleAndVariant(a: Line, b: Line): number {
  return a.saleId.localeCompare(b.saleId) || a.variantId.localeCompare(b.variantId);
}

function hashOf(request: RefundRequest): string {
  return createHash('sha256').update(JSON.stringify(request)).digest('base64url');
}
