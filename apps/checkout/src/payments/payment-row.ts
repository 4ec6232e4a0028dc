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
