import { OrderFacts } from '../http/checkout/order-words.ts';
import { defineEvent } from './define.ts';

const order = {
  context: 'checkout',
  aggregate: 'order',
  publisher: 'checkout',
  consumers: ['chat'],
  data: OrderFacts,
} as const;

export const orderPlaced = defineEvent({
  ...order,
  name: 'order_placed',
  doc: 'Holds became an order; it waits for its payment.',
});

export const orderPayable = defineEvent({
  ...order,
  name: 'order_payable',
  doc: 'The payment of an order that stood in line is set up: the buyer can pay now.',
});

export const orderMovedUp = defineEvent({
  ...order,
  name: 'order_moved_up',
  doc: 'An order that stands in line got nearer to its head; `queuePosition` says how near.',
});

export const orderPaymentChanged = defineEvent({
  ...order,
  name: 'order_payment_changed',
  doc: 'A payment was refused, waits for its buyer, or is being processed; the order still waits.',
});

export const orderCommitted = defineEvent({
  ...order,
  name: 'order_committed',
  doc: 'The goods are sold to this buyer; the money is being taken.',
});

export const orderPaid = defineEvent({
  ...order,
  name: 'order_paid',
  doc: 'The money was taken.',
});

export const orderPaymentFailed = defineEvent({
  ...order,
  name: 'order_payment_failed',
  doc: 'An authorised payment could not be taken; the goods went back.',
});

export const orderExpired = defineEvent({
  ...order,
  name: 'order_expired',
  doc: 'The payment did not come in time; the goods went back.',
});

export const orderCancelled = defineEvent({
  ...order,
  name: 'order_cancelled',
  doc: 'An order was called off; what was paid is refunded.',
});

export const orderShipped = defineEvent({
  ...order,
  name: 'order_shipped',
  doc: 'Goods of an order, or the rest of them, were handed to a carrier.',
});

export const orderRefunded = defineEvent({
  ...order,
  name: 'order_refunded',
  doc: 'Money of an order is on its way back, or a refund of it failed.',
});

export const orderDisputed = defineEvent({
  ...order,
  name: 'order_disputed',
  doc: "The buyer's bank disputes the payment, or a dispute ended.",
});
