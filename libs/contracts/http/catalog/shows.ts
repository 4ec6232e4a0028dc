import { z } from 'zod';
import { defineEndpoint } from '../../endpoint.ts';
import { Id, line, Moment, page, PageQuery, text } from '../../values.ts';
import { SalePlanView } from './sale-plans.ts';
import { ShopView } from './shops.ts';
import { ExpectedVersion, GoLiveMode, MediaUrl, ProductView, ShowState, ShowVisibility } from './words.ts';

const shop = z.object({ shopId: Id });
const show = z.object({ showId: Id });

export const ShowView = z.object({
  showId: Id,
  shopId: Id,
  shopName: z.string(),
  hostId: Id,
  seriesId: Id,
  title: z.string(),
  description: z.string(),
  startsAt: Moment,
  visibility: ShowVisibility,
  state: ShowState,
  goLive: GoLiveMode,
  guestChat: z.boolean(),
  /** A picture arrives at ingest for this show. */
  publishing: z.boolean(),
  liveAt: Moment.nullable(),
  endedAt: Moment.nullable(),
  /** Picture for cards: an upload, else a frame of the stream once there was one. */
  posterUrl: MediaUrl.nullable(),
  /** Where players find the stream or its recording; null before the first picture. */
  streamUrl: MediaUrl.nullable(),
  version: z.int(),
});
export type ShowView = z.infer<typeof ShowView>;

/** A show page's whole first paint. */
export const ShowDetail = ShowView.extend({
  shop: ShopView,
  lineup: z.array(ProductView),
  salePlans: z.array(SalePlanView),
});
export type ShowDetail = z.infer<typeof ShowDetail>;

const settings = {
  title: line(1, 140),
  description: text(5_000),
  startsAt: Moment,
  visibility: ShowVisibility,
  goLive: GoLiveMode,
  guestChat: z.boolean(),
};

export const createShowEndpoint = defineEndpoint({
  process: 'catalog',
  name: 'createShow',
  summary:
    'Announces a show; without a series it joins the first of the shop, without a host the caller is it.',
  method: 'POST',
  path: '/v1/shops/:shopId/shows',
  access: 'user',
  params: shop,
  body: z.object({
    ...settings,
    description: settings.description.default(''),
    visibility: settings.visibility.default('public'),
    goLive: settings.goLive.default('on_publish'),
    guestChat: settings.guestChat.default(true),
    seriesId: Id.optional(),
    hostId: Id.optional(),
  }),
  replies: { 201: ShowView },
  errors: ['shop_not_found', 'series_not_found', 'starts_in_past'],
  idempotent: true,
});

export const updateShowEndpoint = defineEndpoint({
  process: 'catalog',
  name: 'updateShow',
  summary: "Changes a show's words and settings; start and way of going live only before it is live.",
  method: 'PATCH',
  path: '/v1/shows/:showId',
  access: 'user',
  params: show,
  body: z
    .object({ ...settings, hostId: Id, seriesId: Id })
    .partial()
    .extend({ version: ExpectedVersion }),
  replies: { 200: ShowView },
  errors: ['show_not_found', 'show_state', 'series_not_found', 'starts_in_past'],
});

export const deleteShowEndpoint = defineEndpoint({
  process: 'catalog',
  name: 'deleteShow',
  summary: 'Deletes a show that is not on air, recording included.',
  method: 'DELETE',
  path: '/v1/shows/:showId',
  access: 'user',
  params: show,
  replies: { 204: null },
  errors: ['show_not_found', 'show_state'],
});

export const listShowsEndpoint = defineEndpoint({
  process: 'catalog',
  name: 'listShows',
  summary:
    'Public shows: live ones latest first, scheduled ones next first, ended ones latest first. `state=live` includes paused ones.',
  method: 'GET',
  path: '/v1/shows',
  access: 'public',
  query: PageQuery.extend({
    state: z.enum(['live', 'scheduled', 'ended']).default('live'),
    shopId: Id.optional(),
    seriesId: Id.optional(),
  }),
  replies: { 200: page(ShowView) },
});

export const listShopShowsEndpoint = defineEndpoint({
  process: 'catalog',
  name: 'listShopShows',
  summary: "All shows of a shop, whatever their visibility, latest first; for the shop's people.",
  method: 'GET',
  path: '/v1/shops/:shopId/shows',
  access: 'user',
  params: shop,
  query: PageQuery.extend({ state: ShowState.optional() }),
  replies: { 200: page(ShowView) },
});

export const getShowEndpoint = defineEndpoint({
  process: 'catalog',
  name: 'getShow',
  summary: "One show with shop, line-up and flash-sale plans; private ones only for the shop's people.",
  method: 'GET',
  path: '/v1/shows/:showId',
  access: 'guest',
  params: show,
  replies: { 200: ShowDetail },
  errors: ['show_not_found'],
});

export const goLiveEndpoint = defineEndpoint({
  process: 'catalog',
  name: 'goLive',
  summary: 'Puts a show that waits for its host on air; a picture must be arriving.',
  method: 'POST',
  path: '/v1/shows/:showId/go-live',
  access: 'user',
  params: show,
  replies: { 200: ShowView },
  errors: ['show_not_found', 'show_state', 'show_not_publishing'],
});

export const endShowEndpoint = defineEndpoint({
  process: 'catalog',
  name: 'endShow',
  summary: 'Ends a show: the publisher is cut, the recording becomes ready. Repeating it changes nothing.',
  method: 'POST',
  path: '/v1/shows/:showId/end',
  access: 'user',
  params: show,
  replies: { 200: ShowView },
  errors: ['show_not_found', 'show_state'],
});

export const setLineupEndpoint = defineEndpoint({
  process: 'catalog',
  name: 'setLineup',
  summary: 'Sets the ordered products of a show.',
  method: 'PUT',
  path: '/v1/shows/:showId/line-up',
  access: 'user',
  params: show,
  body: z.object({ version: ExpectedVersion, productIds: z.array(Id).max(100) }),
  replies: { 200: z.object({ showId: Id, version: z.int(), lineup: z.array(ProductView) }) },
  errors: ['show_not_found', 'lineup_product_unknown'],
});

export const setPosterEndpoint = defineEndpoint({
  process: 'catalog',
  name: 'setPoster',
  summary: "Sets the show's picture as form field `file`.",
  method: 'PUT',
  path: '/v1/shows/:showId/poster',
  access: 'user',
  params: show,
  consumes: 'multipart/form-data',
  bodyLimitBytes: 12 * 1024 * 1024 + 64 * 1024,
  replies: { 200: ShowView },
  errors: ['show_not_found', 'image_unreadable', 'image_too_large'],
  rate: { per: 'account', limit: 60, windowS: 600 },
});
