import { z } from 'zod';
import { Id, line, Money } from '../../values.ts';

/** Where a show stands: announced, on air, on air without a picture, over. */
export const ShowState = z.enum(['scheduled', 'live', 'paused', 'ended']);
export type ShowState = z.infer<typeof ShowState>;

/** Who sees a show: everybody; whoever has its address; only the shop's own people. */
export const ShowVisibility = z.enum(['public', 'unlisted', 'private']);
export type ShowVisibility = z.infer<typeof ShowVisibility>;

/** Whether a show goes live with its first picture, or when the host says so (practice first). */
export const GoLiveMode = z.enum(['on_publish', 'manual']);
export type GoLiveMode = z.infer<typeof GoLiveMode>;

/** How a flash sale decides who gets a unit; told to buyers before it starts. */
export const SaleRule = z.enum(['first_come']);
export type SaleRule = z.infer<typeof SaleRule>;

/** A merchant's own name for a variant, unique among the shop's unarchived ones. */
export const Sku = z
  .string()
  .trim()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._/-]{0,63}$/, 'letters, digits and . _ / - (at most 64)');

/** A shop's part of its address. */
export const Slug = z
  .string()
  .regex(/^[a-z0-9](?:[a-z0-9-]{1,46}[a-z0-9])$/, 'lower case, digits, dashes (3 to 48)');

/** The version the caller last read: a change based on an older one is refused with `conflict`. */
export const ExpectedVersion = z.int().min(1);

/** A price that somebody can be charged: at least one minor unit, and small enough to multiply by quantities. */
export const Price = Money.extend({ amount: z.int().min(1).max(10_000_000_000) });

/** Path of a picture from the root of the site; content never changes under one address. */
export const MediaUrl = z.string();

/** A picture in three widths (never wider than the upload). */
export const ImageView = z.object({
  imageId: Id,
  alt: z.string(),
  width: z.int(),
  height: z.int(),
  large: MediaUrl,
  medium: MediaUrl,
  small: MediaUrl,
});
export type ImageView = z.infer<typeof ImageView>;

/** Name and value of a variant's options, e.g. `{ Size: 'L' }`. */
export const OptionValues = z.record(line(1, 40), line(1, 60));

export const VariantView = z.object({
  variantId: Id,
  productId: Id,
  sku: z.string(),
  /** Options in words (`Large / Blue`); empty for a product with a single variant. */
  title: z.string(),
  options: z.record(z.string(), z.string()),
  price: Money,
  /** A former or recommended price to show beside it. */
  compareAt: Money.nullable(),
  weightGrams: z.int().nullable(),
  archived: z.boolean(),
});
export type VariantView = z.infer<typeof VariantView>;

export const ProductStatus = z.enum(['draft', 'active', 'archived']);
export type ProductStatus = z.infer<typeof ProductStatus>;

export const ProductView = z.object({
  productId: Id,
  shopId: Id,
  title: z.string(),
  description: z.string(),
  status: ProductStatus,
  /** Names of the options in their order, with the values that occur. */
  options: z.array(z.object({ name: z.string(), values: z.array(z.string()) })),
  variants: z.array(VariantView),
  images: z.array(ImageView),
  version: z.int(),
});
export type ProductView = z.infer<typeof ProductView>;
