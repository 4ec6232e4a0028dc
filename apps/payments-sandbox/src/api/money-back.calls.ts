import { z } from 'zod';
import { closeDispute, makeRefund } from '../objects/refunds.ts';
import type { Charge } from '../objects/shapes.ts';
import { invalidRequest, noSuch } from './api-error.ts';
import { defineCall, listFilter, type CallContext } from './call.ts';
import { LIST_PARAMS, listOf, mergeMetadata } from './lists.ts';
import { Flag, Integer, MetadataParam, Nested, paramsOf, Text } from './params.ts';

const REASONS = z.enum(['duplicate', 'fraudulent', 'requested_by_customer']);

/** Calls under /v1/refunds, /v1/charges and /v1/disputes. */
export const moneyBackCalls = [
  defineCall({
    name: 'refunds.create',
    method: 'POST',
    path: '/v1/refunds',
    params: paramsOf({
      amount: Integer.pipe(z.int().min(1)).optional(),
      charge: Text.optional(),
      payment_intent: Text.optional(),
      reason: REASONS.optional(),
      metadata: MetadataParam.optional(),
      refund_application_fee: Flag.optional(),
      reverse_transfer: Flag.optional(),
    }),
    async run(context) {
      const { params, changes, store } = context;
      const charge = await lockedCharge(context);
      const method = await store.get('payment_method', charge.payment_method);
      if (!method) throw noSuch('PaymentMethod', charge.payment_method, 'payment_method');
      return makeRefund(changes, charge, method, {
        amount: params.amount,
        reason: params.reason ?? null,
        metadata: mergeMetadata({}, params.metadata),
      });
    },
  }),
  defineCall({
    name: 'refunds.list',
    method: 'GET',
    path: '/v1/refunds',
    params: paramsOf({ ...LIST_PARAMS, payment_intent: Text.optional() }),
    run: async ({ params, store }) =>
      listOf(
        '/v1/refunds',
        await store.list('refund', listFilter(params, { parent: params.payment_intent })),
      ),
  }),
  defineCall({
    name: 'refunds.retrieve',
    method: 'GET',
    path: '/v1/refunds/:id',
    params: paramsOf({}),
    run: async ({ id, store }) => found(await store.get('refund', id), 'refund', id),
  }),
  defineCall({
    name: 'charges.list',
    method: 'GET',
    path: '/v1/charges',
    params: paramsOf({ ...LIST_PARAMS, payment_intent: Text.optional() }),
    run: async ({ params, store }) =>
      listOf(
        '/v1/charges',
        await store.list('charge', listFilter(params, { parent: params.payment_intent })),
      ),
  }),
  defineCall({
    name: 'charges.retrieve',
    method: 'GET',
    path: '/v1/charges/:id',
    params: paramsOf({}),
    run: async ({ id, store }) => found(await store.get('charge', id), 'charge', id),
  }),
  defineCall({
    name: 'disputes.list',
    method: 'GET',
    path: '/v1/disputes',
    params: paramsOf({ ...LIST_PARAMS, payment_intent: Text.optional() }),
    run: async ({ params, store }) =>
      listOf(
        '/v1/disputes',
        await store.list('dispute', listFilter(params, { parent: params.payment_intent })),
      ),
  }),
  defineCall({
    name: 'disputes.retrieve',
    method: 'GET',
    path: '/v1/disputes/:id',
    params: paramsOf({}),
    run: async ({ id, store }) => found(await store.get('dispute', id), 'dispute', id),
  }),
  defineCall({
    name: 'disputes.update',
    method: 'POST',
    path: '/v1/disputes/:id',
    params: paramsOf({
      evidence: Nested.optional(),
      metadata: MetadataParam.optional(),
      submit: Flag.optional(),
    }),
    async run({ id, params, changes, store, lock }) {
      await lock(id);
      const dispute = found(await store.get('dispute', id), 'dispute', id);
      const text = String(params.evidence?.['uncategorized_text'] ?? '');
      // Stripe's test mode decides a dispute by these two words.
      if (text === 'winning_evidence') return closeDispute(changes, dispute, 'won');
      if (text === 'losing_evidence') return closeDispute(changes, dispute, 'lost');
      return changes.save({
        ...dispute,
        evidence: { ...dispute.evidence, ...params.evidence },
        metadata: mergeMetadata(dispute.metadata, params.metadata),
        ...(params.submit ? { status: 'under_review' as const } : {}),
      });
    },
  }),
  defineCall({
    name: 'disputes.close',
    method: 'POST',
    path: '/v1/disputes/:id/close',
    params: paramsOf({}),
    async run({ id, changes, store, lock }) {
      await lock(id);
      return closeDispute(changes, found(await store.get('dispute', id), 'dispute', id), 'lost');
    },
  }),
];

/** The charge to refund, read under the lock of its payment. */
async function lockedCharge(
  context: CallContext<{ charge?: string | undefined; payment_intent?: string | undefined }>,
): Promise<Charge> {
  const { params, store } = context;
  const named = params.charge
    ? found(await store.get('charge', params.charge), 'charge', params.charge)
    : undefined;
  const paymentId = params.payment_intent ?? named?.payment_intent;
  if (!paymentId) {
    throw invalidRequest(
      'One of the following params should be provided for this request: payment_intent or charge.',
      {
        code: 'parameter_missing',
      },
    );
  }
  await context.lock(paymentId);
  const payment = found(await store.get('payment_intent', paymentId), 'payment_intent', paymentId);
  const charge = payment.latest_charge ? await store.get('charge', payment.latest_charge) : undefined;
  if (!charge || charge.status !== 'succeeded') {
    throw invalidRequest(`This PaymentIntent (${paymentId}) does not have a successful charge to refund.`, {
      code: 'payment_intent_unexpected_state',
    });
  }
  return charge;
}

function found<T>(object: T | undefined, kind: string, id: string): T {
  if (!object) throw noSuch(kind, id);
  return object;
}
