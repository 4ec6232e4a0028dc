import { z } from 'zod';
import { defineEndpoint } from '../../endpoint.ts';
import { Id, MinorUnits } from '../../values.ts';
import { OrderNote, RefundView } from './order-words.ts';

const order = z.object({ orderId: Id });

/** Where refunded units go: for sale again, to be looked at, or nowhere because the buyer keeps them. */
export const Restock = z.enum(['sale', 'returned', 'no']);
export type Restock = z.infer<typeof Restock>;

export const RefundRequest = z
  .object({
    /** Lines to give back; the amount is theirs unless `amount` says otherwise. */
    lines: z
      .array(z.object({ lineId: Id, quantity: z.int().min(1), restock: Restock.default('no') }))
      .max(100)
      .refine((lines) => new Set(lines.map((line) => line.lineId)).size === lines.length, {
        message: 'each line at most once',
      })
      .default([]),
    /** Minor units; left out with lines: what was paid for them; left out without: everything that is left. */
    amount: MinorUnits.min(1).optional(),
    /** With everything, also what shipping cost is given back; with lines only if this is set. */
    shipping: z.boolean().default(false),
    reason: z
      .enum(['requested_by_customer', 'damaged', 'not_received', 'out_of_stock', 'goodwill', 'other'])
      .default('requested_by_customer'),
    note: OrderNote.default(''),
  })
  .default({ lines: [], shipping: false, reason: 'requested_by_customer', note: '' });
export type RefundRequest = z.infer<typeof RefundRequest>;

export const refundOrderEndpoint = defineEndpoint({
  process: 'checkout',
  name: 'refundOrder',
  summary:
    'Gives money back: all that is left, an amount, or by line, with the goods put back on sale or not.',
  method: 'POST',
  path: '/v1/orders/:orderId/refunds',
  access: 'user',
  params: order,
  body: RefundRequest,
  idempotent: true,
  replies: { 201: RefundView },
  errors: [
    'order_not_found',
    'order_state',
    'refund_too_large',
    'order_line_not_found',
    'order_line_quantity',
    'refund_amount_not_chargeable',
  ],
});

export const listRefundsEndpoint = defineEndpoint({
  process: 'checkout',
  name: 'listRefunds',
  summary: 'Refunds of an order, oldest first.',
  method: 'GET',
  path: '/v1/orders/:orderId/refunds',
  access: 'user',
  params: order,
  replies: { 200: z.object({ items: z.array(RefundView) }) },
  errors: ['order_not_found'],
});
