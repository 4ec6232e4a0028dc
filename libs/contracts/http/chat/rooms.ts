import { z } from 'zod';
import { defineEndpoint } from '../../endpoint.ts';
import { HostCommand } from '../../socket/commands.ts';
import { CommandReply, LiveSnapshot, TickFile } from '../../socket/live.ts';
import { ChatLine, LogEntry, entryTypes } from '../../socket/show-log.ts';
import { Id, Money, page, PageQuery } from '../../values.ts';

const show = z.object({ showId: Id });
const millis = z.coerce.number().int().nonnegative();

export const getSnapshotEndpoint = defineEndpoint({
  process: 'chat',
  name: 'getSnapshot',
  summary:
    'The room as it is now: where a page that cannot open a socket begins. Poll tick files from `n` on.',
  method: 'GET',
  path: '/v1/shows/:showId/snapshot',
  access: 'guest',
  params: show,
  replies: { 200: LiveSnapshot },
});

export const getTicksEndpoint = defineEndpoint({
  process: 'chat',
  name: 'getTicks',
  summary:
    'The same ticks as the socket carries, ten to a file, by number; `first` is a multiple of ten. A complete file never changes.',
  method: 'GET',
  path: '/v1/shows/:showId/ticks/:first',
  access: 'guest',
  params: show.extend({ first: z.coerce.number().int().nonnegative().multipleOf(10) }),
  query: z.object({ epoch: z.string().min(1).max(64) }),
  replies: { 200: TickFile },
  errors: ['ticks_gone'],
});

export const listLogEndpoint = defineEndpoint({
  process: 'chat',
  name: 'listLog',
  summary: 'The show log after position `after`, oldest first: what happened, in order, with programme time.',
  method: 'GET',
  path: '/v1/shows/:showId/log',
  access: 'guest',
  params: show,
  query: z.object({
    after: z.coerce.number().int().nonnegative().default(0),
    limit: z.coerce.number().int().min(1).max(500).default(200),
    type: z
      .union([z.enum(entryTypes), z.array(z.enum(entryTypes)).max(entryTypes.length)])
      .transform((types) => [types].flat())
      .optional(),
  }),
  replies: { 200: z.object({ entries: z.array(LogEntry), last: z.int().nonnegative() }) },
});

/** A line of the replay, with the moment of the picture that it was said at. */
export const ReplayLine = z.object({ line: ChatLine, mediaTime: z.int().nonnegative().nullable() });
export type ReplayLine = z.infer<typeof ReplayLine>;

export const listLinesEndpoint = defineEndpoint({
  process: 'chat',
  name: 'listLines',
  summary:
    'Chat for the replay, in order, between two moments of server time; lines that were too many to show live are here too.',
  method: 'GET',
  path: '/v1/shows/:showId/lines',
  access: 'guest',
  params: show,
  query: PageQuery.extend({
    from: millis.default(0),
    to: millis.optional(),
    limit: z.coerce.number().int().min(1).max(500).default(200),
  }),
  replies: { 200: page(ReplayLine) },
});

export const orderCommandEndpoint = defineEndpoint({
  process: 'chat',
  name: 'orderCommand',
  summary: "A host's or moderator's command, as over the socket. A repeated id gets the first answer again.",
  method: 'POST',
  path: '/v1/shows/:showId/commands',
  access: 'user',
  params: show,
  body: z.object({ id: Id, command: HostCommand }),
  replies: { 200: CommandReply },
  errors: [
    'product_not_in_line_up',
    'line_up_at_end',
    'sale_not_of_show',
    'sale_command_refused',
    'line_not_found',
    'already_decided',
    'not_restricted',
    'poll_open',
    'poll_closed',
    'line_empty',
  ],
  rate: { per: 'account', limit: 300, windowS: 60 },
});

/** What happened in one minute. `viewers` is the most there were. */
export const FigureMinute = z.object({
  minute: z.int().nonnegative(),
  viewers: z.int().nonnegative(),
  lines: z.int().nonnegative(),
  reactions: z.int().nonnegative(),
  orders: z.int().nonnegative(),
  units: z.int().nonnegative(),
  revenue: z.array(Money),
});
export type FigureMinute = z.infer<typeof FigureMinute>;

export const listFiguresEndpoint = defineEndpoint({
  process: 'chat',
  name: 'listFigures',
  summary:
    "A show's figures minute by minute, oldest first, with their sums; for people with the right `figures`.",
  method: 'GET',
  path: '/v1/shows/:showId/figures',
  access: 'user',
  params: show,
  query: z.object({ from: millis.default(0), to: millis.optional() }),
  replies: {
    200: z.object({
      minutes: z.array(FigureMinute),
      totals: z.object({
        viewerPeak: z.int().nonnegative(),
        lines: z.int().nonnegative(),
        reactions: z.int().nonnegative(),
        orders: z.int().nonnegative(),
        units: z.int().nonnegative(),
        revenue: z.array(Money),
      }),
    }),
  },
});

export const listQuestionsEndpoint = defineEndpoint({
  process: 'chat',
  name: 'listQuestions',
  summary: 'Questions of viewers, oldest first; open ones unless `answered` is set. For people of the show.',
  method: 'GET',
  path: '/v1/shows/:showId/questions',
  access: 'user',
  params: show,
  query: PageQuery.extend({ answered: z.stringbool().default(false) }),
  replies: { 200: page(ChatLine) },
});
