import { stateMachine, type StateMachine } from './state-table.ts';

/** Where a payment stands, as far as we know from the provider. */
export type PaymentState =
  | 'created'
  | 'requires_action'
  | 'processing'
  | 'authorized'
  | 'captured'
  | 'partially_refunded'
  | 'refunded'
  | 'failed'
  | 'voided'
  | 'disputed';

/** States after which the provider changes nothing by itself that decides about the goods. */
const SETTLED: readonly PaymentState[] = ['captured', 'partially_refunded', 'refunded', 'disputed', 'voided'];

/**
 * A payment's way. `failed` means that the last attempt was refused: the same payment may be tried again with another
 * card. A refund that the buyer's bank sends back leads from `refunded` to an earlier state; a dispute that is won,
 * out of `disputed`.
 */
export const paymentStates: StateMachine<PaymentState> = stateMachine<PaymentState>(
  'payment',
  'created',
  {
    created: ['requires_action', 'processing', 'authorized', 'captured', 'failed', 'voided'],
    requires_action: ['created', 'processing', 'authorized', 'captured', 'failed', 'voided'],
    processing: ['requires_action', 'authorized', 'captured', 'failed', 'voided'],
    failed: ['created', 'requires_action', 'processing', 'authorized', 'captured', 'voided'],
    authorized: ['captured', 'voided'],
    captured: ['partially_refunded', 'refunded', 'disputed'],
    partially_refunded: ['captured', 'refunded', 'disputed'],
    refunded: ['partially_refunded', 'captured', 'disputed'],
    disputed: ['captured', 'partially_refunded', 'refunded'],
    voided: [],
  },
  SETTLED,
);

/** Whether money was taken or will certainly never be. */
export function isSettled(state: PaymentState): boolean {
  return SETTLED.includes(state);
}

/** Who won between selling and cancelling; the column that a compare-and-set decides. */
export type PaymentDecision = 'open' | 'committing' | 'committed' | 'reversed' | 'cancelling' | 'cancelled';

/**
 * `open` until somebody wins. `committing`: the goods are sold, the money not yet taken. `committed`: both.
 * `reversed`: the capture failed for good and the goods went back. `cancelled`: the provider said that no money will
 * come. A cancel that comes too late turns `cancelling` into `committing`; money that arrives after `cancelled` makes
 * it `committing` again if the goods are still to be had.
 */
export const paymentDecisions: StateMachine<PaymentDecision> = stateMachine<PaymentDecision>(
  'payment decision',
  'open',
  {
    open: ['committing', 'cancelling'],
    committing: ['committed', 'reversed'],
    committed: [],
    reversed: [],
    cancelling: ['committing', 'cancelled'],
    cancelled: ['committing'],
  },
);
