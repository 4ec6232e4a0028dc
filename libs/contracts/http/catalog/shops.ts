import { z } from 'zod';
import { defineEndpoint } from '../../endpoint.ts';
import { CurrencyCode, Id, line, Moment, page, PageQuery, text } from '../../values.ts';
import { ExpectedVersion, Slug } from './words.ts';

export const ShopView = z.object({
  shopId: Id,
  ownerId: Id,
  slug: z.string(),
  name: z.string(),
  description: z.string(),
  currency: CurrencyCode,
  createdAt: Moment,
  version: z.int(),
});
export type ShopView = z.infer<typeof ShopView>;

const shop = z.object({ shopId: Id });

export const createShopEndpoint = defineEndpoint({
  process: 'catalog',
  name: 'createShop',
  summary: 'Opens a shop; the caller owns it. Its prices are all in one currency, which stays.',
  method: 'POST',
  path: '/v1/shops',
  access: 'user',
  body: z.object({
    name: line(1, 80),
    slug: Slug,
    description: text(2_000).default(''),
    currency: CurrencyCode,
  }),
  replies: { 201: ShopView },
  errors: ['slug_taken', 'too_many_shops'],
  idempotent: true,
});

export const updateShopEndpoint = defineEndpoint({
  process: 'catalog',
  name: 'updateShop',
  summary: "Changes the shop's name, address or description.",
  method: 'PATCH',
  path: '/v1/shops/:shopId',
  access: 'user',
  params: shop,
  body: z.object({
    version: ExpectedVersion,
    name: line(1, 80).optional(),
    slug: Slug.optional(),
    description: text(2_000).optional(),
  }),
  replies: { 200: ShopView },
  errors: ['shop_not_found', 'slug_taken'],
});

export const getShopEndpoint = defineEndpoint({
  process: 'catalog',
  name: 'getShop',
  summary: 'One shop.',
  method: 'GET',
  path: '/v1/shops/:shopId',
  access: 'public',
  params: shop,
  replies: { 200: ShopView },
  errors: ['shop_not_found'],
});

export const listShopsEndpoint = defineEndpoint({
  process: 'catalog',
  name: 'listShops',
  summary: 'Shops, latest first; by address, or only those the caller works for.',
  method: 'GET',
  path: '/v1/shops',
  access: 'guest',
  query: PageQuery.extend({ slug: Slug.optional(), mine: z.stringbool().optional() }),
  replies: { 200: page(ShopView) },
});

export const SeriesView = z.object({
  seriesId: Id,
  shopId: Id,
  title: z.string(),
  description: z.string(),
  createdAt: Moment,
  version: z.int(),
});
export type SeriesView = z.infer<typeof SeriesView>;

const series = z.object({ shopId: Id, seriesId: Id });

export const createSeriesEndpoint = defineEndpoint({
  process: 'catalog',
  name: 'createSeries',
  summary: 'Starts a series of shows; a stream key belongs to one series. Every shop begins with one.',
  method: 'POST',
  path: '/v1/shops/:shopId/series',
  access: 'user',
  params: shop,
  body: z.object({ title: line(1, 120), description: text(2_000).default('') }),
  replies: { 201: SeriesView },
  errors: ['shop_not_found'],
  idempotent: true,
});

export const listSeriesEndpoint = defineEndpoint({
  process: 'catalog',
  name: 'listSeries',
  summary: "A shop's series, the oldest first.",
  method: 'GET',
  path: '/v1/shops/:shopId/series',
  access: 'public',
  params: shop,
  query: PageQuery,
  replies: { 200: page(SeriesView) },
  errors: ['shop_not_found'],
});

export const updateSeriesEndpoint = defineEndpoint({
  process: 'catalog',
  name: 'updateSeries',
  summary: 'Renames or describes a series.',
  method: 'PATCH',
  path: '/v1/shops/:shopId/series/:seriesId',
  access: 'user',
  params: series,
  body: z.object({
    version: ExpectedVersion,
    title: line(1, 120).optional(),
    description: text(2_000).optional(),
  }),
  replies: { 200: SeriesView },
  errors: ['series_not_found'],
});

export const deleteSeriesEndpoint = defineEndpoint({
  process: 'catalog',
  name: 'deleteSeries',
  summary: 'Removes a series that has no shows; the last one stays.',
  method: 'DELETE',
  path: '/v1/shops/:shopId/series/:seriesId',
  access: 'user',
  params: series,
  replies: { 204: null },
  errors: ['series_not_found', 'series_in_use'],
});
