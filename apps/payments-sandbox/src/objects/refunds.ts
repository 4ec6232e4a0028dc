import { invalidRequest } from '../api/api-error.ts';
import type { Changes } from './changes.ts';
import { newObjectId } from './object-ids.ts';
import { behaviourOf } from './payment-methods.ts';
import type { Charge, Dispute, Metadata, PaymentMethod, Refund } from './shapes.ts';

/** How long an asynchronous refund stays pending. */
const PENDING_REFUND_S = 5;

/** How long a merchant has to answer a dispute. */
const EVIDENCE_DUE_S = 9 * 86_400;

export interface RefundInput {
  amount: number | undefined;
  reason: string | null;
  metadata: Metadata;
}

/** Gives captured money back; never more than is left of it. */
export function makeRefund(
  changes: Changes,
  charge: Charge,
  method: PaymentMethod,
  input: RefundInput,
): Refund {
  const left = charge.amount_captured - refundedOf(charge);
  const amount = input.amount ?? left;
  if (!charge.captured) {
    throw invalidRequest(`Charge ${charge.id} has not been captured; cancel its PaymentIntent instead.`, {
      code: 'charge_not_refundable',
    });
  }
  if (left === 0) {
    throw invalidRequest(`Charge ${charge.id} has already been refunded.`, {
      code: 'charge_already_refunded',
    });
  }
  if (amount > left) {
    throw invalidRequest(`Refund amount (${amount}) is greater than unrefunded amount on charge (${left})`, {
      param: 'amount',
    });
  }
  const later = behaviourOf(method).refund;
  const refund = changes.save<Refund>({
    id: newObjectId('re'),
    object: 'refund',
    amount,
    balance_transaction: newObjectId('txn'),
    charge: charge.id,
    created: changes.nowS,
    currency: charge.currency,
    livemode: false,
    metadata: input.metadata,
    payment_intent: charge.payment_intent,
    reason: input.reason,
    receipt_number: null,
    status: later ? 'pending' : 'succeeded',
  });
  const refunded = changes.save(withRefunded(charge, amount));
  changes.emit('refund.created', refund);
  changes.emit('charge.refunded', refunded);
  if (later) changes.schedule('settle_refund', refund.id, PENDING_REFUND_S);
  return refund;
}

/** The bank of a pending refund answers. */
export function settleRefund(
  changes: Changes,
  refund: Refund,
  charge: Charge,
  method: PaymentMethod,
): Refund {
  if (refund.status !== 'pending') return refund;
  if (behaviourOf(method).refund !== 'fails_later') {
    const done = changes.save({ ...refund, status: 'succeeded' as const });
    changes.emit('refund.updated', done, { status: 'pending' });
    return done;
  }
  const failed = changes.save({
    ...refund,
    status: 'failed' as const,
    failure_reason: 'expired_or_canceled_card',
  });
  changes.save(withRefunded(charge, -refund.amount));
  changes.emit('refund.failed', failed, { status: 'pending' });
  changes.emit('refund.updated', failed, { status: 'pending' });
  return failed;
}

/** The buyer asks their bank for the money back. */
export function openDispute(changes: Changes, charge: Charge, reason: string): Dispute | undefined {
  if (charge.disputed) return undefined;
  changes.save({ ...charge, disputed: true });
  const dispute = changes.save<Dispute>({
    id: newObjectId('du'),
    object: 'dispute',
    amount: charge.amount_captured,
    balance_transactions: [],
    charge: charge.id,
    created: changes.nowS,
    currency: charge.currency,
    evidence: {},
    evidence_details: {
      due_by: changes.nowS + EVIDENCE_DUE_S,
      has_evidence: false,
      past_due: false,
      submission_count: 0,
    },
    is_charge_refundable: false,
    livemode: false,
    metadata: {},
    payment_intent: charge.payment_intent,
    reason,
    status: 'needs_response',
  });
  changes.emit('charge.dispute.created', dispute);
  changes.emit('charge.dispute.funds_withdrawn', dispute);
  return dispute;
}

/** The bank decides a dispute. */
export function closeDispute(changes: Changes, dispute: Dispute, verdict: 'won' | 'lost'): Dispute {
  if (dispute.status === 'won' || dispute.status === 'lost') {
    throw invalidRequest('This dispute is already closed.', { code: 'resource_already_closed' });
  }
  const closed = changes.save({ ...dispute, status: verdict });
  changes.emit('charge.dispute.closed', closed, { status: dispute.status });
  if (verdict === 'won') changes.emit('charge.dispute.funds_reinstated', closed);
  return closed;
}

/** What of the captured amount was given back; a partial capture's remainder was never taken. */
export function refundedOf(charge: Charge): number {
  return charge.amount_refunded - (charge.captured ? charge.amount - charge.amount_captured : 0);
}

function withRefunded(charge: Charge, amount: number): Charge {
  const amountRefunded = charge.amount_refunded + amount;
  return { ...charge, amount_refunded: amountRefunded, refunded: amountRefunded >= charge.amount };
}
