/**
 * The live protocol: everything that travels over the socket at `/live/` (socket.io 4, WebSocket only, default namespace).
 *
 * - The handshake's `auth` is `HandshakeAuth`. Who has no token may read.
 * - Client to server: event `m` with one `ClientFrame` and an acknowledgement callback that gets a `FrameReply`.
 * - Server to client: events `snapshot`, `tick`, `push`, `desk` and `bye`, each with one argument.
 * - After a `join` is acknowledged, either one `snapshot` comes (`recovered: false`) or the missed ticks (`recovered: true`);
 *   from then on ticks follow without a gap. A client ignores a tick whose `n` it has, or whose `epoch` is not the room's.
 *   A `snapshot` may come again at any time (after the socket was too slow): it replaces everything.
 * - A close is preceded by `bye`. Its code's range says whether to come back; stock socket.io clients reconnect on any
 *   close, so a client has to obey it.
 */
import { z } from 'zod';
import { StreamAdvice, StreamRefusalReason } from '../events/media.ts';
import { ShowState } from '../http/catalog/words.ts';
import { Id } from '../values.ts';
import { ChatRight, HostCommand, ReportReason } from './commands.ts';
import {
  LINE_MAX_CHARS,
  POLL_MAX_OPTIONS,
  SNAPSHOT_LINES,
  ChatLine,
  LogEntry,
  PinnedProduct,
  Poll,
  RoomModes,
  SaleState,
} from './show-log.ts';

/** Raised when an old client could misread a frame; the server closes with `protocol_version` then. */
export const LIVE_PROTOCOL_VERSION = 1;
export const LIVE_PATH = '/live/';
/** A client frame is refused and its socket closed above this many bytes. */
export const CLIENT_FRAME_MAX_BYTES = 8 * 1024;
/** A client sums taps for this long before it sends one `react`. */
export const REACT_WINDOW_MS = 500;
/** Missed ticks are served for this long; after it a join answers with a snapshot. */
export const RECOVERY_WINDOW_MS = 120_000;
/** Ticks in one file of the HTTP fallback; a file starts at a multiple of it. */
export const TICKS_PER_FILE = 10;

const millis = z.int().nonnegative();
const tickNumber = z.int().nonnegative();
const epoch = z.string().min(1).max(64);

/** How far a client has read: the room's epoch and the number of its last tick. */
export const LiveOffset = z.object({ epoch, n: tickNumber });
export type LiveOffset = z.infer<typeof LiveOffset>;

export const HandshakeAuth = z.object({
  v: z.int(),
  /** Left out: the session cookie counts (its Origin is checked), or the caller only reads. */
  token: z.string().max(4096).optional(),
});
export type HandshakeAuth = z.infer<typeof HandshakeAuth>;

// ---- client to server ----

export const reactionKinds = ['heart', 'fire', 'clap', 'laugh', 'wow'] as const;
export const ReactionKind = z.enum(reactionKinds);
export type ReactionKind = z.infer<typeof ReactionKind>;

export const ClientFrame = z.discriminatedUnion('op', [
  z.object({ op: z.literal('join'), showId: Id, offset: LiveOffset.optional() }),
  z.object({ op: z.literal('leave'), showId: Id }),
  z.object({
    op: z.literal('say'),
    showId: Id,
    /** The sender's own id of the line, new for each line, the same for each retry: a line is stored once, for ever. */
    key: z.uuid(),
    text: z
      .string()
      .min(1)
      .max(LINE_MAX_CHARS * 4),
    replyTo: Id.optional(),
    question: z.literal(true).optional(),
  }),
  z.object({ op: z.literal('react'), showId: Id, kind: ReactionKind, count: z.int().min(1).max(20) }),
  z.object({
    op: z.literal('vote'),
    showId: Id,
    pollId: Id,
    choice: z
      .int()
      .min(0)
      .max(POLL_MAX_OPTIONS - 1),
  }),
  /** `id` names the command for ever: a repeat gets the first answer and changes nothing. */
  z.object({ op: z.literal('command'), showId: Id, id: Id, command: HostCommand }),
  z.object({
    op: z.literal('report'),
    showId: Id,
    lineId: Id,
    reason: ReportReason,
    note: z.string().max(300).optional(),
  }),
  /** Moderators and hosts: opens or closes the stream of `desk` frames. */
  z.object({ op: z.literal('desk'), showId: Id, open: z.boolean() }),
  /** A fresh token before the old one ends, so that the socket lives on. */
  z.object({ op: z.literal('auth'), token: z.string().min(1).max(4096) }),
]);
export type ClientFrame = z.infer<typeof ClientFrame>;
export type ClientOp = ClientFrame['op'];

/** Who the server takes the socket for, in the room that it joined. */
export const LiveYou = z.object({
  userId: Id.nullable(),
  displayName: z.string().max(60).nullable(),
  mayWrite: z.boolean(),
  rights: z.array(ChatRight),
  /** Writing is refused until then (timeout), in milliseconds since 1970. */
  mutedUntil: millis.nullable(),
  /** The token ends then: send `auth` before. Null for readers without one. */
  tokenEndsAt: millis.nullable(),
});
export type LiveYou = z.infer<typeof LiveYou>;

/** The acknowledgement of any client frame. `code` is one of docs/errors.md; `retryAfterMs` is the countdown of slow mode and rate limits. */
export const FrameReply = z.union([
  z.object({ ok: z.literal(true) }).loose(),
  z.object({
    ok: z.literal(false),
    code: z.string().max(60),
    detail: z.string().max(300).optional(),
    retryAfterMs: z.int().nonnegative().optional(),
  }),
]);
export type FrameReply = z.infer<typeof FrameReply>;

/** Replies by op, where they carry more than `ok`. */
export const JoinReply = z.object({
  ok: z.literal(true),
  /** True: the missed ticks follow and nothing was lost. False: a snapshot follows. */
  recovered: z.boolean(),
  you: LiveYou,
});
export type JoinReply = z.infer<typeof JoinReply>;

/** Sent once the line is stored and in the room's order. `held`: it waits for a moderator. */
export const SayReply = z.object({
  ok: z.literal(true),
  state: z.enum(['sent', 'held']),
  lineId: Id,
  seq: z.int().positive(),
  /** With slow mode on: the sender's next line is accepted after this time. */
  nextInMs: z.int().nonnegative().optional(),
});
export type SayReply = z.infer<typeof SayReply>;

/** `seq` is the log entry that the command made; null when it is carried out elsewhere (sales) or leaves no entry. */
export const CommandReply = z.object({
  ok: z.literal(true),
  seq: z.int().positive().nullable(),
  repeated: z.boolean(),
});
export type CommandReply = z.infer<typeof CommandReply>;

// ---- server to client ----

const reactionSums = z.partialRecord(ReactionKind, z.int().nonnegative());

/** Last values and sums; a tick carries only what changed. */
export const LiveAmbient = z.object({
  /** People watching: accounts and guests once each, connections without either at most ten per address. */
  viewers: z.int().nonnegative().optional(),
  /** Taps since the tick before. */
  reactions: reactionSums.optional(),
  /** Taps since the show began. */
  reactionTotal: z.int().nonnegative().optional(),
  /** Stock by sale; only newer versions replace older ones. */
  stock: z.array(SaleState).max(100).optional(),
  poll: z.object({ pollId: Id, counts: z.array(z.int().nonnegative()).max(POLL_MAX_OPTIONS) }).optional(),
  /** Lines that were said since the tick before but are not shown live, because the room is too fast to read. */
  unseen: z.int().positive().optional(),
});
export type LiveAmbient = z.infer<typeof LiveAmbient>;

export const LiveTick = z.object({
  /** Number of the tick in its epoch; the next one has n + 1, except after partial ticks. */
  n: tickNumber,
  epoch,
  at: millis,
  mediaTime: millis.nullable(),
  /** Set on the first tick of a new owner of the room. */
  takeover: z.literal(true).optional(),
  /** This connection is too slow: only the critical lane came, also of the ticks before; a snapshot follows once it caught up. */
  partial: z.literal(true).optional(),
  critical: z.array(LogEntry).max(500).optional(),
  chat: z.array(ChatLine).max(500).optional(),
  ambient: LiveAmbient.optional(),
});
export type LiveTick = z.infer<typeof LiveTick>;

export const LiveSnapshot = z.object({
  showId: Id,
  epoch,
  /** The state is that after tick n. */
  n: tickNumber,
  at: millis,
  mediaTime: millis.nullable(),
  show: z.object({ state: ShowState, title: z.string().max(200), shopId: Id, hostId: Id.nullable() }),
  /** The last log entry that the state contains. */
  seq: z.int().nonnegative(),
  /** Pins of the last minutes, oldest first, null = unpinned: show the last one whose mediaTime the picture has reached. */
  pins: z
    .array(z.object({ mediaTime: millis.nullable(), at: millis, product: PinnedProduct.nullable() }))
    .max(20),
  sales: z.array(SaleState).max(100),
  poll: Poll.extend({
    mediaTime: millis.nullable(),
    counts: z.array(z.int().nonnegative()).max(POLL_MAX_OPTIONS),
  }).nullable(),
  pinnedLine: ChatLine.nullable(),
  hostMessage: z
    .object({ text: z.string(), by: z.string(), at: millis, mediaTime: millis.nullable() })
    .nullable(),
  modes: RoomModes,
  viewers: z.int().nonnegative(),
  reactionTotal: z.int().nonnegative(),
  lines: z.array(ChatLine).max(SNAPSHOT_LINES),
});
export type LiveSnapshot = z.infer<typeof LiveSnapshot>;

/** For one person, on each of their sockets, whatever room they are in. A hint: the HTTP resource is the truth. */
export const LivePush = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('order'),
    orderId: Id,
    state: z.string().max(40),
    version: z.int().nonnegative(),
    at: millis,
  }),
  z.object({
    type: z.literal('hold'),
    holdId: Id,
    saleId: Id,
    variantId: Id.nullable(),
    state: z.enum(['promoted', 'expired', 'released']),
    expiresAt: millis.nullable(),
    at: millis,
  }),
  z.object({
    type: z.literal('muted'),
    showId: Id,
    until: millis.nullable(),
    reason: z.string().max(200).optional(),
  }),
  z.object({ type: z.literal('unmuted'), showId: Id }),
  z.object({ type: z.literal('line_held'), showId: Id, lineId: Id, key: z.uuid() }),
  z.object({ type: z.literal('line_decided'), showId: Id, lineId: Id, key: z.uuid(), approved: z.boolean() }),
  /** The author's own line on their other devices, when others do not see it. */
  z.object({ type: z.literal('echo'), showId: Id, line: ChatLine }),
  z.object({ type: z.literal('token_ending'), endsAt: millis }),
]);
export type LivePush = z.infer<typeof LivePush>;

/** The host's and moderators' own figures; one per tick at most, last value wins. */
export const LiveFigures = z.object({
  at: millis,
  viewers: z.int().nonnegative(),
  viewerPeak: z.int().nonnegative(),
  accounts: z.int().nonnegative(),
  guests: z.int().nonnegative(),
  chatPerMinute: z.int().nonnegative(),
  reactionsPerMinute: z.int().nonnegative(),
  ordersPerMinute: z.int().nonnegative(),
  orders: z.int().nonnegative(),
  units: z.int().nonnegative(),
  revenue: z.array(z.object({ amount: z.int(), currency: z.string().length(3) })).max(10),
  stock: z.array(z.object({ saleId: Id, variantId: Id, available: z.int().nonnegative() })).max(100),
  held: z.int().nonnegative(),
  reports: z.int().nonnegative(),
  questions: z.int().nonnegative(),
});
export type LiveFigures = z.infer<typeof LiveFigures>;

/** Only for sockets that opened the desk. */
export const LiveDesk = z.object({
  figures: LiveFigures.optional(),
  /** Lines that wait for a decision, or were shadowed; newest last. */
  lines: z
    .array(z.object({ line: ChatLine, state: z.enum(['held', 'shadowed']), why: z.string().max(60) }))
    .max(100)
    .optional(),
  decided: z
    .array(z.object({ lineId: Id, approved: z.boolean(), by: z.string().max(60) }))
    .max(100)
    .optional(),
  reports: z
    .array(z.object({ reportId: Id, lineId: Id, reason: ReportReason, at: millis }))
    .max(100)
    .optional(),
  questions: z.array(ChatLine).max(100).optional(),
  /** What the host should know of the stream now: the whole list. */
  advice: z.array(StreamAdvice).max(30).optional(),
  /** An encoder with a good key was turned away, and what to change. */
  refused: z.object({ reason: StreamRefusalReason, advice: z.string(), at: millis }).optional(),
  /** A variant of the shop is about to run out. */
  lowStock: z
    .array(
      z.object({
        variantId: Id,
        productId: Id,
        title: z.string(),
        available: z.int(),
        threshold: z.int(),
        at: millis,
      }),
    )
    .max(100)
    .optional(),
});
export type LiveDesk = z.infer<typeof LiveDesk>;

/** Why a socket is closed: 4000-4499 come back (after `retryAfterMs`, with jitter), 4500-4999 do not come back as you are. */
export const closeReasons = {
  draining: 4001,
  token_expired: 4002,
  membership_changed: 4003,
  overloaded: 4004,
  unavailable: 4005,
  slow: 4008,
  signed_out: 4501,
  banned: 4502,
  protocol_version: 4503,
  malformed: 4504,
  origin_not_allowed: 4505,
  flooding: 4506,
  show_gone: 4507,
  token_invalid: 4508,
  too_many_sockets: 4509,
} as const;
export type CloseReason = keyof typeof closeReasons;

export const LiveBye = z.object({
  code: z.int().min(4000).max(4999),
  reason: z.enum(Object.keys(closeReasons) as [CloseReason, ...CloseReason[]]),
  retryAfterMs: z.int().nonnegative().optional(),
});
export type LiveBye = z.infer<typeof LiveBye>;

/** Whether a client should connect again by itself after this close. */
export function mayComeBack(code: number): boolean {
  return code >= 4000 && code < 4500;
}

/** The server's events and what each carries, for typed clients and tests. */
export const liveEvents = {
  snapshot: LiveSnapshot,
  tick: LiveTick,
  push: LivePush,
  desk: LiveDesk,
  bye: LiveBye,
} as const;

/** One file of the HTTP fallback. `complete` files never change; poll an incomplete one once a second. */
export const TickFile = z.object({
  epoch,
  first: tickNumber,
  complete: z.boolean(),
  ticks: z.array(LiveTick).max(TICKS_PER_FILE),
});
export type TickFile = z.infer<typeof TickFile>;
