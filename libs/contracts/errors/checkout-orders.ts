import { defineErrors } from './define.ts';

/** Refusals around orders, payments, refunds, shipments and stock files. */
export const checkoutOrderErrors = defineErrors({
  order_not_found: { status: 404, title: 'There is no such order', retry: 'no' },
  order_state: { status: 409, title: 'The order is past the point where this is possible', retry: 'no' },
  order_being_paid: {
    status: 409,
    title: 'A payment for this order is under way; wait for its outcome',
    retry: 'later',
  },
  orders_saturated: { status: 503, title: 'Too many orders at this moment; try again', retry: 'later' },
  hold_in_order: { status: 409, title: 'A hold already belongs to an order', retry: 'no' },
  holds_of_several_shops: { status: 422, title: 'One order buys from one shop', retry: 'no' },
  holds_of_several_currencies: { status: 422, title: 'One order has one currency', retry: 'no' },
  currency_not_chargeable: { status: 422, title: 'This currency cannot be charged', retry: 'no' },
  shipping_not_offered: { status: 422, title: 'The shop does not ship there in this way', retry: 'no' },
  payments_away: { status: 503, title: 'The payment provider does not answer; try again', retry: 'same' },
  webhook_signature_wrong: { status: 400, title: 'The signature is not right, or too old', retry: 'no' },
  refund_too_large: {
    status: 422,
    title: 'More than what was paid and is left cannot be refunded',
    retry: 'no',
  },
  refund_amount_not_chargeable: {
    status: 422,
    title: 'The last digit of an amount in this currency must be 0',
    retry: 'no',
  },
  order_line_not_found: { status: 404, title: 'The order has no such line', retry: 'no' },
  order_line_quantity: { status: 422, title: 'More units than the line has left', retry: 'no' },
  csv_unreadable: {
    status: 422,
    title: 'The file cannot be read as CSV with the columns it needs',
    retry: 'no',
  },
  csv_faulty: { status: 422, title: 'Rows of the file are wrong; nothing was changed', retry: 'no' },
});
