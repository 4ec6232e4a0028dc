import { z } from 'zod';
import { defineEndpoint } from '../../endpoint.ts';
import { Id, line, Moment, Money, page, PageQuery } from '../../values.ts';
import { SaleFacts, SaleKind, SaleStage } from './words.ts';

const sale = z.object({ saleId: Id });

/** A sale as anybody may see it, at the server's time. */
export const SaleView = SaleFacts.extend({ version: z.int().min(0), serverTime: Moment });
export type SaleView = z.infer<typeof SaleView>;

export const getSaleEndpoint = defineEndpoint({
  process: 'checkout',
  name: 'getSale',
  summary: "A sale with its counters; of a shop's standing sale give the variants that matter.",
  method: 'GET',
  path: '/v1/sales/:saleId',
  access: 'public',
  params: sale,
  query: z.object({
    variantId: z
      .union([Id, z.array(Id).max(100)])
      .transform((ids) => [ids].flat())
      .optional(),
  }),
  replies: { 200: SaleView },
  errors: ['sale_not_found'],
});

export const listSalesEndpoint = defineEndpoint({
  process: 'checkout',
  name: 'listSales',
  summary: 'Sales of a show or a shop, latest first.',
  method: 'GET',
  path: '/v1/sales',
  access: 'public',
  query: PageQuery.extend({
    showId: Id.optional(),
    shopId: Id.optional(),
    kind: SaleKind.optional(),
    state: SaleStage.optional(),
  }).refine((query) => query.showId !== undefined || query.shopId !== undefined, {
    message: 'give showId or shopId',
  }),
  replies: { 200: page(SaleView) },
});

/** Every command carries its own id: a repeat gives the first outcome again. */
const commandId = Id;
const saleCommand = {
  process: 'checkout',
  method: 'POST',
  access: 'user',
  params: sale,
  replies: { 200: SaleView },
} as const;
const commandErrors = ['sale_not_found', 'sale_state', 'command_id_reused'] as const;

/** A start that many seconds ahead leaves the page time for its countdown. */
export const START_AHEAD_MOST_S = 600;

export const startSaleEndpoint = defineEndpoint({
  ...saleCommand,
  name: 'startSale',
  summary:
    'Starts a planned flash sale now or after a public countdown; its units leave the shelf. Opens a shelf again that an emergency stop closed.',
  path: '/v1/sales/:saleId/start',
  body: z.object({ commandId, inSeconds: z.int().min(0).max(START_AHEAD_MOST_S).default(0) }),
  errors: [...commandErrors, 'not_enough_stock', 'sale_paused'],
});

export const stopSaleEndpoint = defineEndpoint({
  ...saleCommand,
  name: 'stopSale',
  summary: 'Ends a sale early; holds outlive it, units left go back to the shelf.',
  path: '/v1/sales/:saleId/stop',
  body: z.object({ commandId }),
  errors: [...commandErrors],
});

export const extendSaleEndpoint = defineEndpoint({
  ...saleCommand,
  name: 'extendSale',
  summary: 'Lets a running sale end later.',
  path: '/v1/sales/:saleId/extend',
  body: z.object({ commandId, seconds: z.int().min(1).max(3_600) }),
  errors: [...commandErrors, 'sale_paused'],
});

export const addSaleStockEndpoint = defineEndpoint({
  ...saleCommand,
  name: 'addSaleStock',
  summary: 'Moves further units from the shelf into a running sale.',
  path: '/v1/sales/:saleId/add-stock',
  body: z.object({ commandId, variantId: Id, quantity: z.int().min(1).max(1_000_000) }),
  errors: [...commandErrors, 'variant_not_in_sale', 'not_enough_stock', 'sale_paused'],
});

export const setSalePriceEndpoint = defineEndpoint({
  ...saleCommand,
  name: 'setSalePrice',
  summary: 'Changes the price in force from this moment; holds keep the price they were made at.',
  path: '/v1/sales/:saleId/price',
  body: z.object({ commandId, variantId: Id, price: Money }),
  errors: [...commandErrors, 'variant_not_in_sale', 'currency_mismatch', 'sale_paused'],
});

export const emergencyStopEndpoint = defineEndpoint({
  ...saleCommand,
  name: 'emergencyStop',
  summary: 'Ends a sale at once and gives every unpaid hold back.',
  path: '/v1/sales/:saleId/emergency-stop',
  body: z.object({ commandId, reason: line(1, 200) }),
  errors: [...commandErrors],
});

export const setSaleFailoverEndpoint = defineEndpoint({
  ...saleCommand,
  name: 'setSaleFailover',
  summary: 'Lets a sale go on without Redis, more slowly, instead of pausing.',
  path: '/v1/sales/:saleId/failover',
  body: z.object({ commandId, failover: z.boolean() }),
  errors: [...commandErrors],
});

/** A host's command as chat forwards it after its own check of the host's right. */
export const SaleCommand = z.discriminatedUnion('type', [
  z.object({ type: z.literal('start'), inSeconds: z.int().min(0).max(START_AHEAD_MOST_S).default(0) }),
  z.object({ type: z.literal('stop') }),
  z.object({ type: z.literal('extend'), seconds: z.int().min(1).max(3_600) }),
  z.object({ type: z.literal('add_stock'), variantId: Id, quantity: z.int().min(1).max(1_000_000) }),
  z.object({ type: z.literal('price'), variantId: Id, price: Money }),
  z.object({ type: z.literal('emergency_stop'), reason: line(1, 200) }),
  z.object({ type: z.literal('failover'), failover: z.boolean() }),
]);
export type SaleCommand = z.infer<typeof SaleCommand>;

export const runSaleCommandEndpoint = defineEndpoint({
  process: 'checkout',
  name: 'runSaleCommand',
  summary: "A host's command forwarded by chat, which checked the host's right to sell in this show.",
  method: 'POST',
  path: '/v1/internal/sales/:saleId/commands',
  access: 'internal',
  params: sale,
  body: z.object({ commandId, showId: Id, actorId: Id, command: SaleCommand }),
  replies: { 200: SaleView },
  errors: [...commandErrors, 'variant_not_in_sale', 'not_enough_stock', 'currency_mismatch', 'sale_paused'],
});

export const WaitlistEntryView = z.object({
  saleId: Id,
  variantId: Id,
  state: z.enum(['waiting', 'promoted', 'left', 'ended']),
  /** Buyers before this one; null once nobody waits any more. */
  ahead: z.int().min(0).nullable(),
  /** The hold that came of it. */
  holdId: Id.nullable(),
});
export type WaitlistEntryView = z.infer<typeof WaitlistEntryView>;

const waitlistPath = '/v1/sales/:saleId/waitlist/:variantId';
const waitlistParams = z.object({ saleId: Id, variantId: Id });

export const joinWaitlistEndpoint = defineEndpoint({
  process: 'checkout',
  name: 'joinWaitlist',
  summary: 'Waits for one unit to come back; the head of the list gets it with a hold of its own.',
  method: 'PUT',
  path: waitlistPath,
  access: 'user',
  params: waitlistParams,
  replies: { 200: WaitlistEntryView },
  rate: { per: 'account', limit: 60, windowS: 60, near: true },
  errors: [
    'sale_not_found',
    'variant_not_in_sale',
    'waitlist_not_needed',
    'waitlist_closed',
    'limit_reached',
    'sale_paused',
  ],
});

export const getWaitlistEntryEndpoint = defineEndpoint({
  process: 'checkout',
  name: 'getWaitlistEntry',
  summary: "The caller's place on a waitlist.",
  method: 'GET',
  path: waitlistPath,
  access: 'user',
  params: waitlistParams,
  replies: { 200: WaitlistEntryView },
  errors: ['waitlist_entry_not_found'],
});

export const leaveWaitlistEndpoint = defineEndpoint({
  process: 'checkout',
  name: 'leaveWaitlist',
  summary: 'Stops waiting.',
  method: 'DELETE',
  path: waitlistPath,
  access: 'user',
  params: waitlistParams,
  replies: { 200: WaitlistEntryView },
  errors: ['waitlist_entry_not_found', 'sale_paused'],
});
