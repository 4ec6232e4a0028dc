import { z } from 'zod';
import { defineEndpoint } from '../../endpoint.ts';
import { Id, line, page, PageQuery, text } from '../../values.ts';
import {
  ExpectedVersion,
  ImageView,
  OptionValues,
  Price,
  ProductStatus,
  ProductView,
  Sku,
  VariantView,
} from './words.ts';

const shop = z.object({ shopId: Id });
const product = z.object({ shopId: Id, productId: Id });
const variant = z.object({ shopId: Id, productId: Id, variantId: Id });

/** A mug does not weigh a ton: catches kilograms typed as grams of grams. */
const WeightGrams = z.int().min(0).max(1_000_000);

const NewVariant = z.object({
  sku: Sku,
  options: OptionValues.default({}),
  price: Price,
  compareAt: Price.nullable().default(null),
  weightGrams: WeightGrams.nullable().default(null),
});

export const createProductEndpoint = defineEndpoint({
  process: 'catalog',
  name: 'createProduct',
  summary: 'Makes a product with its variants; each variant names a value for every option.',
  method: 'POST',
  path: '/v1/shops/:shopId/products',
  access: 'user',
  params: shop,
  body: z.object({
    title: line(1, 140),
    description: text(10_000).default(''),
    status: z.enum(['draft', 'active']).default('active'),
    optionNames: z.array(line(1, 40)).max(3).default([]),
    variants: z.array(NewVariant).min(1).max(100),
  }),
  replies: { 201: ProductView },
  errors: ['shop_not_found', 'sku_taken', 'variant_options_taken', 'options_mismatch', 'currency_mismatch'],
  idempotent: true,
});

export const updateProductEndpoint = defineEndpoint({
  process: 'catalog',
  name: 'updateProduct',
  summary: "Changes a product's words, or puts a draft on the shelf.",
  method: 'PATCH',
  path: '/v1/shops/:shopId/products/:productId',
  access: 'user',
  params: product,
  body: z.object({
    version: ExpectedVersion,
    title: line(1, 140).optional(),
    description: text(10_000).optional(),
    status: z.enum(['draft', 'active']).optional(),
  }),
  replies: { 200: ProductView },
  errors: ['product_not_found', 'product_archived'],
});

export const archiveProductEndpoint = defineEndpoint({
  process: 'catalog',
  name: 'archiveProduct',
  summary: 'Takes a product off the shelves for good; orders that name it keep it.',
  method: 'DELETE',
  path: '/v1/shops/:shopId/products/:productId',
  access: 'user',
  params: product,
  replies: { 200: ProductView },
  errors: ['product_not_found'],
});

export const getProductEndpoint = defineEndpoint({
  process: 'catalog',
  name: 'getProduct',
  summary: "One product; drafts and archived ones only for the shop's people.",
  method: 'GET',
  path: '/v1/shops/:shopId/products/:productId',
  access: 'guest',
  params: product,
  replies: { 200: ProductView },
  errors: ['product_not_found'],
});

export const listProductsEndpoint = defineEndpoint({
  process: 'catalog',
  name: 'listProducts',
  summary: "A shop's products, latest first; the public sees the active ones.",
  method: 'GET',
  path: '/v1/shops/:shopId/products',
  access: 'guest',
  params: shop,
  query: PageQuery.extend({ status: ProductStatus.default('active'), search: line(1, 80).optional() }),
  replies: { 200: page(ProductView) },
  errors: ['shop_not_found'],
});

export const addVariantEndpoint = defineEndpoint({
  process: 'catalog',
  name: 'addVariant',
  summary: 'Adds a variant to a product.',
  method: 'POST',
  path: '/v1/shops/:shopId/products/:productId/variants',
  access: 'user',
  params: product,
  body: NewVariant,
  replies: { 201: ProductView },
  errors: [
    'product_not_found',
    'product_archived',
    'sku_taken',
    'variant_options_taken',
    'options_mismatch',
    'currency_mismatch',
    'too_many_variants',
  ],
  idempotent: true,
});

export const updateVariantEndpoint = defineEndpoint({
  process: 'catalog',
  name: 'updateVariant',
  summary: "Changes a variant's price, SKU or weight; `version` is the product's.",
  method: 'PATCH',
  path: '/v1/shops/:shopId/products/:productId/variants/:variantId',
  access: 'user',
  params: variant,
  body: z.object({
    version: ExpectedVersion,
    sku: Sku.optional(),
    price: Price.optional(),
    compareAt: Price.nullable().optional(),
    weightGrams: WeightGrams.nullable().optional(),
  }),
  replies: { 200: ProductView },
  errors: ['product_not_found', 'product_archived', 'variant_not_found', 'sku_taken', 'currency_mismatch'],
});

export const archiveVariantEndpoint = defineEndpoint({
  process: 'catalog',
  name: 'archiveVariant',
  summary: 'Takes one variant off the shelves; its SKU and options become free again.',
  method: 'DELETE',
  path: '/v1/shops/:shopId/products/:productId/variants/:variantId',
  access: 'user',
  params: variant,
  replies: { 200: ProductView },
  errors: ['product_not_found', 'variant_not_found'],
});

/** Largest picture file taken; a phone's photo has 3 to 8 MB. */
export const IMAGE_LIMIT_BYTES = 12 * 1024 * 1024;

export const addProductImageEndpoint = defineEndpoint({
  process: 'catalog',
  name: 'addProductImage',
  summary:
    'Adds a picture (JPEG, PNG, WebP, AVIF or GIF, judged by its bytes) as form field `file`, with optional `alt`.',
  method: 'POST',
  path: '/v1/shops/:shopId/products/:productId/images',
  access: 'user',
  params: product,
  consumes: 'multipart/form-data',
  bodyLimitBytes: IMAGE_LIMIT_BYTES + 64 * 1024,
  replies: { 201: ImageView },
  errors: ['product_not_found', 'product_archived', 'image_unreadable', 'image_too_large', 'too_many_images'],
  rate: { per: 'account', limit: 120, windowS: 600 },
});

export const arrangeProductImagesEndpoint = defineEndpoint({
  process: 'catalog',
  name: 'arrangeProductImages',
  summary: 'Sets the order of the pictures; those left out are removed. The first stands for the product.',
  method: 'PUT',
  path: '/v1/shops/:shopId/products/:productId/images',
  access: 'user',
  params: product,
  body: z.object({ version: ExpectedVersion, imageIds: z.array(Id).max(12) }),
  replies: { 200: ProductView },
  errors: ['product_not_found', 'product_archived', 'image_not_found'],
});

export const lookUpVariantsEndpoint = defineEndpoint({
  process: 'catalog',
  name: 'lookUpVariants',
  summary: 'Up to 200 variants as they are now; unknown ids are left out.',
  method: 'POST',
  path: '/v1/internal/variants/look-up',
  access: 'internal',
  body: z.object({ variantIds: z.array(Id).min(1).max(200) }),
  replies: {
    200: z.object({ variants: z.array(VariantView.extend({ shopId: Id, productTitle: z.string() })) }),
  },
});
