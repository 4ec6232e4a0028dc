import type { ClientFrame, CommandReply, ErrorCode, HostCommand, ReportReason, SayReply } from '#contracts';
import { z } from 'zod';
import type { Actor } from './actor.ts';
import type { RoomView } from './room-view.ts';
import type { RoomStart, Sanction } from './room-ports.ts';

/**
 * What gateways ask a room's owner over NATS (`rt.<show>.ask`, request and reply). Both ends are this app, so the
 * shapes live here; client input inside was parsed at the gateway.
 */
export type Ask =
  | ({ ask: 'say'; actor: Actor; address: string } & Pick<SayFrame, 'key' | 'text' | 'replyTo' | 'question'>)
  | { ask: 'command'; actor: Actor; id: string; command: HostCommand }
  | { ask: 'vote'; actor: Actor; pollId: string; choice: number }
  | { ask: 'report'; actor: Actor; lineId: string; reason: ReportReason; note?: string | undefined }
  | { ask: 'snapshot' }
  /** Something new is in the database. */
  | { ask: 'look' };

type SayFrame = Extract<ClientFrame, { op: 'say' }>;

export type Refused = { ok: false; code: ErrorCode; detail?: string; retryAfterMs?: number };

/** The answer to an ask. `moved`: the room has another owner by now; ask again. */
export type Answer =
  { ok: true } | SayReply | CommandReply | RoomBrief | Refused | { ok: false; code: 'moved' };

/** What a gateway needs to serve a room by itself: the state, and who may not come in or may do more. */
export interface RoomBrief {
  ok: true;
  view: RoomView;
  show: RoomStart['show'];
  /** Where the view's last tick is in the stream. */
  streamSeq: number;
  /** The process that owns the room. */
  owner: string;
  sanctions: RoomStart['sanctions'];
  roles: RoomStart['roles'];
}

/** What gateways tell the owner without an answer (`rt.<show>.sum`). */
export const RoomSum = z.object({
  gateway: z.string().max(60),
  reactions: z.record(z.string(), z.int().nonnegative()).optional(),
  presence: z
    .object({
      accounts: z.string(),
      guests: z.string(),
      unnamed: z.int().nonnegative(),
      desks: z.int().nonnegative(),
      /** The share of its time that the gateway's process worked of late. */
      busy: z.number().min(0).max(1).default(0),
    })
    .optional(),
});
export type RoomSum = z.infer<typeof RoomSum>;

/**
 * What an owner tells the gateways of its room: rules of entry changed, somebody is put out, restricted or free again, or it
 * let the room go.
 */
export interface PolicyChange {
  eject?: string;
  restricted?: Sanction;
  lifted?: string;
  released?: true;
}

/** NATS subjects of a room. Ticks go to `log`; JetStream stores them and sends them on to `feed`. */
export const roomSubjects = {
  log: (showId: string) => `rt.${showId}.log`,
  feed: (showId: string) => `rt.${showId}.feed`,
  ask: (showId: string) => `rt.${showId}.ask`,
  sum: (showId: string) => `rt.${showId}.sum`,
  desk: (showId: string) => `rt.${showId}.desk`,
  policy: (showId: string) => `rt.${showId}.policy`,
  user: (userId: string) => `rt.user.${userId}`,
} as const;
