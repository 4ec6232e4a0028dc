/** Places where a test may step in between two steps of a protocol. Empty, and so free of cost, outside of tests. */
export const failpoints = new Map<FailpointName, () => Promise<void> | void>();

export type FailpointName =
  | 'hold.claimed'
  | 'hold.storing'
  | 'hold.stored'
  | 'pin.pinned'
  | 'rebuild.locked'
  | 'rebuild.restored'
  | 'waitlist.entered'
  | 'stock.booked'
  | 'stock.taken'
  | 'settle.committed'
  | 'order.placed'
  | 'payment.made'
  | 'payment.seen'
  | 'commit.done'
  | 'capture.answered'
  | 'cancel.won'
  | 'cancel.voided'
  | 'sweep.seen';

/** Runs what a test put at `name`. */
export async function reach(name: FailpointName): Promise<void> {
  if (failpoints.size > 0) await failpoints.get(name)?.();
}
