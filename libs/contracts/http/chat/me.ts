import { z } from 'zod';
import { defineEndpoint } from '../../endpoint.ts';
import { Id, Moment, page, PageQuery } from '../../values.ts';

export const getChatSettingsEndpoint = defineEndpoint({
  process: 'chat',
  name: 'getChatSettings',
  summary: "The caller's own choices in chat.",
  method: 'GET',
  path: '/v1/me/settings',
  access: 'user',
  replies: { 200: z.object({ showsBuyerBadge: z.boolean() }) },
});

export const setChatSettingsEndpoint = defineEndpoint({
  process: 'chat',
  name: 'setChatSettings',
  summary: 'Whether "just bought" may stand beside the caller\'s name after a purchase.',
  method: 'PUT',
  path: '/v1/me/settings',
  access: 'user',
  body: z.object({ showsBuyerBadge: z.boolean() }),
  replies: { 200: z.object({ showsBuyerBadge: z.boolean() }) },
});

export const FollowView = z.object({ shopId: Id, since: Moment });
export type FollowView = z.infer<typeof FollowView>;

export const listFollowsEndpoint = defineEndpoint({
  process: 'chat',
  name: 'listFollows',
  summary: 'Shops that the caller follows, latest first.',
  method: 'GET',
  path: '/v1/me/follows',
  access: 'user',
  query: PageQuery,
  replies: { 200: page(FollowView) },
});

export const followShopEndpoint = defineEndpoint({
  process: 'chat',
  name: 'followShop',
  summary:
    'Follows a shop; in followers-only rooms the time since then counts. Repeating it changes nothing.',
  method: 'PUT',
  path: '/v1/me/follows/:shopId',
  access: 'user',
  params: z.object({ shopId: Id }),
  replies: { 200: FollowView },
  errors: ['too_many_follows'],
});

export const unfollowShopEndpoint = defineEndpoint({
  process: 'chat',
  name: 'unfollowShop',
  summary: 'Stops following a shop.',
  method: 'DELETE',
  path: '/v1/me/follows/:shopId',
  access: 'user',
  params: z.object({ shopId: Id }),
  replies: { 204: null },
});
