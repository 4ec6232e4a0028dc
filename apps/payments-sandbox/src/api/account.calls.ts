import { z } from 'zod';
import { newObjectId, randomText } from '../objects/object-ids.ts';
import { makePaymentMethod, methodOfToken } from '../objects/payment-methods.ts';
import type { Customer, WebhookEndpoint } from '../objects/shapes.ts';
import { invalidRequest, noSuch } from './api-error.ts';
import { defineCall, listFilter } from './call.ts';
import { LIST_PARAMS, listOf, mergeMetadata } from './lists.ts';
import { Flag, Integer, MetadataParam, Nested, paramsOf, Text, without } from './params.ts';

const CUSTOMER = {
  address: Nested.optional(),
  description: Text.optional(),
  email: Text.max(512).optional(),
  metadata: MetadataParam.optional(),
  name: Text.optional(),
  phone: Text.optional(),
  shipping: Nested.optional(),
};

const customerCalls = [
  defineCall({
    name: 'customers.create',
    method: 'POST',
    path: '/v1/customers',
    params: paramsOf(CUSTOMER),
    async run({ changes, params }) {
      const customer = changes.save<Customer>({
        id: newObjectId('cus').slice(0, 18),
        object: 'customer',
        address: null,
        balance: 0,
        created: changes.nowS,
        currency: null,
        default_source: null,
        delinquent: false,
        description: null,
        email: null,
        invoice_prefix: randomText(8).toUpperCase(),
        invoice_settings: { default_payment_method: null },
        livemode: false,
        name: null,
        phone: null,
        shipping: null,
        tax_exempt: 'none',
        ...without(params, 'expand'),
        metadata: mergeMetadata({}, params.metadata),
      });
      changes.emit('customer.created', customer);
      return customer;
    },
  }),
  defineCall({
    name: 'customers.list',
    method: 'GET',
    path: '/v1/customers',
    params: paramsOf(LIST_PARAMS),
    run: async ({ params, store }) =>
      listOf('/v1/customers', await store.list('customer', listFilter(params))),
  }),
  defineCall({
    name: 'customers.retrieve',
    method: 'GET',
    path: '/v1/customers/:id',
    params: paramsOf({}),
    async run({ id, store }) {
      const customer = await store.get('customer', id);
      if (!customer) throw noSuch('customer', id);
      return customer;
    },
  }),
  defineCall({
    name: 'customers.update',
    method: 'POST',
    path: '/v1/customers/:id',
    params: paramsOf(CUSTOMER),
    async run({ id, changes, store, lock, params }) {
      await lock(id);
      const customer = await store.get('customer', id);
      if (!customer || customer.deleted) throw noSuch('customer', id);
      const updated = changes.save({
        ...customer,
        ...without(params, 'expand'),
        metadata: mergeMetadata(customer.metadata, params.metadata),
      });
      changes.emit('customer.updated', updated);
      return updated;
    },
  }),
  defineCall({
    name: 'customers.delete',
    method: 'DELETE',
    path: '/v1/customers/:id',
    params: paramsOf({}),
    async run({ id, changes, store, lock }) {
      await lock(id);
      const customer = await store.get('customer', id);
      if (!customer || customer.deleted) throw noSuch('customer', id);
      changes.save({ ...customer, deleted: true as const, email: null, name: null, address: null });
      changes.emit('customer.deleted', customer);
      return { id, object: 'customer', deleted: true };
    },
  }),
];

const paymentMethodCalls = [
  defineCall({
    name: 'payment_methods.create',
    method: 'POST',
    path: '/v1/payment_methods',
    browser: true,
    params: paramsOf({
      type: z.literal('card'),
      card: z.strictObject({
        number: Text.optional(),
        token: Text.optional(),
        exp_month: Integer.optional(),
        exp_year: Integer.optional(),
        cvc: Text.optional(),
      }),
      billing_details: Nested.optional(),
      metadata: MetadataParam.optional(),
      key: Text.optional(),
    }),
    run: async ({ changes, params }) => makePaymentMethod(changes, params.card, params.billing_details),
  }),
  defineCall({
    name: 'payment_methods.retrieve',
    method: 'GET',
    path: '/v1/payment_methods/:id',
    params: paramsOf({}),
    async run({ id, changes, store }) {
      const method = methodOfToken(changes, id) ?? (await store.get('payment_method', id));
      if (!method) throw noSuch('PaymentMethod', id, 'payment_method');
      return method;
    },
  }),
  defineCall({
    name: 'payment_methods.attach',
    method: 'POST',
    path: '/v1/payment_methods/:id/attach',
    params: paramsOf({ customer: Text }),
    async run({ id, changes, store, params }) {
      const method = methodOfToken(changes, id) ?? (await store.get('payment_method', id));
      if (!method) throw noSuch('PaymentMethod', id, 'payment_method');
      if (!(await store.get('customer', params.customer)))
        throw noSuch('customer', params.customer, 'customer');
      const attached = changes.save({ ...method, customer: params.customer });
      changes.emit('payment_method.attached', attached);
      return attached;
    },
  }),
];

const eventCalls = [
  defineCall({
    name: 'events.list',
    method: 'GET',
    path: '/v1/events',
    params: paramsOf({
      ...LIST_PARAMS,
      type: Text.optional(),
      types: z.array(Text).max(20).optional(),
      related_object: Text.optional(),
      delivery_success: Flag.optional(),
    }),
    run: async ({ params, store }) =>
      listOf(
        '/v1/events',
        await store.list(
          'event',
          listFilter(params, {
            types: params.types ?? (params.type ? [params.type] : undefined),
            parent: params.related_object,
          }),
        ),
      ),
  }),
  defineCall({
    name: 'events.retrieve',
    method: 'GET',
    path: '/v1/events/:id',
    params: paramsOf({}),
    async run({ id, store }) {
      const event = await store.get('event', id);
      if (!event) throw noSuch('event', id);
      return event;
    },
  }),
];

const webhookEndpointCalls = [
  defineCall({
    name: 'webhook_endpoints.create',
    method: 'POST',
    path: '/v1/webhook_endpoints',
    params: paramsOf({
      url: z.url(),
      enabled_events: z.array(Text).min(1),
      api_version: Text.optional(),
      description: Text.optional(),
      metadata: MetadataParam.optional(),
    }),
    async run({ changes, params }) {
      return changes.save<WebhookEndpoint>({
        id: newObjectId('we'),
        object: 'webhook_endpoint',
        api_version: params.api_version ?? null,
        application: null,
        created: changes.nowS,
        description: params.description ?? null,
        enabled_events: params.enabled_events,
        livemode: false,
        metadata: mergeMetadata({}, params.metadata),
        secret: `whsec_${randomText(32)}`,
        status: 'enabled',
        url: params.url,
      });
    },
  }),
  defineCall({
    name: 'webhook_endpoints.list',
    method: 'GET',
    path: '/v1/webhook_endpoints',
    params: paramsOf(LIST_PARAMS),
    async run({ params, store }) {
      const { data, hasMore } = await store.list('webhook_endpoint', listFilter(params));
      return listOf('/v1/webhook_endpoints', {
        data: data.map((endpoint) => without(endpoint, 'secret')),
        hasMore,
      });
    },
  }),
  defineCall({
    name: 'webhook_endpoints.update',
    method: 'POST',
    path: '/v1/webhook_endpoints/:id',
    params: paramsOf({
      url: z.url().optional(),
      enabled_events: z.array(Text).min(1).optional(),
      disabled: Flag.optional(),
    }),
    async run({ id, changes, store, lock, params }) {
      await lock(id);
      const endpoint = await store.get('webhook_endpoint', id);
      if (!endpoint) throw noSuch('webhook_endpoint', id);
      const updated = changes.save({
        ...endpoint,
        ...(params.url ? { url: params.url } : {}),
        ...(params.enabled_events ? { enabled_events: params.enabled_events } : {}),
        ...(params.disabled === undefined
          ? {}
          : { status: params.disabled ? ('disabled' as const) : ('enabled' as const) }),
      });
      return { ...updated, secret: undefined };
    },
  }),
  defineCall({
    name: 'webhook_endpoints.delete',
    method: 'DELETE',
    path: '/v1/webhook_endpoints/:id',
    params: paramsOf({}),
    async run({ id, changes, store, lock }) {
      await lock(id);
      const endpoint = await store.get('webhook_endpoint', id);
      if (!endpoint) throw noSuch('webhook_endpoint', id);
      if (endpoint.status === 'disabled') throw invalidRequest('This endpoint is already deleted.');
      changes.save({ ...endpoint, status: 'disabled' as const });
      return { id, object: 'webhook_endpoint', deleted: true };
    },
  }),
];

/** Calls under /v1/customers, /v1/payment_methods, /v1/events and /v1/webhook_endpoints. */
export const accountCalls = [...customerCalls, ...paymentMethodCalls, ...eventCalls, ...webhookEndpointCalls];
