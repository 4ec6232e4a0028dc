import { z } from 'zod';
import { HoldView, SaleFacts } from '../http/checkout/words.ts';
import { Id } from '../values.ts';
import { defineEvent } from './define.ts';

const sale = {
  context: 'checkout',
  aggregate: 'sale',
  publisher: 'checkout',
  consumers: ['chat'],
  data: SaleFacts,
} as const;

export const saleOpened = defineEvent({
  ...sale,
  name: 'sale_opened',
  doc: 'A sale can be bought from, or will be at `startsAt` (countdown); also after a pause.',
});

export const salePaused = defineEvent({
  ...sale,
  name: 'sale_paused',
  doc: 'A sale waits for its engine; holds and payments go on.',
});

export const saleClosed = defineEvent({
  ...sale,
  name: 'sale_closed',
  doc: 'A sale ended: its time was up, the host ended it, or by emergency stop (state `stopped`).',
});

export const saleExtended = defineEvent({
  ...sale,
  name: 'sale_extended',
  doc: 'A running sale will end later than it was to.',
});

export const priceChanged = defineEvent({
  ...sale,
  name: 'price_changed',
  doc: 'The price in force of a variant in a sale changed.',
});

export const stockChanged = defineEvent({
  ...sale,
  name: 'stock_changed',
  doc: 'Counters of a sale moved; at most four times a second per sale.',
});

export const soldOut = defineEvent({
  ...sale,
  name: 'sold_out',
  doc: 'The last available unit of a variant was taken.',
});

export const holdPromoted = defineEvent({
  context: 'checkout',
  name: 'hold_promoted',
  aggregate: 'hold',
  publisher: 'checkout',
  consumers: ['chat'],
  doc: 'A freed unit went to the head of a waitlist; the hold is durable and its buyer can be told.',
  data: z.object({ buyerId: Id, showId: Id.nullable(), hold: HoldView }),
});

export const stockRanLow = defineEvent({
  context: 'checkout',
  name: 'stock_ran_low',
  aggregate: 'variant',
  publisher: 'checkout',
  consumers: ['chat'],
  doc: 'Fewer units of a variant are available than its threshold says; once until it recovers.',
  data: z.object({
    shopId: Id,
    variantId: Id,
    productId: Id,
    title: z.string(),
    available: z.int(),
    threshold: z.int(),
  }),
});
