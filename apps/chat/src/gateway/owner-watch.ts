import type { Bus } from '#bus';
import { boundedCache } from '#process';
import { hear, tell } from '../rooms/tell.ts';

const SUBJECT = 'rt.beat';
const BEAT_EVERY_MS = 400;
/** An owner that is silent for this long is taken for dead; its lease may run out a moment later. */
const SILENT_MS = 1_000;
const MOST_OWNERS = 1_000;
/** Rooms looked after at a time when a process with many of them dies. */
const AT_A_TIME = 25;

export interface WatchedRooms {
  /** Rooms with somebody in them, and the process that owns each as last heard. */
  rooms(): Iterable<{ showId: string; owner: string }>;
  /** Asks for the room; whoever is quickest becomes its owner when it has none. */
  lookAfter(showId: string): Promise<void>;
}

/**
 * Notices that a process which owns rooms is gone: every process says twice a second that it lives, and rooms whose owner
 * is silent are asked for, which makes somebody claim them. (A lease that runs out tells nobody.)
 */
export class OwnerWatch {
  readonly #bus: Bus;
  readonly #ownId: string;
  readonly #watched: WatchedRooms;
  readonly #heard = boundedCache<number>(MOST_OWNERS);
  readonly #busy = new Set<string>();
  readonly #startedAt = Date.now();
  readonly #timer: NodeJS.Timeout;
  readonly #unsubscribe: () => void;

  constructor(bus: Bus, ownId: string, watched: WatchedRooms) {
    this.#bus = bus;
    this.#ownId = ownId;
    this.#watched = watched;
    this.#unsubscribe = hear<string>(bus, SUBJECT, (owner) =>
      this.#heard.set(owner.slice(0, 60), Date.now()),
    );
    this.#timer = setInterval(() => this.#beat(), BEAT_EVERY_MS).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#unsubscribe();
  }

  #beat(): void {
    tell(this.#bus, SUBJECT, this.#ownId);
    const now = Date.now();
    if (now - this.#startedAt < SILENT_MS) return;
    for (const { showId, owner } of this.#watched.rooms()) {
      if (owner === this.#ownId || now - (this.#heard.get(owner) ?? 0) < SILENT_MS) continue;
      this.look(showId);
    }
  }

  /** Looks after a room unless that is under way. */
  look(showId: string): void {
    if (this.#busy.has(showId) || this.#busy.size >= AT_A_TIME) return;
    this.#busy.add(showId);
    void this.#watched
      .lookAfter(showId)
      .catch(() => undefined)
      .finally(() => this.#busy.delete(showId));
  }
}
