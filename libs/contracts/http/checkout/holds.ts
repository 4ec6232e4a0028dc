import { z } from 'zod';
import { defineEndpoint } from '../../endpoint.ts';
import { Id, Moment } from '../../values.ts';
import { HoldView, MOST_HOLDS, MOST_LINES, MOST_UNITS } from './words.ts';

const hold = z.object({ holdId: Id });

/** What a buyer asks for from one sale. `holdId` is made by the caller and is the idempotency key of this part. */
export const HoldRequest = z.object({
  holdId: Id,
  saleId: Id,
  lines: z
    .array(z.object({ variantId: Id, quantity: z.int().min(1).max(MOST_UNITS) }))
    .min(1)
    .max(MOST_LINES)
    .refine((lines) => new Set(lines.map((line) => line.variantId)).size === lines.length, {
      message: 'each variant at most once',
    }),
});
export type HoldRequest = z.infer<typeof HoldRequest>;

export const placeHoldsEndpoint = defineEndpoint({
  process: 'checkout',
  name: 'placeHolds',
  summary:
    'Claims units for five minutes, all or nothing; one hold per sale, so a cart may mix a flash sale and the shelf. A repeated hold id gives the first answer.',
  method: 'POST',
  path: '/v1/holds',
  access: 'user',
  body: z.object({
    holds: z
      .array(HoldRequest)
      .min(1)
      .max(MOST_HOLDS)
      .refine((holds) => new Set(holds.map((entry) => entry.saleId)).size === holds.length, {
        message: 'one hold per sale',
      })
      .refine((holds) => new Set(holds.map((entry) => entry.holdId)).size === holds.length, {
        message: 'each hold has its own id',
      }),
  }),
  replies: { 201: z.object({ holds: z.array(HoldView), serverTime: Moment }) },
  // Far above what a person can press, far below what a script would.
  rate: { per: 'account', limit: 60, windowS: 10, near: true },
  errors: [
    'sold_out',
    'limit_reached',
    'sale_not_found',
    'sale_not_open',
    'sale_closed',
    'sale_paused',
    'variant_not_in_sale',
    'hold_ended',
    'hold_id_reused',
    'hold_not_stored',
  ],
});

export const getHoldEndpoint = defineEndpoint({
  process: 'checkout',
  name: 'getHold',
  summary: "One of the caller's own holds.",
  method: 'GET',
  path: '/v1/holds/:holdId',
  access: 'user',
  params: hold,
  replies: { 200: HoldView.extend({ serverTime: Moment }) },
  errors: ['hold_not_found'],
});

export const listHoldsEndpoint = defineEndpoint({
  process: 'checkout',
  name: 'listHolds',
  summary: "The caller's holds that are not over, for a cart that survives a reload.",
  method: 'GET',
  path: '/v1/holds',
  access: 'user',
  replies: { 200: z.object({ holds: z.array(HoldView), serverTime: Moment }) },
});

export const releaseHoldEndpoint = defineEndpoint({
  process: 'checkout',
  name: 'releaseHold',
  summary: 'Gives the units back at once. Releasing what is already released is fine.',
  method: 'DELETE',
  path: '/v1/holds/:holdId',
  access: 'user',
  params: hold,
  replies: { 200: HoldView },
  errors: ['hold_not_found', 'hold_paying', 'hold_ended'],
});
