import { stateMachine, type StateMachine } from './state-table.ts';

/** Where an order stands. Money given back is told by its payment, not here. */
export type OrderState =
  | 'placed'
  | 'committed'
  | 'paid'
  | 'partially_shipped'
  | 'shipped'
  | 'payment_failed'
  | 'expired'
  | 'cancelled';

/**
 * `placed`: the goods are pinned, money is awaited. `committed`: the goods are sold, the capture runs. `expired`: time
 * ran out before the money came; money that comes later makes it `committed` if the goods are still to be had.
 */
export const orderStates: StateMachine<OrderState> = stateMachine<OrderState>('order', 'placed', {
  placed: ['committed', 'expired', 'cancelled'],
  committed: ['paid', 'payment_failed'],
  paid: ['partially_shipped', 'shipped', 'cancelled'],
  partially_shipped: ['shipped'],
  shipped: [],
  expired: ['committed'],
  payment_failed: [],
  cancelled: ['committed'],
});
