import { defineErrors } from './define.ts';

/** Refusals of apps/checkout about sales, holds and stock. */
export const checkoutHoldErrors = defineErrors({
  sold_out: { status: 409, title: 'Sold out', retry: 'no' },
  limit_reached: { status: 409, title: 'That is more than one buyer may have in this sale', retry: 'no' },
  sale_not_found: { status: 404, title: 'There is no such sale', retry: 'no' },
  sale_not_open: { status: 409, title: 'The sale has not begun', retry: 'later' },
  sale_closed: { status: 409, title: 'The sale is over', retry: 'no' },
  sale_paused: { status: 503, title: 'The sale is paused for a moment; nothing is lost', retry: 'later' },
  sale_state: { status: 409, title: "The sale's state does not allow this", retry: 'no' },
  variant_not_in_sale: { status: 422, title: 'This variant is not sold in this sale', retry: 'no' },
  hold_not_found: { status: 404, title: 'There is no such hold', retry: 'no' },
  hold_ended: { status: 409, title: 'This hold has ended; a new try needs a new id', retry: 'no' },
  hold_paying: { status: 409, title: 'This hold is being paid; cancel its order instead', retry: 'no' },
  hold_id_reused: { status: 422, title: 'This hold id was used for something else', retry: 'no' },
  hold_not_stored: {
    status: 503,
    title: 'The hold could not be stored and was given back; try again with a new id',
    retry: 'later',
  },
  not_enough_stock: { status: 409, title: 'There are not that many units there', retry: 'no' },
  waitlist_not_needed: { status: 409, title: 'There are units to buy; no need to wait', retry: 'no' },
  waitlist_closed: { status: 409, title: 'No unit can come back any more', retry: 'no' },
  waitlist_entry_not_found: { status: 404, title: 'You are not on this waitlist', retry: 'no' },
  command_id_reused: { status: 422, title: 'This command id was used for another command', retry: 'no' },
});
