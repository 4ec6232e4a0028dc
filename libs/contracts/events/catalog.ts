import { z } from 'zod';
import { ProductFacts, SalePlanFacts, ShopFacts, ShowFacts } from '../http/catalog/facts.ts';
import { Id } from '../values.ts';
import { defineEvent } from './define.ts';

const shop = { context: 'catalog', aggregate: 'shop', publisher: 'catalog', data: ShopFacts } as const;

export const shopCreated = defineEvent({
  ...shop,
  name: 'shop_created',
  consumers: ['accounts', 'checkout', 'ingest'],
  doc: 'A shop was opened; accounts makes its creator the owner, checkout opens its standing sale.',
});

export const shopUpdated = defineEvent({
  ...shop,
  name: 'shop_updated',
  consumers: ['checkout'],
  doc: "A shop's name, address or description changed.",
});

const product = {
  context: 'catalog',
  aggregate: 'product',
  publisher: 'catalog',
  consumers: ['checkout', 'chat'],
  data: ProductFacts,
} as const;

export const productCreated = defineEvent({
  ...product,
  name: 'product_created',
  doc: 'A product was made, with all its variants.',
});

export const productUpdated = defineEvent({
  ...product,
  name: 'product_updated',
  doc: 'A product, one of its variants, prices or images changed; carries the whole product.',
});

export const productArchived = defineEvent({
  ...product,
  name: 'product_archived',
  doc: 'A product left the shelves; all its variants are archived with it.',
});

const show = {
  context: 'catalog',
  aggregate: 'show',
  publisher: 'catalog',
  consumers: ['chat', 'ingest', 'origin', 'checkout'],
  data: ShowFacts,
} as const;

export const showScheduled = defineEvent({
  ...show,
  name: 'show_scheduled',
  doc: 'A show was announced.',
});

export const showUpdated = defineEvent({
  ...show,
  name: 'show_updated',
  doc: "A show's title, start, visibility or settings changed.",
});

export const showWentLive = defineEvent({
  ...show,
  name: 'show_went_live',
  doc: 'A scheduled show is on air for the first time.',
});

export const showPaused = defineEvent({
  ...show,
  name: 'show_paused',
  doc: 'The picture of a live show stopped; the show waits for it.',
});

export const showResumed = defineEvent({
  ...show,
  name: 'show_resumed',
  doc: 'The picture of a paused show came back.',
});

export const showEnded = defineEvent({
  ...show,
  name: 'show_ended',
  doc: 'A show is over: ingest cuts the publisher, the origin closes the playlist.',
});

export const showDeleted = defineEvent({
  ...show,
  name: 'show_deleted',
  doc: 'A show and its recording were deleted; its addresses answer 410 from now on.',
});

export const lineupChanged = defineEvent({
  ...show,
  name: 'lineup_changed',
  consumers: ['chat'],
  doc: 'The ordered list of products of a show changed; carries the whole list.',
  data: z.object({
    showId: Id,
    shopId: Id,
    items: z.array(z.object({ productId: Id, position: z.int().min(0) })),
  }),
});

const sale = {
  context: 'catalog',
  aggregate: 'sale',
  publisher: 'catalog',
  consumers: ['checkout'],
  data: SalePlanFacts,
} as const;

export const salePlanned = defineEvent({
  ...sale,
  name: 'sale_planned',
  doc: 'A flash sale was planned for a show.',
});

export const salePlanChanged = defineEvent({
  ...sale,
  name: 'sale_plan_changed',
  doc: 'A flash-sale plan, or the regular price under its discount, changed before its start.',
});

export const salePlanRemoved = defineEvent({
  ...sale,
  name: 'sale_plan_removed',
  doc: 'A flash-sale plan was withdrawn; a sale that already started is not affected.',
});
