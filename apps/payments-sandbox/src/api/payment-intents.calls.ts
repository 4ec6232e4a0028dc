import { z } from 'zod';
import type { Changes } from '../objects/changes.ts';
import { newObjectId, randomText } from '../objects/object-ids.ts';
import {
  cancelPayment,
  capturePayment,
  confirmPayment,
  unexpectedState,
} from '../objects/payment-intents.ts';
import { makePaymentMethod, methodOfToken } from '../objects/payment-methods.ts';
import type { PaymentIntent, PaymentMethod } from '../objects/shapes.ts';
import type { ObjectStore } from '../store/object-store.ts';
import { ApiError, invalidRequest, noSuch } from './api-error.ts';
import { defineCall, listFilter, type CallContext } from './call.ts';
import { LIST_PARAMS, listOf, mergeMetadata, required } from './lists.ts';
import { Flag, Integer, MetadataParam, Nested, paramsOf, Text, without } from './params.ts';
import { readSearch } from './search-query.ts';

const PATH = '/v1/payment_intents';

/** Least and greatest amounts, in minor units; Stripe's least is about half a dollar, its greatest eight digits. */
const Amount = Integer.pipe(z.int().min(1, 'This value must be greater than or equal to 1.').max(99_999_999));

const CardParams = z.strictObject({
  number: Text.optional(),
  token: Text.optional(),
  exp_month: Integer.optional(),
  exp_year: Integer.optional(),
  cvc: Text.optional(),
});

const CONFIRM = {
  payment_method: Text.optional(),
  payment_method_data: z
    .strictObject({
      type: z.literal('card'),
      card: CardParams,
      billing_details: Nested.optional(),
      metadata: MetadataParam.optional(),
    })
    .optional(),
  return_url: Text.optional(),
  off_session: Flag.optional(),
  mandate_data: Nested.optional(),
  use_stripe_sdk: Flag.optional(),
  error_on_requires_action: Flag.optional(),
  // What a browser sends besides.
  client_secret: Text.optional(),
  key: Text.optional(),
};

const DETAILS = {
  customer: Text.optional(),
  description: Text.optional(),
  metadata: MetadataParam.optional(),
  receipt_email: Text.optional(),
  shipping: Nested.optional(),
  setup_future_usage: z.enum(['off_session', 'on_session']).optional(),
  statement_descriptor: Text.max(22).optional(),
  statement_descriptor_suffix: Text.max(22).optional(),
  application_fee_amount: Integer.optional(),
  transfer_data: Nested.optional(),
  transfer_group: Text.optional(),
  payment_method_options: Nested.optional(),
  payment_method_types: z.array(Text).min(1).optional(),
};

const CREATE = paramsOf({
  ...CONFIRM,
  ...DETAILS,
  amount: Amount,
  currency: z
    .string()
    .regex(/^[A-Za-z]{3}$/)
    .transform((text) => text.toLowerCase()),
  automatic_payment_methods: z
    .strictObject({ enabled: Flag, allow_redirects: z.enum(['always', 'never']).optional() })
    .optional(),
  capture_method: z.enum(['automatic', 'automatic_async', 'manual']).default('automatic_async'),
  confirmation_method: z.enum(['automatic', 'manual']).default('automatic'),
  confirm: Flag.optional(),
  on_behalf_of: Text.optional(),
});

/** Calls under /v1/payment_intents. */
export const paymentIntentCalls = [
  defineCall({
    name: 'payment_intents.create',
    method: 'POST',
    path: PATH,
    params: CREATE,
    async run(context) {
      const { changes, params } = context;
      const method = await methodFor(context);
      const payment = newPayment(changes, params, method);
      await context.lock(payment.id);
      changes.save(payment);
      changes.emit('payment_intent.created', payment);
      return params.confirm ? confirm(context, payment, method) : payment;
    },
  }),
  defineCall({
    name: 'payment_intents.search',
    method: 'GET',
    path: `${PATH}/search`,
    params: paramsOf({ query: Text, limit: LIST_PARAMS.limit, page: Text.optional() }),
    async run({ params, store }) {
      const limit = params.limit ?? 10;
      const offset = params.page ? Number(Buffer.from(params.page, 'base64url').toString()) : 0;
      if (!Number.isSafeInteger(offset) || offset < 0)
        throw invalidRequest('Invalid page.', { param: 'page' });
      const { data, hasMore } = await store.search('payment_intent', readSearch(params.query), limit, offset);
      return {
        object: 'search_result',
        data,
        has_more: hasMore,
        next_page: hasMore ? Buffer.from(String(offset + limit)).toString('base64url') : null,
        url: `${PATH}/search`,
      };
    },
  }),
  defineCall({
    name: 'payment_intents.list',
    method: 'GET',
    path: PATH,
    params: paramsOf({ ...LIST_PARAMS, customer: Text.optional() }),
    run: async ({ params, store }) =>
      listOf(PATH, await store.list('payment_intent', listFilter(params, { parent: params.customer }))),
  }),
  defineCall({
    name: 'payment_intents.retrieve',
    method: 'GET',
    path: `${PATH}/:id`,
    browser: true,
    params: paramsOf({ client_secret: Text.optional(), key: Text.optional() }),
    run: (context) => paymentFor(context, context.params.client_secret),
  }),
  defineCall({
    name: 'payment_intents.update',
    method: 'POST',
    path: `${PATH}/:id`,
    params: paramsOf({ ...DETAILS, amount: Amount.optional(), payment_method: Text.optional() }),
    async run(context) {
      await context.lock(context.id);
      const payment = await paymentFor(context);
      const { metadata, amount, payment_method: methodId } = context.params;
      const details = without(context.params, 'expand', 'metadata', 'amount', 'payment_method');
      const settled = ['processing', 'requires_capture', 'succeeded', 'canceled'].includes(payment.status);
      const changesMoney = amount !== undefined || methodId !== undefined;
      if (settled && changesMoney) throw unexpectedState(payment, 'update');
      return context.changes.save({
        ...payment,
        ...details,
        ...(amount === undefined ? {} : { amount }),
        ...(methodId === undefined
          ? {}
          : { payment_method: methodId, status: 'requires_confirmation' as const }),
        metadata: mergeMetadata(payment.metadata, metadata),
      });
    },
  }),
  defineCall({
    name: 'payment_intents.confirm',
    method: 'POST',
    path: `${PATH}/:id/confirm`,
    browser: true,
    params: paramsOf({ ...CONFIRM, receipt_email: Text.optional(), shipping: Nested.optional() }),
    async run(context) {
      await context.lock(context.id);
      const payment = await paymentFor(context, context.params.client_secret);
      if (context.keyKind === 'publishable' && payment.confirmation_method === 'manual') {
        throw invalidRequest('This PaymentIntent is confirmed on the server.', {
          code: 'payment_intent_invalid_parameter',
        });
      }
      return confirm(context, payment, await methodFor(context));
    },
  }),
  defineCall({
    name: 'payment_intents.capture',
    method: 'POST',
    path: `${PATH}/:id/capture`,
    params: paramsOf({
      amount_to_capture: Amount.optional(),
      application_fee_amount: Integer.optional(),
      final_capture: Flag.optional(),
      metadata: MetadataParam.optional(),
      statement_descriptor: Text.optional(),
      statement_descriptor_suffix: Text.optional(),
      transfer_data: Nested.optional(),
    }),
    async run(context) {
      await context.lock(context.id);
      const payment = await paymentFor(context);
      const charge = await chargeOf(context.store, payment);
      const method = await methodById(context, payment.payment_method ?? '');
      const amount = context.params.amount_to_capture ?? payment.amount_capturable;
      const metadata = mergeMetadata(payment.metadata, context.params.metadata);
      return capturePayment(context.changes, { ...payment, metadata }, charge, method, amount).payment;
    },
  }),
  defineCall({
    name: 'payment_intents.cancel',
    method: 'POST',
    path: `${PATH}/:id/cancel`,
    params: paramsOf({
      cancellation_reason: z
        .enum(['abandoned', 'duplicate', 'fraudulent', 'requested_by_customer'])
        .optional(),
    }),
    async run(context) {
      await context.lock(context.id);
      const payment = await paymentFor(context);
      const charge = await chargeOf(context.store, payment);
      return cancelPayment(context.changes, payment, charge, context.params.cancellation_reason ?? null);
    },
  }),
];

/** The payment that the path names; a publishable key must show its client secret. */
async function paymentFor(
  { store, id, keyKind }: Pick<CallContext<unknown>, 'store' | 'id' | 'keyKind'>,
  clientSecret?: string,
): Promise<PaymentIntent> {
  const payment = await store.get('payment_intent', id);
  if (!payment) throw noSuch('payment_intent', id, 'intent');
  if (keyKind === 'publishable' && clientSecret !== payment.client_secret) {
    throw new ApiError(401, {
      type: 'invalid_request_error',
      code: 'payment_intent_invalid_client_secret',
      message: 'The client_secret provided does not match the PaymentIntent.',
    });
  }
  return payment;
}

type ConfirmContext = CallContext<{
  payment_method?: string | undefined;
  payment_method_data?: z.output<(typeof CONFIRM)['payment_method_data']> | undefined;
  return_url?: string | undefined;
  off_session?: boolean | undefined;
}>;

function confirm(
  context: ConfirmContext,
  payment: PaymentIntent,
  given: PaymentMethod | undefined,
): Promise<PaymentIntent> {
  return resolveMethod(context, payment, given).then((method) =>
    confirmPayment(context.changes, payment, {
      method,
      challengeUrl: context.challengeUrl(payment.id, payment.client_secret),
      returnUrl: context.params.return_url ?? null,
      offSession: context.params.off_session ?? false,
    }),
  );
}

async function resolveMethod(
  context: ConfirmContext,
  payment: PaymentIntent,
  given: PaymentMethod | undefined,
) {
  if (given) return given;
  if (payment.payment_method) return methodById(context, payment.payment_method);
  throw invalidRequest('You cannot confirm this PaymentIntent because it is missing a payment method.', {
    code: 'payment_intent_unexpected_state',
    payment_intent: payment,
  });
}

/** The payment method that the parameters name or describe, if they do. */
async function methodFor(context: ConfirmContext): Promise<PaymentMethod | undefined> {
  const { payment_method: id, payment_method_data: data } = context.params;
  if (data) return makePaymentMethod(context.changes, data.card, data.billing_details);
  return id ? methodById(context, id) : undefined;
}

async function methodById(
  { changes, store }: { changes: Changes; store: ObjectStore },
  id: string,
): Promise<PaymentMethod> {
  const method = methodOfToken(changes, id) ?? (await store.get('payment_method', id));
  if (!method) throw noSuch('PaymentMethod', id, 'payment_method');
  return method;
}

async function chargeOf(store: ObjectStore, payment: PaymentIntent) {
  return payment.latest_charge ? store.get('charge', payment.latest_charge) : undefined;
}

function newPayment(
  changes: Changes,
  params: z.output<typeof CREATE>,
  method: PaymentMethod | undefined,
): PaymentIntent {
  const id = newObjectId('pi');
  const automatic =
    params.automatic_payment_methods ?? (params.payment_method_types ? null : { enabled: true });
  return {
    id,
    object: 'payment_intent',
    amount: required(params.amount, 'amount'),
    amount_capturable: 0,
    amount_received: 0,
    application: null,
    application_fee_amount: params.application_fee_amount ?? null,
    automatic_payment_methods: automatic as PaymentIntent['automatic_payment_methods'],
    canceled_at: null,
    cancellation_reason: null,
    capture_method: params.capture_method,
    client_secret: `${id}_secret_${randomText(25)}`,
    confirmation_method: params.confirmation_method,
    created: changes.nowS,
    currency: params.currency,
    customer: params.customer ?? null,
    description: params.description ?? null,
    last_payment_error: null,
    latest_charge: null,
    livemode: false,
    metadata: mergeMetadata({}, params.metadata),
    next_action: null,
    on_behalf_of: params.on_behalf_of ?? null,
    payment_method: method?.id ?? null,
    payment_method_options: params.payment_method_options ?? {},
    payment_method_types: params.payment_method_types ?? ['card'],
    processing: null,
    receipt_email: params.receipt_email ?? null,
    review: null,
    setup_future_usage: params.setup_future_usage ?? null,
    shipping: params.shipping ?? null,
    source: null,
    statement_descriptor: params.statement_descriptor ?? null,
    statement_descriptor_suffix: params.statement_descriptor_suffix ?? null,
    status: method ? 'requires_confirmation' : 'requires_payment_method',
    transfer_data: params.transfer_data ?? null,
    transfer_group: params.transfer_group ?? null,
  };
}
