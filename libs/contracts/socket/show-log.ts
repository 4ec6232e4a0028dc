import { z } from 'zod';
import { ShowState } from '../http/catalog/words.ts';
import { Id, Money } from '../values.ts';

/** The sizes and names that the show log, its live ticks and its replay share. */
export const LINE_MAX_CHARS = 300;
/** A host message is an announcement, not a page. */
export const HOST_MESSAGE_MAX_CHARS = 500;
export const POLL_MAX_OPTIONS = 6;
/** Lines that a snapshot carries, newest last. */
export const SNAPSHOT_LINES = 50;

const millis = z.int().nonnegative();
const shortText = z.string().max(200);

/** What may stand beside an author's name. `buyer` is shown only where the buyer agreed to it. */
export const Badge = z.enum(['host', 'moderator', 'staff', 'buyer']);
export type Badge = z.infer<typeof Badge>;

/** Who wrote a line. Guests have an id of their own session. */
export const LineAuthor = z.object({
  id: Id,
  name: z.string().min(1).max(60),
  badges: z.array(Badge).max(4),
});
export type LineAuthor = z.infer<typeof LineAuthor>;

/** One line of chat as everybody sees it. `key` is the sender's own id of it: the sender replaces the local echo by it. */
export const ChatLine = z.object({
  id: Id,
  seq: z.int().positive(),
  key: z.uuid(),
  author: LineAuthor,
  text: z.string().min(1).max(LINE_MAX_CHARS),
  at: millis,
  replyTo: z.object({ id: Id, name: z.string().max(60), excerpt: z.string().max(80) }).optional(),
  mentions: z.array(Id).max(5).optional(),
  question: z.literal(true).optional(),
});
export type ChatLine = z.infer<typeof ChatLine>;

/** A product as the pin shows it; `saleId` is the flash sale that is planned or open for it. */
export const PinnedProduct = z.object({
  productId: Id,
  variantId: Id.optional(),
  saleId: Id.optional(),
  title: shortText,
  imageUrl: z.string().max(500).optional(),
  price: Money.optional(),
});
export type PinnedProduct = z.infer<typeof PinnedProduct>;

/** A sale as viewers see it. `version` is the sale's version at checkout: an older one never replaces a newer one. */
export const SaleState = z.object({
  saleId: Id,
  version: z.int().nonnegative(),
  /** `paused`: it waits for its engine and goes on by itself. */
  state: z.enum(['planned', 'open', 'paused', 'closed']),
  title: z.string().max(200).optional(),
  kind: z.enum(['flash', 'standing']),
  items: z
    .array(
      z.object({
        variantId: Id,
        productId: Id.optional(),
        price: Money.optional(),
        available: z.int().nonnegative().optional(),
        /** Units in somebody's cart, which may come back. */
        held: z.int().nonnegative().optional(),
        sold: z.int().nonnegative().optional(),
        soldOut: z.boolean(),
      }),
    )
    .max(100),
  opensAt: millis.optional(),
  endsAt: millis.optional(),
  limitPerBuyer: z.int().positive().optional(),
  rule: z.string().max(40).optional(),
});
export type SaleState = z.infer<typeof SaleState>;

/** How the room may be written in. Zero means off. */
export const RoomModes = z.object({
  slowS: z.int().min(0).max(3600),
  followersOnlyS: z.int().min(0).max(31_536_000).nullable(),
  buyersOnly: z.boolean(),
  emotesOnly: z.boolean(),
  guestsMayWrite: z.boolean(),
  links: z.enum(['allow', 'hold', 'block']),
  shield: z.boolean(),
});
export type RoomModes = z.infer<typeof RoomModes>;

export const Poll = z.object({
  pollId: Id,
  question: z.string().min(1).max(140),
  options: z.array(z.string().min(1).max(60)).min(2).max(POLL_MAX_OPTIONS),
  endsAt: millis.optional(),
});
export type Poll = z.infer<typeof Poll>;

const entryData = {
  pinned: PinnedProduct,
  unpinned: z.object({}),
  host_message: z.object({ text: z.string().min(1).max(HOST_MESSAGE_MAX_CHARS), by: z.string().max(60) }),
  poll_opened: Poll,
  poll_closed: z.object({ pollId: Id, counts: z.array(z.int().nonnegative()).max(POLL_MAX_OPTIONS) }),
  line_pinned: z.object({ line: ChatLine }),
  line_unpinned: z.object({}),
  question_answered: z.object({ lineId: Id }),
  sale_changed: SaleState,
  price_changed: SaleState,
  stock_changed: SaleState,
  sold_out: SaleState,
  lines_deleted: z.object({ lineIds: z.array(Id).min(1).max(200) }),
  user_cleared: z.object({ userId: Id, since: millis }),
  modes_changed: RoomModes,
  show_state: z.object({ state: ShowState }),
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
export const LogEntry = z.discriminatedUnion('type', [
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
export type LogEntry = z.infer<typeof LogEntry>;
export type EntryData<T extends EntryType> = z.infer<(typeof entryData)[T]>;
