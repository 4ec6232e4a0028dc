import type { Query } from '#bus';
import { orderRefunded, type RefundView } from '#contracts';
import { newId } from '#process';
import { changeOrders, type NewEntry } from '../orders/change-orders.ts';

export interface RefundDraft {
  orderId: string;
  paymentId: string;
  idempotencyKey: string;
  requestHash: string;
  amount: number;
  currency: string;
  reason: RefundView['reason'];
  note: string;
  lines: RefundView['lines'];
  requestedBy: string | null;
  entry: Omit<NewEntry, 'kind'>;
}

/**
 * Writes a refund and the job that makes it, and reserves its amount on the payment, so that refunds together can
 * never pass what was captured: a CHECK on the payment's row stands behind that. Gives its id, or `too_large`, or
 * the refund that the same key made before.
 */
export async function requestRefund(
  query: Query,
  draft: RefundDraft,
): Promise<
  | { code: 'made'; refundId: string }
  | { code: 'too_large' }
  | { code: 'repeat'; refundId: string; requestHash: string }
> {
  const [locked] = await query<{ left: number }>(
    'SELECT captured_amount - refunded_amount AS left FROM payments WHERE id = $1 FOR UPDATE',
    [draft.paymentId],
  );
  const [earlier] = await query<{ refundId: string; requestHash: string }>(
    'SELECT id AS "refundId", request_hash AS "requestHash" FROM refunds WHERE order_id = $1 AND idempotency_key = $2',
    [draft.orderId, draft.idempotencyKey],
  );
  if (earlier) return { code: 'repeat', ...earlier };
  if (!locked || draft.amount < 1 || draft.amount > locked.left) return { code: 'too_large' };
  const refundId = newId();
  await writeRefund(query, refundId, draft);
  await changeOrders(query, [
    {
      orderId: draft.orderId,
      entry: {
        ...draft.entry,
        kind: 'refund_requested',
        data: { refundId, amount: draft.amount, reason: draft.reason },
      },
      event: orderRefunded,
    },
  ]);
  return { code: 'made', refundId };
}

async function writeRefund(query: Query, refundId: string, draft: RefundDraft): Promise<void> {
  await query(
    `WITH paid AS (
       UPDATE payments SET refunded_amount = refunded_amount + $5 WHERE id = $3
     ), job AS (
       INSERT INTO payment_jobs (kind, subject_id) VALUES ('refund', $1)
     )
     INSERT INTO refunds (id, order_id, payment_id, idempotency_key, amount, currency, reason, note, lines,
       requested_by, request_hash)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
    [
      refundId,
      draft.orderId,
      draft.paymentId,
      draft.idempotencyKey,
      draft.amount,
      draft.currency,
      draft.reason,
      draft.note,
      JSON.stringify(draft.lines),
      draft.requestedBy,
      draft.requestHash,
    ],
  );
  await query(
    `UPDATE order_lines l SET refunded_quantity = refunded_quantity + r.quantity,
       refunded_amount = refunded_amount + r.amount
     FROM jsonb_to_recordset($1::jsonb) AS r ("lineId" uuid, quantity integer, amount bigint) WHERE l.id = r."lineId"`,
    [JSON.stringify(draft.lines)],
  );
}
