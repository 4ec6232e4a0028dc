import { z } from 'zod';
import { defineEndpoint } from '../../endpoint.ts';
import { Id, line, Moment, page, PageQuery } from '../../values.ts';
import { SaleKind, SaleStage } from './words.ts';

const shop = z.object({ shopId: Id });
const variant = z.object({ shopId: Id, variantId: Id });
const units = z.int().min(1).max(1_000_000);

/** Why stock was corrected; `note` says the rest. */
export const AdjustReason = z.enum(['count', 'damaged', 'lost', 'found', 'sample', 'other']);
export type AdjustReason = z.infer<typeof AdjustReason>;

/** Where a variant's units are. `onHand` = warehouse + returned + everything available or held in sales. */
export const StockView = z.object({
  variantId: Id,
  productId: Id,
  title: z.string(),
  sku: z.string().nullable(),
  archived: z.boolean(),
  onHand: z.int(),
  warehouse: z.int(),
  returned: z.int(),
  available: z.int(),
  held: z.int(),
  sold: z.int(),
  lowStockThreshold: z.int().nullable(),
  /** On sale in fewer units than the threshold. */
  low: z.boolean(),
  sales: z.array(
    z.object({
      saleId: Id,
      kind: SaleKind,
      state: SaleStage,
      title: z.string(),
      available: z.int(),
      held: z.int(),
      sold: z.int(),
    }),
  ),
});
export type StockView = z.infer<typeof StockView>;

export const listStockEndpoint = defineEndpoint({
  process: 'checkout',
  name: 'listStock',
  summary: 'Stock of every variant of a shop: on hand, available, held, sold, and per sale.',
  method: 'GET',
  path: '/v1/shops/:shopId/stock',
  access: 'user',
  params: shop,
  query: PageQuery.extend({
    search: line(1, 80).optional(),
    low: z.stringbool().optional(),
    archived: z.stringbool().default(false),
  }),
  replies: { 200: page(StockView) },
});

export const getStockEndpoint = defineEndpoint({
  process: 'checkout',
  name: 'getStock',
  summary: 'Stock of one variant.',
  method: 'GET',
  path: '/v1/shops/:shopId/stock/:variantId',
  access: 'user',
  params: variant,
  replies: { 200: StockView },
  errors: ['variant_not_found'],
});

/** Each change carries its own id: a repeat changes nothing and gives the stock as it is. */
const change = {
  process: 'checkout',
  method: 'POST',
  access: 'user',
  params: variant,
  replies: { 200: StockView },
} as const;

export const receiveStockEndpoint = defineEndpoint({
  ...change,
  name: 'receiveStock',
  summary: 'Books units that arrived, straight onto the shelf (the standing sale) or into the warehouse.',
  path: '/v1/shops/:shopId/stock/:variantId/receive',
  body: z.object({
    changeId: Id,
    quantity: units,
    to: z.enum(['shelf', 'warehouse']).default('shelf'),
    note: line(0, 200).default(''),
  }),
  errors: ['variant_not_found', 'command_id_reused', 'sale_paused'],
});

export const adjustStockEndpoint = defineEndpoint({
  ...change,
  name: 'adjustStock',
  summary: 'Corrects the stock up or down, with a reason. Units that are held or sold cannot be taken away.',
  path: '/v1/shops/:shopId/stock/:variantId/adjust',
  body: z.object({
    changeId: Id,
    delta: z
      .int()
      .min(-1_000_000)
      .max(1_000_000)
      .refine((delta) => delta !== 0, { message: 'not 0' }),
    from: z.enum(['shelf', 'warehouse']).default('shelf'),
    reason: AdjustReason,
    note: line(0, 200).default(''),
  }),
  errors: ['variant_not_found', 'command_id_reused', 'not_enough_stock', 'sale_paused'],
});

export const allocateStockEndpoint = defineEndpoint({
  ...change,
  name: 'allocateStock',
  summary: 'Moves units between the warehouse, the shelf and a flash sale that is planned or running.',
  path: '/v1/shops/:shopId/stock/:variantId/allocate',
  body: z
    .object({
      changeId: Id,
      quantity: units,
      from: z.union([z.enum(['shelf', 'warehouse', 'returned']), Id]),
      to: z.union([z.enum(['shelf', 'warehouse']), Id]),
    })
    .refine((body) => body.from !== body.to, { message: 'from and to are the same' }),
  errors: [
    'variant_not_found',
    'command_id_reused',
    'not_enough_stock',
    'sale_not_found',
    'sale_state',
    'sale_paused',
  ],
});

export const returnStockEndpoint = defineEndpoint({
  ...change,
  name: 'returnStock',
  summary:
    'Books units that a buyer sent back: out of `sold`, to be inspected (`returned`), sold again, or written off.',
  path: '/v1/shops/:shopId/stock/:variantId/return',
  body: z.object({
    changeId: Id,
    saleId: Id,
    quantity: units,
    to: z.enum(['returned', 'shelf', 'shrink']).default('returned'),
    note: line(0, 200).default(''),
  }),
  errors: ['variant_not_found', 'command_id_reused', 'not_enough_stock', 'sale_not_found', 'sale_paused'],
});

export const setLowStockThresholdEndpoint = defineEndpoint({
  process: 'checkout',
  name: 'setLowStockThreshold',
  summary: 'Alerts when fewer units than this are available; null for never.',
  method: 'PUT',
  path: '/v1/shops/:shopId/stock/:variantId/threshold',
  access: 'user',
  params: variant,
  body: z.object({ threshold: z.int().min(0).max(1_000_000).nullable() }),
  replies: { 200: StockView },
  errors: ['variant_not_found'],
});

/** One ledger event as it touched one variant; the amounts of `moves` sum to 0. */
export const MovementView = z.object({
  eventId: Id,
  at: Moment,
  kind: z.string(),
  reason: z.string().nullable(),
  actorId: Id.nullable(),
  saleId: Id.nullable(),
  variantId: Id,
  moves: z.array(z.object({ account: z.string(), amount: z.int() })),
});
export type MovementView = z.infer<typeof MovementView>;

export const listMovementsEndpoint = defineEndpoint({
  process: 'checkout',
  name: 'listMovements',
  summary: 'Every movement of stock, latest first: by shop, or of one variant.',
  method: 'GET',
  path: '/v1/shops/:shopId/stock-movements',
  access: 'user',
  params: shop,
  query: PageQuery.extend({ variantId: Id.optional() }),
  replies: { 200: page(MovementView) },
  errors: ['variant_not_found'],
});
