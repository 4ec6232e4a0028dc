import type { Query } from '#bus';
import { paymentStates, type PaymentDecision, type PaymentState, type ProviderPayment } from '#payments';

/** A payment as its row says. */
export interface PaymentRow {
  paymentId: string;
  orderId: string;
  orderNumber: number;
  buyerId: string;
  providerId: string | null;
  state: PaymentState;
  decision: PaymentDecision;
  capture: 'manual' | 'automatic';
  amount: number;
  currency: string;
  capturedAmount: number;
  refundedAmount: number;
  disputed: boolean;
  payBy: Date;
  checks: number;
  /** Why the order is to be let go, once that was decided. */
  reason: string | null;
}

/** A payment as it is written with its order. */
export function newPayment(
  of: Pick<
    PaymentRow,
    'paymentId' | 'orderId' | 'orderNumber' | 'buyerId' | 'capture' | 'amount' | 'currency' | 'payBy'
  >,
): PaymentRow {
  return {
    ...of,
    providerId: null,
    state: 'created',
    decision: 'open',
    capturedAmount: 0,
    refundedAmount: 0,
    disputed: false,
    checks: 0,
    reason: null,
  };
}

const SELECT = `SELECT p.id AS "paymentId", p.order_id AS "orderId", o.number AS "orderNumber", o.buyer_id AS "buyerId",
  p.provider_id AS "providerId", p.state, p.decision, p.capture, p.amount, p.currency,
  p.captured_amount AS "capturedAmount", p.refunded_amount AS "refundedAmount", p.disputed, p.pay_by AS "payBy",
  p.checks, o.reason FROM payments p JOIN orders o ON o.id = p.order_id`;

/** The payments with `paymentIds`, in no order. */
export function readPayments(query: Query, paymentIds: readonly string[]): Promise<PaymentRow[]> {
  return query<PaymentRow>(`${SELECT} WHERE p.id = ANY($1::uuid[])`, [paymentIds]);
}

export async function readPayment(query: Query, paymentId: string): Promise<PaymentRow | undefined> {
  return (await readPayments(query, [paymentId]))[0];
}

/** The payments that the provider knows as `providerIds`, in no order. */
export function findByProviderIds(query: Query, providerIds: readonly string[]): Promise<PaymentRow[]> {
  return query<PaymentRow>(`${SELECT} WHERE p.provider_id = ANY($1::text[])`, [providerIds]);
}

export async function findByProviderId(query: Query, providerId: string): Promise<PaymentRow | undefined> {
  return (await findByProviderIds(query, [providerId]))[0];
}

/**
 * Compare-and-set on the decisions of payments: those in one of `from` become `to`. Gives the ids that did. Rows are
 * locked in their order, before any sale, hold, balance or order.
 */
export async function decide(
  query: Query,
  paymentIds: readonly string[],
  from: readonly PaymentDecision[],
  to: PaymentDecision,
): Promise<{ paymentId: string; orderId: string }[]> {
  return query(
    `WITH locked AS (
       SELECT id FROM payments WHERE id = ANY($1::uuid[]) AND decision = ANY($2::text[]) ORDER BY id FOR UPDATE
     )
     UPDATE payments p SET decision = $3, checks = 0 FROM locked WHERE p.id = locked.id
     RETURNING p.id AS "paymentId", p.order_id AS "orderId"`,
    [paymentIds, from, to],
  );
}

/** A decision on one payment, together with what the provider says of it. */
export interface SeenDecision {
  paymentId: string;
  from: readonly PaymentDecision[];
  state: PaymentState;
  /** Money that was taken; left out: as before. */
  captured?: number;
}

/**
 * Like `decide`, each payment from states of its own, and with what the provider said: one write of the row for both.
 * From here on a job looks after the payment, so the sweep need not.
 */
export async function decideSeen(
  query: Query,
  changes: readonly SeenDecision[],
  to: PaymentDecision,
): Promise<{ paymentId: string; orderId: string }[]> {
  return query(
    `WITH change AS (
       SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::bigint[])
         AS c (id, decided, state, allowed, captured)
     ), locked AS (
       SELECT p.id FROM payments p JOIN change c ON c.id = p.id
       WHERE p.decision = ANY(string_to_array(c.decided, ',')) ORDER BY p.id FOR UPDATE OF p
     )
     UPDATE payments p SET decision = $6, checks = 0, check_at = NULL, failure = NULL,
       captured_amount = coalesce(c.captured, p.captured_amount),
       state = CASE WHEN p.state = ANY(string_to_array(c.allowed, ',')) THEN c.state ELSE p.state END
     FROM change c JOIN locked USING (id) WHERE p.id = c.id
     RETURNING p.id AS "paymentId", p.order_id AS "orderId"`,
    [
      changes.map((change) => change.paymentId),
      changes.map((change) => change.from.join()),
      changes.map((change) => change.state),
      changes.map((change) => statesBefore(change.state).join()),
      changes.map((change) => change.captured ?? null),
      to,
    ],
  );
}

/** What the provider says, as a state of ours: money given back and disputes are states too. */
export function stateSeen(seen: ProviderPayment): PaymentState {
  if (seen.state !== 'captured') return seen.state;
  if (seen.disputed) return 'disputed';
  if (seen.refundedAmount === 0) return 'captured';
  return seen.refundedAmount < seen.capturedAmount ? 'partially_refunded' : 'refunded';
}

/** States that may become `to`, itself included: what a guarded UPDATE lists so that nothing ever goes back. */
export function statesBefore(to: PaymentState): PaymentState[] {
  return [to, ...paymentStates.before(to)];
}
