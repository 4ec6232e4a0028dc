import { ClientFrame, type ErrorCode, type FrameReply, type LiveYou } from '#contracts';
import { actorOf, rightsOf } from '../rooms/actor.ts';
import type { RoomClient } from '../rooms/room-client.ts';
import { fingerprintOf } from '../figures/viewers.ts';
import type { Client, Place } from './client.ts';
import type { Clients } from './clients.ts';
import type { Feeds } from './feeds.ts';
import { outletOf } from './outlet.ts';
import type { RoomFeed } from './room-feed.ts';
import { Seat } from './seat.ts';

export interface DispatchParts {
  feeds: Feeds;
  rooms: RoomClient;
  clients: Clients;
  now(): number;
  /** The identity in a token, or undefined when it does not count. */
  verify(token: string): Promise<Client['identity']>;
  mayEnter(feed: RoomFeed, client: Client): boolean;
  error(error: unknown, message: string): void;
}

type Frame<Op extends ClientFrame['op']> = Extract<ClientFrame, { op: Op }>;

/** Understands frames of clients and carries them out; every frame gets an answer. */
export class Dispatch {
  readonly #parts: DispatchParts;

  constructor(parts: DispatchParts) {
    this.#parts = parts;
  }

  /** Handles one frame as it came from the wire. */
  async handle(client: Client, raw: unknown): Promise<FrameReply> {
    // Before anything is waited for: what waits for a token to be checked is bounded too.
    const spent = client.spend(this.#parts.now());
    if (spent === 'flooding') client.close('flooding');
    if (spent !== 'ok') return { ...refuse('rate_limited'), retryAfterMs: 1_000 };
    if (client.ready && !(await client.ready)) return refuse('unauthenticated');
    const parsed = ClientFrame.safeParse(raw);
    if (!parsed.success) {
      if (client.countMalformed()) client.close('malformed');
      const issue = parsed.error.issues[0];
      if (issue?.code === 'invalid_union' && issue.path[0] === 'op') return refuse('unknown_op');
      return refuse(
        'invalid_request',
        `${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`.slice(0, 300),
      );
    }
    try {
      return await this.#carryOut(client, parsed.data);
    } catch (error) {
      this.#parts.error(error, 'a frame could not be carried out');
      return { ...refuse('unavailable'), retryAfterMs: 1_000 };
    }
  }

  #carryOut(client: Client, frame: ClientFrame): Promise<FrameReply> | FrameReply {
    switch (frame.op) {
      case 'join':
        return this.#join(client, frame);
      case 'leave':
        if (client.place?.feed.showId === frame.showId) client.leave();
        return { ok: true };
      case 'auth':
        return this.#authenticate(client, frame.token);
      default:
        return this.#inRoom(client, frame);
    }
  }

  async #join(client: Client, { showId, offset }: Frame<'join'>): Promise<FrameReply> {
    const { feeds, now } = this.#parts;
    const feed = await feeds.get(showId);
    if (!feed) return refuse('not_found');
    if (!this.#parts.mayEnter(feed, client)) return refuse('not_found');
    const { identity } = client;
    const sanction = identity && feed.sanctionOf(identity.userId);
    if (sanction?.kind === 'ban') return refuse('chat_banned', sanction.reason ?? undefined);
    if (client.closed) return refuse('unavailable');
    client.leave();
    const guest = {
      seat: new Seat(outletOf(client.socket), (reason) => client.close(reason)),
      userId: identity?.userId ?? null,
      person: identity ? fingerprintOf(identity.userId) : null,
      guest: identity?.kind === 'guest',
      address: client.address,
      who: client,
    };
    const place: Place = { feed, guest };
    client.place = place;
    const first = feed.guests.size === 0;
    const recovered = await feed.join(guest, offset);
    // The connection may have ended, or joined elsewhere, while missed ticks were read from the stream.
    if (client.closed || client.place !== place || !client.socket.connected) {
      feed.leave(guest);
      return refuse('not_in_room');
    }
    if (first) feeds.tellPresence(showId);
    return { ok: true, recovered, you: youIn(feed, client, now()) };
  }

  async #authenticate(client: Client, token: string): Promise<FrameReply> {
    const identity = await this.#parts.verify(token);
    if (!identity) return refuse('unauthenticated');
    if (client.identity && client.identity.userId !== identity.userId) {
      return refuse('conflict', 'this connection belongs to another account');
    }
    client.identity = identity;
    client.warned = false;
    if (!this.#parts.clients.identify(client)) client.close('too_many_sockets');
    return { ok: true };
  }

  async #inRoom(
    client: Client,
    frame: Exclude<ClientFrame, Frame<'join' | 'leave' | 'auth'>>,
  ): Promise<FrameReply> {
    const { place, identity } = client;
    const { feeds, rooms } = this.#parts;
    const { showId } = frame;
    if (place?.feed.showId !== showId) return refuse('not_in_room');
    if (frame.op === 'react') {
      feeds.react(showId, frame.kind, frame.count);
      return { ok: true };
    }
    if (!identity) return refuse('unauthenticated');
    const actor = actorOf(identity, place.feed.show.shopId);
    switch (frame.op) {
      case 'say': {
        const { key, text, replyTo, question } = frame;
        const rest = { ...(replyTo ? { replyTo } : {}), ...(question ? { question } : {}) };
        return answered(
          await rooms.ask(showId, { ask: 'say', actor, address: client.address, key, text, ...rest }),
        );
      }
      case 'vote':
        return answered(
          await rooms.ask(showId, { ask: 'vote', actor, pollId: frame.pollId, choice: frame.choice }),
        );
      case 'report': {
        const { lineId, reason, note } = frame;
        return answered(await rooms.ask(showId, { ask: 'report', actor, lineId, reason, note }));
      }
      case 'command':
        return answered(
          await rooms.ask(showId, { ask: 'command', actor, id: frame.id, command: frame.command }),
        );
      case 'desk': {
        const rights = rightsOf(actor, place.feed.rightsGivenTo(identity.userId));
        if (rights.length === 0) return refuse('forbidden');
        feeds.setDesk(showId, client, frame.open);
        return { ok: true };
      }
    }
  }
}

function answered(answer: Awaited<ReturnType<RoomClient['ask']>>): FrameReply {
  if (!answer.ok && answer.code === 'moved') return refuse('unavailable');
  return answer as FrameReply;
}

function refuse(code: ErrorCode, detail?: string): Extract<FrameReply, { ok: false }> {
  return { ok: false, code, ...(detail ? { detail } : {}) };
}

/** What the client is told of itself. Who is shadowed is not told. */
export function youIn(feed: RoomFeed, { identity }: Client, now: number): LiveYou {
  if (!identity) {
    return {
      userId: null,
      displayName: null,
      mayWrite: false,
      rights: [],
      mutedUntil: null,
      tokenEndsAt: null,
    };
  }
  const actor = actorOf(identity, feed.show.shopId);
  const sanction = feed.sanctionOf(identity.userId);
  const muted = sanction?.kind === 'timeout' ? (sanction.until ?? now) : null;
  return {
    userId: identity.userId,
    displayName: identity.displayName.slice(0, 60),
    mayWrite: muted === null && (identity.kind === 'user' || feed.view.modes.guestsMayWrite),
    rights: [...rightsOf(actor, feed.rightsGivenTo(identity.userId))],
    mutedUntil: muted,
    tokenEndsAt: identity.expiresAt,
  };
}
