import { z } from 'zod';
import { Id, Moment, Money } from '../../values.ts';

/** Most units of one variant in one hold. */
export const MOST_UNITS = 1_000;
/** Most different variants in one hold, and most holds placed at once. */
export const MOST_LINES = 50;
export const MOST_HOLDS = 5;

export const SaleKind = z.enum(['standing', 'flash']);
export type SaleKind = z.infer<typeof SaleKind>;

/** Where a sale stands: announced, selling, waiting for its engine, over, over by emergency stop. */
export const SaleStage = z.enum(['planned', 'open', 'paused', 'closed', 'stopped']);
export type SaleStage = z.infer<typeof SaleStage>;

/** Where a hold stands. `paying` has an order; the last three are ends. */
export const HoldState = z.enum(['held', 'paying', 'sold', 'released', 'expired']);
export type HoldState = z.infer<typeof HoldState>;

/** What other processes and pages are told of a variant in a sale. */
export const SaleItemFacts = z.object({
  variantId: Id,
  productId: Id.nullable(),
  price: Money,
  available: z.int().min(0),
  held: z.int().min(0),
  sold: z.int().min(0),
  /** Nothing can be had at this moment; `held` above 0 means that units may come back. */
  soldOut: z.boolean(),
});
export type SaleItemFacts = z.infer<typeof SaleItemFacts>;

/** A sale at one version. Of a standing sale `items` names only the variants that changed. */
export const SaleFacts = z.object({
  saleId: Id,
  kind: SaleKind,
  shopId: Id,
  showId: Id.nullable(),
  title: z.string(),
  state: SaleStage,
  rule: z.enum(['first_come', 'draw', 'waiting_room']),
  /** Units one buyer may have over all variants, held and bought together; 0 for no limit. */
  limitPerBuyer: z.int().min(0),
  startsAt: Moment.nullable(),
  endsAt: Moment.nullable(),
  items: z.array(SaleItemFacts),
});
export type SaleFacts = z.infer<typeof SaleFacts>;

export const HoldLineView = z.object({
  variantId: Id,
  quantity: z.int().min(1),
  /** Price of one unit, frozen when the units were claimed. */
  price: Money,
});
export type HoldLineView = z.infer<typeof HoldLineView>;

export const HoldView = z.object({
  holdId: Id,
  saleId: Id,
  shopId: Id,
  state: HoldState,
  source: z.enum(['buyer', 'waitlist']),
  lines: z.array(HoldLineView),
  startedAt: Moment,
  expiresAt: Moment,
  orderId: Id.nullable(),
});
export type HoldView = z.infer<typeof HoldView>;
