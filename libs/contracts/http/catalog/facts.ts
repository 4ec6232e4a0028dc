import { z } from 'zod';
import { CurrencyCode, Id, Moment, Money } from '../../values.ts';
import { GoLiveMode, ProductStatus, SaleRule, ShowState, ShowVisibility } from './words.ts';

/** What other processes are told of a shop. */
export const ShopFacts = z.object({
  shopId: Id,
  ownerId: Id,
  slug: z.string(),
  name: z.string(),
  currency: CurrencyCode,
});
export type ShopFacts = z.infer<typeof ShopFacts>;

/** What other processes are told of a product: what can be bought, at which price. */
export const ProductFacts = z.object({
  productId: Id,
  shopId: Id,
  title: z.string(),
  status: ProductStatus,
  /** Path from the root of the site, or null. */
  imageUrl: z.string().nullable(),
  variants: z.array(
    z.object({
      variantId: Id,
      sku: z.string(),
      /** Options in words, e.g. `Large / Blue`; empty for a product with a single variant. */
      title: z.string(),
      options: z.record(z.string(), z.string()),
      price: Money,
      compareAt: Money.nullable(),
      weightGrams: z.int().nullable(),
      archived: z.boolean(),
    }),
  ),
});
export type ProductFacts = z.infer<typeof ProductFacts>;

/** What other processes are told of a show. */
export const ShowFacts = z.object({
  showId: Id,
  shopId: Id,
  hostId: Id,
  seriesId: Id,
  title: z.string(),
  startsAt: Moment,
  visibility: ShowVisibility,
  state: ShowState,
  goLive: GoLiveMode,
  /** Whether guests may write in the chat. */
  guestChat: z.boolean(),
  /** The stream on air, or the last that was. */
  streamId: Id.nullable(),
  liveAt: Moment.nullable(),
  endedAt: Moment.nullable(),
});
export type ShowFacts = z.infer<typeof ShowFacts>;

/** What checkout is told of a flash-sale plan: prices are worked out per variant. */
export const SalePlanFacts = z.object({
  saleId: Id,
  showId: Id,
  shopId: Id,
  title: z.string(),
  rule: SaleRule,
  /** Seconds the sale runs once started. */
  durationS: z.int(),
  /** Units one buyer may get, over all variants of the sale. */
  limitPerBuyer: z.int(),
  items: z.array(
    z.object({
      variantId: Id,
      productId: Id,
      /** Units set aside for the sale. */
      quantity: z.int(),
      price: Money,
      /** The price outside the sale when the plan was last worked out. */
      regularPrice: Money,
    }),
  ),
  /** A planned start by the server's clock; null waits for the host's button. */
  startsAt: Moment.nullable(),
});
export type SalePlanFacts = z.infer<typeof SalePlanFacts>;
