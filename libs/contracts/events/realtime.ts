import { z } from 'zod';
import { Id } from '../values.ts';
import { defineEvent } from './define.ts';

const room = { context: 'realtime', publisher: 'chat' } as const;

export const productPinned = defineEvent({
  ...room,
  name: 'product_pinned',
  aggregate: 'show',
  consumers: ['catalog'],
  doc: 'A host put a product before the viewers, or took it away (`productId` null). `version` is the position in the show log.',
  data: z.object({
    showId: Id,
    shopId: Id,
    productId: Id.nullable(),
    saleId: Id.nullable(),
    /** Programme time, Unix milliseconds; null without a picture. */
    mediaTime: z.int().nullable(),
  }),
});

const ModerationAct = z.enum(['timeout', 'ban', 'shadow_ban', 'lift', 'clear_user']);

export const personModerated = defineEvent({
  ...room,
  name: 'person_moderated',
  aggregate: 'user',
  consumers: ['chat', 'accounts'],
  doc: "Somebody was restricted, freed or cleared in a shop's rooms: rooms of the shop with other owners take it over.",
  data: z.object({
    userId: Id,
    shopId: Id,
    showId: Id.nullable(),
    act: ModerationAct,
    byId: Id,
    until: z.int().nullable(),
  }),
});
