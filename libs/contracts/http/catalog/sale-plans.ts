import { z } from 'zod';
import { defineEndpoint } from '../../endpoint.ts';
import { Id, line, Moment, Money } from '../../values.ts';
import { ExpectedVersion, Price, SaleRule } from './words.ts';

const show = z.object({ showId: Id });
const plan = z.object({ showId: Id, saleId: Id });

/** What a buyer pays: a fixed amount in the shop's currency, or the regular price less so many percent. */
const Discount = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('price'), amount: Price.shape.amount }),
  z.object({ kind: z.literal('percent'), percentOff: z.int().min(1).max(99) }),
]);

const PlannedItem = z.object({ variantId: Id, quantity: z.int().min(1).max(1_000_000), discount: Discount });

/** A flash sale as planned; checkout decides what is in force once it starts. */
export const SalePlanView = z.object({
  saleId: Id,
  showId: Id,
  shopId: Id,
  title: z.string(),
  rule: SaleRule,
  durationS: z.int(),
  limitPerBuyer: z.int(),
  startsAt: Moment.nullable(),
  items: z.array(
    z.object({
      variantId: Id,
      productId: Id,
      quantity: z.int(),
      discount: Discount,
      price: Money,
      regularPrice: Money,
    }),
  ),
  version: z.int(),
});
export type SalePlanView = z.infer<typeof SalePlanView>;

const fields = {
  title: line(1, 120),
  rule: SaleRule,
  durationS: z
    .int()
    .min(10)
    .max(24 * 3600),
  limitPerBuyer: z.int().min(1).max(1_000),
  /** Null waits for the host's button. */
  startsAt: Moment.nullable(),
  items: z.array(PlannedItem).min(1).max(50),
};

export const planSaleEndpoint = defineEndpoint({
  process: 'catalog',
  name: 'planSale',
  summary: 'Plans a flash sale for a show: which variants, how many, at which price, how long.',
  method: 'POST',
  path: '/v1/shows/:showId/sale-plans',
  access: 'user',
  params: show,
  body: z.object({
    ...fields,
    rule: fields.rule.default('first_come'),
    limitPerBuyer: fields.limitPerBuyer.default(1),
    startsAt: fields.startsAt.default(null),
  }),
  replies: { 201: SalePlanView },
  errors: [
    'show_not_found',
    'show_state',
    'sale_plan_variant_unknown',
    'too_many_sale_plans',
    'starts_in_past',
  ],
  idempotent: true,
});

export const changeSalePlanEndpoint = defineEndpoint({
  process: 'catalog',
  name: 'changeSalePlan',
  summary: 'Changes a plan; a sale that already started goes on as it is.',
  method: 'PATCH',
  path: '/v1/shows/:showId/sale-plans/:saleId',
  access: 'user',
  params: plan,
  body: z.object(fields).partial().extend({ version: ExpectedVersion }),
  replies: { 200: SalePlanView },
  errors: ['sale_plan_not_found', 'sale_plan_variant_unknown', 'starts_in_past'],
});

export const removeSalePlanEndpoint = defineEndpoint({
  process: 'catalog',
  name: 'removeSalePlan',
  summary: 'Withdraws a plan.',
  method: 'DELETE',
  path: '/v1/shows/:showId/sale-plans/:saleId',
  access: 'user',
  params: plan,
  replies: { 204: null },
  errors: ['sale_plan_not_found'],
});

export const listSalePlansEndpoint = defineEndpoint({
  process: 'catalog',
  name: 'listSalePlans',
  summary: 'The flash sales planned for a show.',
  method: 'GET',
  path: '/v1/shows/:showId/sale-plans',
  access: 'guest',
  params: show,
  replies: { 200: z.object({ items: z.array(SalePlanView) }) },
  errors: ['show_not_found'],
});
