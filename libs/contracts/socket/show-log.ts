import { z } from 'zod';

/** The sizes and names that the show log, its live ticks and its replay share. */
export const LINE_MAX_CHARS = 300;
/** A host message is an announcement, not a page. */
export const HOST_MESSAGE_MAX_CHARS = 500;
export const POLL_MAX_OPTIONS = 6;
/** Lines that a snapshot carries, newest last. */
export const SNAPSHOT_LINES = 50;

const id = z.uuid();
const millis = z.int().nonnegative();
const shortText = z.string().max(200);
export const money = z.object({ amount: z.int(), currency: z.string().length(3) });

/** What may stand beside an author's name. `buyer` is shown only where the buyer agreed to it. */
export const badge = z.enum(['host', 'moderator', 'staff', 'buyer']);
export type Badge = z.infer<typeof badge>;

/** Who wrote a line. Guests have an id of their own session. */
export const lineAuthor = z.object({
  id,
  name: z.string().min(1).max(60),
  badges: z.array(badge).max(4),
});
export type LineAuthor = z.infer<typeof lineAuthor>;

/** One line of chat as everybody sees it. `key` is the sender's own id of it: the sender replaces the local echo by it. */
export const chatLine = z.object({
  id,
  seq: z.int().positive(),
  key: id,
  author: lineAuthor,
  text: z.string().min(1).max(LINE_MAX_CHARS),
  at: millis,
  replyTo: z.object({ id, name: z.string().max(60), excerpt: z.string().max(80) }).optional(),
  mentions: z.array(id).max(5).optional(),
  question: z.literal(true).optional(),
});
export type ChatLine = z.infer<typeof chatLine>;

/** A product as the pin shows it; `saleId` is the flash sale that is planned or open for it. */
export const pinnedProduct = z.object({
  productId: id,
  variantId: id.optional(),
  saleId: id.optional(),
  title: shortText,
  imageUrl: z.string().max(500).optional(),
  price: money.optional(),
});
export type PinnedProduct = z.infer<typeof pinnedProduct>;

/** A sale as viewers see it. `version` is the sale's version at checkout: an older one never replaces a newer one. */
export const saleState = z.object({
  saleId: id,
  version: z.int().nonnegative(),
  state: z.enum(['planned', 'open', 'closed']),
  kind: z.enum(['flash', 'standing']),
  items: z
    .array(
      z.object({
        variantId: id,
        productId: id.optional(),
        price: money.optional(),
        available: z.int().nonnegative().optional(),
        soldOut: z.boolean(),
      }),
    )
    .max(100),
  opensAt: millis.optional(),
  endsAt: millis.optional(),
  limitPerBuyer: z.int().positive().optional(),
  rule: z.string().max(40).optional(),
});
export type SaleState = z.infer<typeof saleState>;

/** How the room may be written in. Zero means off. */
export const roomModes = z.object({
  slowS: z.int().min(0).max(3600),
  followersOnlyS: z.int().min(0).max(31_536_000).nullable(),
  buyersOnly: z.boolean(),
  emotesOnly: z.boolean(),
  guestsMayWrite: z.boolean(),
  links: z.enum(['allow', 'hold', 'block']),
  shield: z.boolean(),
});
export type RoomModes = z.infer<typeof roomModes>;

export const poll = z.object({
  pollId: id,
  question: z.string().min(1).max(140),
  options: z.array(z.string().min(1).max(60)).min(2).max(POLL_MAX_OPTIONS),
  endsAt: millis.optional(),
});
export type Poll = z.infer<typeof poll>;

export const showStates = ['scheduled', 'live', 'paused', 'ended'] as const;
export const showState = z.enum(showStates);
export type ShowState = z.infer<typeof showState>;

const entryData = {
  pinned: pinnedProduct,
  unpinned: z.object({}),
  host_message: z.object({ text: z.string().min(1).max(HOST_MESSAGE_MAX_CHARS), by: z.string().max(60) }),
  poll_opened: poll,
  poll_closed: z.object({ pollId: id, counts: z.array(z.int().nonnegative()).max(POLL_MAX_OPTIONS) }),
  line_pinned: z.object({ line: chatLine }),
  line_unpinned: z.object({}),
  question_answered: z.object({ lineId: id }),
  sale_changed: saleState,
  price_changed: saleState,
  stock_changed: saleState,
  sold_out: saleState,
  lines_deleted: z.object({ lineIds: z.array(id).min(1).max(200) }),
  user_cleared: z.object({ userId: id, since: millis }),
  modes_changed: roomModes,
  show_state: z.object({ state: showState }),
} as const;

export type EntryType = keyof typeof entryData;
export const entryTypes = Object.keys(entryData) as EntryType[];

/**
 * Entries that wait for the picture: they take effect when it reaches `mediaTime`. All others are safety entries and
 * take effect at once, since acting on them late would sell, show or say something that is no longer true.
 */
export const presentationTypes: ReadonlySet<EntryType> = new Set<EntryType>([
  'pinned',
  'unpinned',
  'host_message',
  'poll_opened',
  'line_pinned',
  'question_answered',
]);

const entryFields = {
  /** Position in the show's log; gapless and ascending. */
  seq: z.int().positive(),
  /** Server time in milliseconds since 1970. */
  at: millis,
  /** Programme time (EXT-X-PROGRAM-DATE-TIME, milliseconds since 1970) that was at ingest; null when nothing was on air. */
  mediaTime: millis.nullable(),
};

const entry = <T extends EntryType>(type: T) =>
  z.object({ ...entryFields, type: z.literal(type), data: entryData[type] });

/** One entry of the show log: the one record that the live page, replay, overlays and reports read. */
export const logEntry = z.discriminatedUnion('type', [
  entry('pinned'),
  entry('unpinned'),
  entry('host_message'),
  entry('poll_opened'),
  entry('poll_closed'),
  entry('line_pinned'),
  entry('line_unpinned'),
  entry('question_answered'),
  entry('sale_changed'),
  entry('price_changed'),
  entry('stock_changed'),
  entry('sold_out'),
  entry('lines_deleted'),
  entry('user_cleared'),
  entry('modes_changed'),
  entry('show_state'),
]);
export type LogEntry = z.infer<typeof logEntry>;
export type EntryData<T extends EntryType> = z.infer<(typeof entryData)[T]>;
