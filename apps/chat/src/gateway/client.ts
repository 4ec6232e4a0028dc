import { closeReasons, type CloseReason, type Identity } from '#contracts';
import type { Socket } from 'socket.io';
import { terminate } from './outlet.ts';
import type { Guest, RoomFeed } from './room-feed.ts';

/** Frames a client may send: a burst, then so many a second; a person never needs a tenth of it. */
const BURST_FRAMES = 40;
const FRAMES_PER_S = 15;
/** How long a closed client may take to read why. */
const TERMINATE_MS = 2_000;
/** Refused frames after which a client is cut off. */
const MOST_REFUSED = 200;

/** Where a connection sits. */
export interface Place {
  feed: RoomFeed;
  guest: Guest;
}

/** One socket: who it is, where it sits, and how much it may send. Kept small: there are very many of them. */
export class Client {
  readonly socket: Socket;
  /** Keyed hash of where it comes from. */
  readonly address: string;
  identity: Identity | undefined;
  /** Settles when the token was checked; frames wait for it. */
  ready: Promise<boolean> | undefined;
  place: Place | undefined;
  desk = false;
  warned = false;
  #frames = BURST_FRAMES;
  #framesAt = 0;
  #refused = 0;
  #closed = false;

  constructor(socket: Socket, address: string) {
    this.socket = socket;
    this.address = address;
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Takes one frame from the budget: allowed, over it, or far over it. */
  spend(now: number): 'ok' | 'over' | 'flooding' {
    const earned = this.#framesAt === 0 ? 0 : ((now - this.#framesAt) / 1_000) * FRAMES_PER_S;
    this.#frames = Math.min(BURST_FRAMES, this.#frames + earned);
    this.#framesAt = now;
    if (this.#frames >= 1) {
      this.#frames -= 1;
      if (this.#refused > 0) this.#refused -= 0.1;
      return 'ok';
    }
    this.#refused += 1;
    return this.#refused > MOST_REFUSED ? 'flooding' : 'over';
  }

  /** A frame that makes no sense; too many of them end the connection. */
  countMalformed(): boolean {
    this.#refused += 10;
    return this.#refused > MOST_REFUSED;
  }

  /** Says why, then closes; stock clients come back on any close, so the reason tells ours whether to. */
  close(reason: CloseReason, retryAfterMs?: number): void {
    if (this.#closed) return;
    this.#closed = true;
    const code = closeReasons[reason];
    this.socket.emit('bye', { code, reason, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) });
    this.socket.disconnect(true);
    // A client that does not read would keep its connection, and what waits for it, until its next ping is missed.
    setTimeout(() => terminate(this.socket), TERMINATE_MS).unref();
  }

  leave(): void {
    if (!this.place) return;
    this.place.feed.leave(this.place.guest);
    this.place = undefined;
    this.desk = false;
  }
}
