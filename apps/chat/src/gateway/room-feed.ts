import {
  RECOVERY_WINDOW_MS,
  type ChatRight,
  type Identity,
  type LiveOffset,
  type LiveTick,
} from '#contracts';
import { maySee } from '../access/may-see.ts';
import { Audience, type Viewer } from '../figures/audience.ts';
import type { PolicyChange, RoomBrief } from '../rooms/asks.ts';
import type { StoredTick } from '../rooms/jetstream-ticks.ts';
import type { Sanction } from '../rooms/room-ports.ts';
import { applyTick, type RoomView } from '../rooms/room-view.ts';
import { eventText, SharedFrame } from './frames.ts';
import { Ring } from './ring.ts';
import type { Seat, SeatSource } from './seat.ts';

/** Ticks kept aside while a room opens or a gap is repaired. */
const MOST_ASIDE = 1_200;
/** Seats written before other work gets its turn: about 10 ms. */
const SEATS_PER_SLICE = 500;
const REOPEN_MS = 500;

/** A viewer in the room, and the connection they watch through. */
export interface Guest extends Viewer {
  seat: Seat;
  userId: string | null;
  /** Who the connection belongs to by now. */
  who: { readonly identity: Identity | undefined };
}

/** What a feed needs from the outside. */
export interface FeedPorts {
  listen(showId: string, onTick: (tick: StoredTick) => void): () => void;
  readAfter(showId: string, streamSeq: number, most: number): Promise<StoredTick[]>;
  readSince(showId: string, sinceMs: number, most: number): Promise<StoredTick[]>;
  /** Asks the owner for the room; finds or makes an owner first. Undefined: there is no such show. */
  brief(showId: string): Promise<RoomBrief | undefined>;
  now(): number;
  /** Calls back soon, after other work. */
  yield(work: () => void): void;
  after(ms: number, work: () => void): () => void;
  warn(error: unknown, message: string): void;
}

/**
 * One room at one gateway: listens once for all its connections, keeps the last two minutes as ready frames, and writes
 * the same bytes to everybody. Gaps are closed from the stream before anything after them is written.
 */
export class RoomFeed implements SeatSource {
  readonly showId: string;
  readonly audience = new Audience();
  readonly guests = new Set<Guest>();
  readonly #ports: FeedPorts;
  readonly #ring = new Ring(RECOVERY_WINDOW_MS);
  #view: RoomView;
  #show: RoomBrief['show'];
  #owner: string;
  #streamSeq: number;
  #sanctions = new Map<string, Sanction>();
  #roles = new Map<string, readonly ChatRight[]>();
  #aside: StoredTick[] | undefined = [];
  #unlisten: () => void;
  #snapshot: { n: number; frame: SharedFrame } | undefined;
  #filling: Promise<void> | undefined;
  #filled = false;
  #sending = false;
  #toSend: { n: number; frame: SharedFrame; critical: (() => SharedFrame) | undefined }[] = [];
  #closed = false;
  lastUsedAt: number;

  private constructor(showId: string, ports: FeedPorts, brief: RoomBrief) {
    this.showId = showId;
    this.#ports = ports;
    this.#view = brief.view;
    this.#show = brief.show;
    this.#owner = brief.owner;
    this.#streamSeq = brief.streamSeq;
    this.#unlisten = () => undefined;
    this.lastUsedAt = ports.now();
    this.#takePolicy(brief);
  }

  /** Listens first, then asks for the state, so that no tick falls between. Undefined: there is no such show. */
  static async open(showId: string, ports: FeedPorts): Promise<RoomFeed | undefined> {
    const early: StoredTick[] = [];
    let sink = (tick: StoredTick): void => void (early.length < MOST_ASIDE && early.push(tick));
    const unlisten = ports.listen(showId, (tick) => sink(tick));
    const brief = await ports.brief(showId).catch((error: unknown) => {
      unlisten();
      throw error;
    });
    if (!brief) {
      unlisten();
      return undefined;
    }
    const feed = new RoomFeed(showId, ports, brief);
    feed.#unlisten = unlisten;
    sink = (tick) => feed.#incoming(tick);
    feed.#goOn(early);
    return feed;
  }

  get topN(): number {
    return this.#view.n;
  }

  get view(): RoomView {
    return this.#view;
  }

  get show(): RoomBrief['show'] {
    return this.#show;
  }

  /** The process that owns the room, as last heard. */
  get owner(): string {
    return this.#owner;
  }

  sanctionOf(userId: string): Sanction | undefined {
    const sanction = this.#sanctions.get(userId);
    return sanction?.until && sanction.until <= this.#ports.now() ? undefined : sanction;
  }

  rightsGivenTo(userId: string): readonly ChatRight[] | undefined {
    return this.#roles.get(userId);
  }

  /** Gives a connection its place. True: it got exactly what it missed; false: it got a snapshot. */
  async join(guest: Guest, offset: LiveOffset | undefined): Promise<boolean> {
    this.lastUsedAt = this.#ports.now();
    const wanted = offset?.epoch === this.#view.epoch ? offset.n : undefined;
    if (wanted !== undefined && wanted < this.#view.n && this.#ring.after(wanted, false) === undefined) {
      await this.#fill();
    }
    const { seat } = guest;
    const recovered = wanted !== undefined && offset?.epoch === this.#view.epoch && seat.resume(wanted, this);
    if (!recovered) seat.startOver(this);
    this.guests.add(guest);
    this.audience.add(guest);
    return recovered;
  }

  leave(guest: Guest): void {
    if (!this.guests.delete(guest)) return;
    this.audience.remove(guest);
    this.lastUsedAt = this.#ports.now();
  }

  after(n: number, deflate: boolean): readonly Buffer[] | undefined {
    return n === this.#view.n ? [] : this.#ring.after(n, deflate);
  }

  /** The room after its last tick; made once per tick, however many join. */
  snapshot(): SharedFrame {
    if (this.#snapshot?.n !== this.#view.n) {
      this.#snapshot = {
        n: this.#view.n,
        frame: new SharedFrame(eventText('snapshot', JSON.stringify(this.#view))),
      };
    }
    return this.#snapshot.frame;
  }

  /** The ticks from `first` to `last` as far as they have happened; undefined when `first` is too old. */
  async ticksBetween(first: number, last: number): Promise<LiveTick[] | undefined> {
    this.lastUsedAt = this.#ports.now();
    const from = Math.max(1, first); // ticks are counted from one, their files from zero
    if (from > this.#view.n) return [];
    if (!this.#ring.has(from)) await this.#fill();
    return this.#ring.json(from, last)?.map((json) => JSON.parse(json) as LiveTick);
  }

  /** Takes what is told at once, then asks the owner again who is restricted and who has which rights. */
  async refreshPolicy({ eject, restricted, lifted }: PolicyChange = {}): Promise<void> {
    if (lifted) this.#sanctions.delete(lifted);
    if (restricted) this.#sanctions.set(restricted.userId, restricted);
    if (eject) this.eject(eject);
    const brief = await this.#ports.brief(this.showId);
    if (!brief) return this.#gone();
    this.#owner = brief.owner;
    this.#show = brief.show;
    this.#takePolicy(brief);
  }

  eject(userId: string): void {
    for (const guest of this.guests) if (guest.userId === userId) guest.seat.close('banned');
  }

  /** The connection to NATS was away: ticks may have passed unheard, and news of the rules too. */
  async catchUp(): Promise<void> {
    if (this.#aside || this.#closed) return;
    this.#aside = [];
    await this.#repair();
    await this.refreshPolicy();
  }

  get closed(): boolean {
    return this.#closed;
  }

  close(): void {
    this.#closed = true;
    this.#unlisten();
  }

  #incoming(tick: StoredTick): void {
    if (this.#aside) {
      if (this.#aside.length < MOST_ASIDE) this.#aside.push(tick);
      return;
    }
    const { n, epoch } = tick.head;
    if (epoch === this.#view.epoch && n <= this.#view.n) return;
    if (epoch === this.#view.epoch && n === this.#view.n + 1) {
      this.#deliver(tick);
      return;
    }
    this.#aside = [tick];
    void this.#repair();
  }

  /** Closes the gap from the stream; when that is not possible everybody gets a snapshot. */
  async #repair(): Promise<void> {
    try {
      const missed = await this.#ports.readAfter(this.showId, this.#streamSeq, MOST_ASIDE);
      if (missed.length > 0 && this.#follows(missed[0])) {
        const kept = this.#aside ?? [];
        this.#goOn([...missed, ...kept]);
        return;
      }
      if (missed.length === 0 && (this.#aside ?? []).length === 0) {
        this.#goOn([]);
        return;
      }
      await this.#startOver();
    } catch (error) {
      if (this.#closed) return;
      this.#ports.warn(error, 'a gap in a room could not be closed yet; it is tried again');
      this.#ports.after(REOPEN_MS, () => void this.#repair());
    }
  }

  #follows(tick: StoredTick | undefined): boolean {
    return tick?.head.epoch === this.#view.epoch && tick.head.n === this.#view.n + 1;
  }

  async #startOver(): Promise<void> {
    const brief = await this.#ports.brief(this.showId);
    if (!brief) return this.#gone();
    this.#view = brief.view;
    this.#show = brief.show;
    this.#owner = brief.owner;
    this.#streamSeq = brief.streamSeq;
    this.#takePolicy(brief);
    this.#ring.clear();
    this.#filled = false;
    this.#snapshot = undefined;
    for (const { seat } of this.guests) seat.startOver(this);
    this.#goOn(this.#aside ?? []);
  }

  /** Takes ticks in order and listens on; what is not new among them is passed over. */
  #goOn(ticks: readonly StoredTick[]): void {
    this.#aside = undefined;
    for (const tick of ticks) this.#incoming(tick);
  }

  #deliver({ head, json, streamSeq }: StoredTick): void {
    const tick = JSON.parse(json) as LiveTick;
    const frame = new SharedFrame(eventText('tick', json));
    this.#streamSeq = streamSeq;
    applyTick(this.#view, tick);
    this.#ring.push(head.n, tick.at, frame);
    let made: SharedFrame | undefined;
    const critical = head.critical
      ? () => (made ??= new SharedFrame(eventText('tick', JSON.stringify(criticalOf(tick)))))
      : undefined;
    this.#toSend.push({ n: head.n, frame, critical });
    if (!this.#sending) this.#sendNext();
    if (tick.takeover)
      void this.refreshPolicy().catch((error: unknown) => this.#ports.warn(error, 'rules of a room are old'));
  }

  /** Writes tick after tick to all seats, in slices, so that a large room does not hold up everything else. */
  #sendNext(): void {
    const next = this.#toSend.shift();
    if (!next) return;
    const now = this.#ports.now();
    if (this.guests.size <= SEATS_PER_SLICE) {
      for (const { seat } of this.guests) seat.send(next.n, next.frame, next.critical, now, this);
      if (this.#toSend.length > 0) this.#sendNext();
      return;
    }
    this.#sending = true;
    // Each tick begins elsewhere, so that nobody is the last one every time.
    const seats = startingAt([...this.guests], next.n * SEATS_PER_SLICE);
    const slice = (from: number): void => {
      for (const guest of seats.slice(from, from + SEATS_PER_SLICE)) {
        if (this.guests.has(guest)) guest.seat.send(next.n, next.frame, next.critical, now, this);
      }
      if (from + SEATS_PER_SLICE < seats.length) {
        this.#ports.yield(() => slice(from + SEATS_PER_SLICE));
        return;
      }
      this.#sending = false;
      this.#sendNext();
    };
    slice(0);
  }

  /** Reads the last two minutes from the stream, once, whoever waits for it. */
  #fill(): Promise<void> {
    if (this.#filled) return Promise.resolve();
    this.#filling ??= this.#readBack().finally(() => {
      this.#filling = undefined;
    });
    return this.#filling;
  }

  async #readBack(): Promise<void> {
    const since = this.#ports.now() - RECOVERY_WINDOW_MS;
    const ticks = await this.#ports.readSince(this.showId, since, MOST_ASIDE);
    for (const { head, json } of ticks.toReversed()) {
      if (head.epoch !== this.#view.epoch || head.n > this.#view.n) continue;
      if (this.#ring.isEmpty && head.n !== this.#view.n) continue;
      const { at } = JSON.parse(json) as LiveTick;
      this.#ring.prepend(head.n, at, new SharedFrame(eventText('tick', json)));
    }
    this.#filled = true;
  }

  /** The show is no more: everybody is told, and nobody is to come back. */
  #gone(): void {
    for (const { seat } of this.guests) seat.close('show_gone');
    this.close();
  }

  #takePolicy({ show, sanctions, roles }: RoomBrief): void {
    this.#sanctions = new Map(sanctions.map((sanction) => [sanction.userId, sanction]));
    this.#roles = new Map(roles.map(({ userId, rights }) => [userId, rights]));
    // Who put somebody out may have spoken while this gateway did not hear, or in another room of the shop.
    for (const { userId, seat, who } of this.guests) {
      if (userId !== null && this.sanctionOf(userId)?.kind === 'ban') seat.close('banned');
      else if (!maySee(show, who.identity)) seat.close('show_gone');
    }
  }
}

function startingAt<T>(ring: readonly T[], index: number): T[] {
  const from = index % ring.length;
  return [...ring.slice(from), ...ring.slice(0, from)];
}

/** What a connection that is too slow still gets of a tick. */
function criticalOf({ n, epoch, at, mediaTime, critical }: LiveTick): LiveTick {
  return { n, epoch, at, mediaTime, partial: true, ...(critical ? { critical } : {}) };
}
