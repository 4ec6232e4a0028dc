import type { LiveDesk, ReactionKind } from '#contracts';
import type { DeskOf } from './desk-news.ts';
import { eventText, textFrame } from './frames.ts';
import { RoomFeed, type FeedPorts } from './room-feed.ts';
import type { Client } from './client.ts';
import type { PolicyChange, RoomSum } from '../rooms/asks.ts';

/** Taps and audience are told to the owner this often. */
const REACTIONS_EVERY_MS = 100;
const PRESENCE_EVERY_MS = 2_000;
/** A room that nobody sits in is listened to for this much longer. */
const IDLE_MS = 60_000;
/** Rooms open at one gateway. */
const MOST_ROOMS = 20_000;

export interface FeedsPorts extends FeedPorts {
  gatewayId: string;
  /** How much of its time this process works. */
  busy(): number;
  sum(showId: string, sum: RoomSum): void;
  /** Hears what the owner tells desks, and that the rules of entry changed. */
  listenDesk(showId: string, onDesk: (desk: LiveDesk) => void): () => void;
  listenPolicy(showId: string, onChange: (change: PolicyChange) => void): () => void;
}

interface Open {
  feed: RoomFeed;
  desks: Set<Client>;
  unlisten: (() => void)[];
}

/** The rooms this gateway listens to. */
export class Feeds {
  readonly #ports: FeedsPorts;
  readonly #open = new Map<string, Open>();
  readonly #opening = new Map<string, Promise<RoomFeed | undefined>>();
  readonly #taps = new Map<string, Partial<Record<ReactionKind, number>>>();
  readonly #timers: NodeJS.Timeout[];
  /** An owner let one of these rooms go. */
  onReleased: (showId: string) => void = () => undefined;

  constructor(ports: FeedsPorts) {
    this.#ports = ports;
    this.#timers = [
      setInterval(() => this.#tellTaps(), REACTIONS_EVERY_MS).unref(),
      setInterval(() => this.#tellAudience(), PRESENCE_EVERY_MS).unref(),
    ];
  }

  get size(): number {
    return this.#open.size;
  }

  /** The room, listened to from now on; undefined when there is no such show. */
  async get(showId: string): Promise<RoomFeed | undefined> {
    const known = this.#open.get(showId);
    if (known && !known.feed.closed) return known.feed;
    if (known) this.#close(known);
    if (this.#open.size >= MOST_ROOMS) throw new Error('too many rooms are open at this gateway');
    const opening =
      this.#opening.get(showId) ?? this.#openFeed(showId).finally(() => this.#opening.delete(showId));
    this.#opening.set(showId, opening);
    return opening;
  }

  /** The room if it is listened to. */
  peek(showId: string): RoomFeed | undefined {
    return this.#open.get(showId)?.feed;
  }

  react(showId: string, kind: ReactionKind, count: number): void {
    const taps = this.#taps.get(showId) ?? {};
    taps[kind] = (taps[kind] ?? 0) + count;
    this.#taps.set(showId, taps);
  }

  setDesk(showId: string, client: Client, open: boolean): void {
    const room = this.#open.get(showId);
    if (!room) return;
    if (open) room.desks.add(client);
    else room.desks.delete(client);
    client.desk = open;
    this.#tellPresence(showId, room);
  }

  /** Tells the open desks of a show, or of all shows of a shop. */
  tellDesks(of: DeskOf, desk: LiveDesk): void {
    for (const { feed, desks } of this.#open.values()) {
      const meant = 'showId' in of ? feed.showId === of.showId : feed.show.shopId === of.shopId;
      if (meant) sendDesk(desks, desk);
    }
  }

  /** Tells the owner of the room at once who is there: a first viewer should not wait two seconds to be counted. */
  tellPresence(showId: string): void {
    const room = this.#open.get(showId);
    if (room) this.#tellPresence(showId, room);
  }

  /** Rooms that are listened to, and the process that owns each as last heard. */
  *rooms(): Generator<{ showId: string; owner: string }> {
    for (const { feed } of this.#open.values()) yield { showId: feed.showId, owner: feed.owner };
  }

  /** Asks for a room's rules anew, which finds it an owner when it has none. */
  async lookAfter(showId: string): Promise<void> {
    await this.#open.get(showId)?.feed.refreshPolicy();
  }

  /** The connection to NATS came back. */
  async catchUp(): Promise<void> {
    await Promise.allSettled([...this.#open.values()].map(({ feed }) => feed.catchUp()));
  }

  stop(): void {
    for (const timer of this.#timers) clearInterval(timer);
    for (const room of this.#open.values()) this.#close(room);
  }

  async #openFeed(showId: string): Promise<RoomFeed | undefined> {
    const feed = await RoomFeed.open(showId, this.#ports);
    if (!feed) return undefined;
    const desks = new Set<Client>();
    const unlisten = [
      this.#ports.listenDesk(showId, (desk) => sendDesk(desks, desk)),
      this.#ports.listenPolicy(showId, (change) => {
        if (change.released) return this.onReleased(showId);
        feed
          .refreshPolicy(change)
          .catch((error: unknown) => this.#ports.warn(error, 'the rules of a room are old'));
      }),
    ];
    this.#open.set(showId, { feed, desks, unlisten });
    return feed;
  }

  #close({ feed, unlisten }: Open): void {
    for (const stop of unlisten) stop();
    feed.close();
    this.#open.delete(feed.showId);
  }

  #tellTaps(): void {
    for (const [showId, reactions] of this.#taps) {
      this.#ports.sum(showId, {
        gateway: this.#ports.gatewayId,
        reactions: reactions as Record<string, number>,
      });
    }
    this.#taps.clear();
  }

  #tellAudience(): void {
    const now = this.#ports.now();
    for (const [showId, room] of this.#open) {
      if (room.feed.guests.size === 0 && now - room.feed.lastUsedAt > IDLE_MS) this.#close(room);
      else this.#tellPresence(showId, room);
    }
  }

  #tellPresence(showId: string, { feed, desks }: Open): void {
    for (const client of desks) if (client.place?.feed !== feed) desks.delete(client);
    this.#ports.sum(showId, {
      gateway: this.#ports.gatewayId,
      presence: feed.audience.report(desks.size, this.#ports.busy()),
    });
  }
}

function sendDesk(desks: ReadonlySet<Client>, desk: LiveDesk): void {
  if (desks.size === 0) return;
  const frame = textFrame(Buffer.from(eventText('desk', JSON.stringify(desk)), 'utf8'));
  for (const { place } of desks) place?.guest.seat.outlet.write(frame);
}
