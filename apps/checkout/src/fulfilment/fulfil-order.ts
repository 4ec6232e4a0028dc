import { createHash } from 'node:crypto';
import type { Pool } from 'pg';
import { inTransaction, type Query } from '#bus';
import { orderShipped } from '#contracts';
import { newId } from '#process';
import { changeOrders } from '../orders/change-orders.ts';

export interface Shipment {
  carrier: string;
  trackingNumber?: string | undefined;
  trackingUrl?: string | undefined;
  lines?: { lineId: string; quantity: number }[] | undefined;
}

export type FulfilResult = {
  code: 'shipped' | 'order_state' | 'order_line_not_found' | 'order_line_quantity' | 'idempotency_key_reused';
};

interface Line {
  lineId: string;
  /** Units that were neither shipped nor refunded. */
  left: number;
}

/** Records that goods of a paid order were handed to a carrier, all of them or some. */
export class FulfilOrder {
  private readonly pool: Pool;

  constructor(pool: Pool) {
    this.pool = pool;
  }

  fulfil(
    orderId: string,
    shipment: Shipment,
    idempotencyKey: string,
    actorId: string,
  ): Promise<FulfilResult> {
    const requestHash = createHash('sha256').update(JSON.stringify(shipment)).digest('base64url');
    return inTransaction(this.pool, async (query) => {
      // A refund or a cancel of the same order waits here, so that nothing is both given back and shipped.
      await query('SELECT 1 FROM payments WHERE order_id = $1 FOR UPDATE', [orderId]);
      const [earlier] = await query<{ requestHash: string }>(
        'SELECT request_hash AS "requestHash" FROM shipments WHERE order_id = $1 AND idempotency_key = $2',
        [orderId, idempotencyKey],
      );
      if (earlier)
        return { code: earlier.requestHash === requestHash ? 'shipped' : 'idempotency_key_reused' };
      const [order] = await query<{ state: string }>('SELECT state FROM orders WHERE id = $1', [orderId]);
      if (order?.state !== 'paid' && order?.state !== 'partially_shipped') return { code: 'order_state' };
      const left = await unshipped(query, orderId);
      const lines =
        shipment.lines ??
        left.filter((line) => line.left > 0).map((line) => ({ lineId: line.lineId, quantity: line.left }));
      const refusal = refusalOf(lines, left);
      if (refusal) return { code: refusal };
      await write(query, { orderId, shipment, lines, idempotencyKey, requestHash, actorId });
      const units = lines.reduce((sum, line) => sum + line.quantity, 0);
      const all = left.reduce((sum, line) => sum + line.left, 0) === units;
      await changeOrders(query, [
        {
          orderId,
          // A second part of several leaves the state as it is.
          ...(all
            ? { to: 'shipped' as const }
            : order.state === 'paid'
              ? { to: 'partially_shipped' as const }
              : {}),
          entry: {
            kind: all ? 'shipped' : 'partially_shipped',
            actor: 'merchant',
            actorId,
            data: { carrier: shipment.carrier, trackingNumber: shipment.trackingNumber ?? null, units },
          },
          event: orderShipped,
        },
      ]);
      return { code: 'shipped' };
    });
  }
}

function unshipped(query: Query, orderId: string): Promise<Line[]> {
  return query(
    `SELECT id AS "lineId", greatest(0, quantity - shipped_quantity - refunded_quantity) AS left
     FROM order_lines WHERE order_id = $1 ORDER BY position`,
    [orderId],
  );
}

function refusalOf(
  lines: { lineId: string; quantity: number }[],
  left: Line[],
): 'order_state' | 'order_line_not_found' | 'order_line_quantity' | undefined {
  if (lines.length === 0) return 'order_state';
  for (const { lineId, quantity } of lines) {
    const line = left.find((one) => one.lineId === lineId);
    if (!line) return 'order_line_not_found';
    if (quantity > line.left) return 'order_line_quantity';
  }
  return undefined;
}

async function write(
  query: Query,
  parts: {
    orderId: string;
    shipment: Shipment;
    lines: { lineId: string; quantity: number }[];
    idempotencyKey: string;
    requestHash: string;
    actorId: string;
  },
): Promise<void> {
  const { orderId, shipment, lines, idempotencyKey, requestHash, actorId } = parts;
  await query(
    `INSERT INTO shipments (id, order_id, idempotency_key, request_hash, carrier, tracking_number, tracking_url, lines,
       shipped_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [
      newId(),
      orderId,
      idempotencyKey,
      requestHash,
      shipment.carrier,
      shipment.trackingNumber ?? null,
      shipment.trackingUrl ?? null,
      JSON.stringify(lines),
      actorId,
    ],
  );
  await query(
    `UPDATE order_lines l SET shipped_quantity = shipped_quantity + s.quantity
     FROM unnest($1::uuid[], $2::integer[]) AS s (id, quantity) WHERE l.id = s.id`,
    [lines.map((line) => line.lineId), lines.map((line) => line.quantity)],
  );
}
