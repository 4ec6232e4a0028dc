import type { Msg } from '@nats-io/transport-node';
import { openLeaseBucket, type Bus, type ExpiringBucket } from '#bus';
import { acquireLease, boundedCache, type Lease, type Logger } from '#process';
import { roomSubjects, RoomSum, type Answer, type Ask } from './asks.ts';
import { hear } from './tell.ts';
import type { RoomPorts } from './owner-ports.ts';
import { Room, type RoomSettings } from './room.ts';

/** A dead owner's lease is free after this; with claims every 250 ms a new one is there well within three seconds. */
export const LEASE_MS = 1_500;
/** A room that nobody watches and that is not on air is let go after this. */
const IDLE_MS = 60_000;
const IDLE_CHECK_MS = 10_000;
const UNKNOWN_MS = 2_000;

/** What came of a claim: this process owns the room, somebody else has its lease, or there is no such show. */
export type Claimed = 'mine' | 'taken' | 'unknown';

interface Owned {
  room: Room;
  lease: Lease;
  unsubscribe(): void;
  idleSince: number;
}

/** The rooms that this process owns: takes leases, opens rooms, answers what gateways ask them. */
export class RoomOwners {
  readonly #bus: Bus;
  readonly #bucket: ExpiringBucket;
  readonly #ports: RoomPorts;
  readonly #settings: RoomSettings;
  readonly #logger: Logger;
  readonly #owned = new Map<string, Owned>();
  readonly #opening = new Map<string, Promise<Claimed>>();
  /** Ids of no show that somebody asked for lately: guessing does not reach the database each time. */
  readonly #unknown = boundedCache<true>(10_000);
  readonly #idleCheck: NodeJS.Timeout;
  readonly #releasing = new Set<Promise<void>>();
  #stopping = false;

  private constructor(
    bus: Bus,
    bucket: ExpiringBucket,
    ports: RoomPorts,
    settings: RoomSettings,
    logger: Logger,
  ) {
    this.#bus = bus;
    this.#bucket = bucket;
    this.#ports = ports;
    this.#settings = settings;
    this.#logger = logger;
    this.#idleCheck = setInterval(() => this.#releaseIdle(), IDLE_CHECK_MS).unref();
  }

  static async open(bus: Bus, ports: RoomPorts, settings: RoomSettings, logger: Logger): Promise<RoomOwners> {
    const bucket = await openLeaseBucket(bus, 'room-owners', LEASE_MS);
    return new RoomOwners(bus, bucket, ports, settings, logger);
  }

  get size(): number {
    return this.#owned.size;
  }

  owns(showId: string): boolean {
    return this.#owned.has(showId);
  }

  /** Becomes the owner unless somebody is. */
  claim(showId: string): Promise<Claimed> {
    if (this.#owned.has(showId)) return Promise.resolve('mine');
    if (this.#stopping) return Promise.resolve('taken');
    if (this.#unknown.get(showId)) return Promise.resolve('unknown');
    const opening =
      this.#opening.get(showId) ?? this.#claim(showId).finally(() => this.#opening.delete(showId));
    this.#opening.set(showId, opening);
    return opening;
  }

  /** Something new is in the database for this room, or maybe for any. */
  poke(showId: string | undefined): void {
    if (showId !== undefined) this.#owned.get(showId)?.room.poke();
    else for (const { room } of this.#owned.values()) room.poke();
  }

  /** Rules of this shop, or of all shops, changed outside the rooms. */
  refreshRules(shopId: string | null): void {
    for (const { room } of this.#owned.values()) {
      if (shopId === null || room.shopId === shopId) room.refreshRules();
    }
  }

  /** Hands every room over in order. */
  async stop(): Promise<void> {
    this.#stopping = true;
    clearInterval(this.#idleCheck);
    await Promise.allSettled(this.#opening.values());
    await Promise.allSettled([...this.#owned.values()].map((owned) => this.#release(owned)));
    await Promise.allSettled(this.#releasing);
  }

  async #claim(showId: string): Promise<Claimed> {
    const { store } = this.#ports;
    const known = await store.generationOf(showId);
    const asked = known === undefined && (await this.#ports.askCatalog(showId, undefined));
    const floor = asked ? await store.generationOf(showId) : known;
    if (floor === undefined) {
      this.#unknown.set(showId, true, Date.now() + UNKNOWN_MS);
      return 'unknown';
    }
    let lost = false;
    const lease = await acquireLease({
      bucket: this.#bucket,
      key: showId,
      holderId: this.#ports.ownerId,
      floor,
      onLost: () => {
        lost = true;
        this.#owned.get(showId)?.room.end('fenced');
      },
    });
    if (!lease) return 'taken';
    try {
      const fence = { showId, generation: lease.generation };
      const room = await Room.open(fence, this.#ports, this.#settings, {
        wanted: () => lease.held && !lost,
        onEnd: () => this.#forget(showId, lease),
      });
      if (!room || lost) {
        room?.end('fenced');
        await lease.release();
        return 'taken';
      }
      this.#owned.set(showId, { room, lease, unsubscribe: this.#serve(room), idleSince: Infinity });
      this.#logger.info({ showId, generation: lease.generation }, 'owns the room');
      return 'mine';
    } catch (error) {
      await lease.release();
      throw error;
    }
  }

  #serve(room: Room): () => void {
    const { showId } = room;
    const asks = this.#bus.nc.subscribe(roomSubjects.ask(showId), {
      callback: (error, message) => {
        if (!error) void this.#answer(room, message);
      },
    });
    const unhear = hear(this.#bus, roomSubjects.sum(showId), (body) => {
      const sum = RoomSum.safeParse(body);
      if (sum.success) room.sum(sum.data);
    });
    return () => {
      unhear();
      asks.unsubscribe();
    };
  }

  async #answer(room: Room, message: Msg): Promise<void> {
    let answer: Answer;
    try {
      answer = await room.ask(message.json<Ask>());
    } catch (err) {
      this.#logger.error({ err, showId: room.showId }, 'a room could not answer');
      answer = { ok: false, code: 'unavailable', retryAfterMs: 1_000 };
    }
    message.respond(JSON.stringify(answer));
  }

  #forget(showId: string, lease: Lease): void {
    const owned = this.#owned.get(showId);
    if (owned?.lease !== lease) return;
    this.#owned.delete(showId);
    owned.unsubscribe();
    const released = lease.release();
    this.#logger.info({ showId, generation: lease.generation }, 'no longer owns the room');
    const announce = (): void => this.#ports.policyChanged(showId, { released: true });
    const settled = released.then(announce, announce).finally(() => this.#releasing.delete(settled));
    this.#releasing.add(settled);
  }

  #releaseIdle(): void {
    const now = Date.now();
    for (const owned of this.#owned.values()) {
      if (owned.room.viewers > 0 || owned.room.isOnAir) owned.idleSince = Infinity;
      else if (owned.idleSince === Infinity) owned.idleSince = now;
      else if (now - owned.idleSince >= IDLE_MS) void this.#release(owned);
    }
  }

  async #release(owned: Owned): Promise<void> {
    await owned.room.stop();
  }
}
