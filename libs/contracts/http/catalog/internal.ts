import { z } from 'zod';
import { defineEndpoint } from '../../endpoint.ts';
import { ProductFacts, SalePlanFacts, ShopFacts, ShowFacts } from './facts.ts';
import { Id } from '../../values.ts';

const version = { version: z.int() };

/** The present state behind catalog's events, for a consumer that missed some (protocols 10). */
export const getShowFactsEndpoint = defineEndpoint({
  process: 'catalog',
  name: 'getShowFacts',
  summary: 'A show as its events tell it, with the version; a deleted one is `show_not_found`.',
  method: 'GET',
  path: '/v1/internal/shows/:showId',
  access: 'internal',
  params: z.object({ showId: Id }),
  replies: { 200: ShowFacts.extend({ ...version, lineup: z.array(Id) }) },
  errors: ['show_not_found'],
});

export const getShopFactsEndpoint = defineEndpoint({
  process: 'catalog',
  name: 'getShopFacts',
  summary: 'A shop as its events tell it.',
  method: 'GET',
  path: '/v1/internal/shops/:shopId',
  access: 'internal',
  params: z.object({ shopId: Id }),
  replies: { 200: ShopFacts.extend(version) },
  errors: ['shop_not_found'],
});

export const getProductFactsEndpoint = defineEndpoint({
  process: 'catalog',
  name: 'getProductFacts',
  summary: 'A product as its events tell it.',
  method: 'GET',
  path: '/v1/internal/products/:productId',
  access: 'internal',
  params: z.object({ productId: Id }),
  replies: { 200: ProductFacts.extend(version) },
  errors: ['product_not_found'],
});

export const getSalePlanFactsEndpoint = defineEndpoint({
  process: 'catalog',
  name: 'getSalePlanFacts',
  summary: 'A flash-sale plan as its events tell it.',
  method: 'GET',
  path: '/v1/internal/sale-plans/:saleId',
  access: 'internal',
  params: z.object({ saleId: Id }),
  replies: { 200: SalePlanFacts.extend(version) },
  errors: ['sale_plan_not_found'],
});

export const getSeriesFactsEndpoint = defineEndpoint({
  process: 'catalog',
  name: 'getSeriesFacts',
  summary: 'Whose a series is: asked before a stream key is made for it.',
  method: 'GET',
  path: '/v1/internal/series/:seriesId',
  access: 'internal',
  params: z.object({ seriesId: Id }),
  replies: { 200: z.object({ seriesId: Id, shopId: Id, title: z.string() }) },
  errors: ['series_not_found'],
});
