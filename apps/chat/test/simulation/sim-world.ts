import { v7 } from 'uuid';
import { RoomFeed, type Guest } from '../../src/gateway/room-feed.ts';
import type { Answer, Ask, RoomBrief } from '../../src/rooms/asks.ts';
import type { StoredTick } from '../../src/rooms/jetstream-ticks.ts';
import type { RoomPorts } from '../../src/rooms/owner-ports.ts';
import { Room } from '../../src/rooms/room.ts';
import type { RoomStore, TickStream, Timers } from '../../src/rooms/room-ports.ts';
import { showFacts } from '../show-facts.ts';
import { MemoryStore } from './memory-store.ts';
import { MemoryTicks } from './memory-ticks.ts';
import type { Seeded } from './seeded.ts';
import { SimClock } from './sim-clock.ts';
import { SimPage } from './sim-page.ts';

const LEASE_MS = 1_500;
const ASK_TIMEOUT_MS = 2_500;

/** How unkind the world is. */
export interface Weather {
  loseAsk: number;
  loseTick: number;
  loseAck: number;
  /** Ticks that overtake others on their way to a gateway. */
  reorder: number;
  storeFault: number;
  slowestMs: number;
}

export const CALM: Weather = { loseAsk: 0, loseTick: 0, loseAck: 0, reorder: 0, storeFault: 0, slowestMs: 5 };

/** A process that may own the room; it can be paused (SIGSTOP) and killed. */
export class SimProcess {
  readonly id: string;
  alive = true;
  room: Room | undefined;
  #resume: (() => void) | undefined;
  #running: Promise<void> = Promise.resolve();

  constructor(id: string) {
    this.id = id;
  }

  get paused(): boolean {
    return this.#resume !== undefined;
  }

  pause(): void {
    this.#running = new Promise((resolve) => (this.#resume = resolve));
  }

  resume(): void {
    this.#resume?.();
    this.#resume = undefined;
  }

  /** Settles while the process runs; never once it is dead. */
  async running(): Promise<void> {
    await this.#running;
    if (!this.alive) await new Promise(() => undefined);
  }
}

export interface SimGateway {
  feed: RoomFeed | undefined;
  opening: Promise<RoomFeed | undefined> | undefined;
  alive: boolean;
  guests: Map<SimPage, Guest>;
  heardUntil: number;
}

/** One show in a small world: a store, a stream, processes, gateways and pages, joined by an unreliable network. */
export class SimWorld {
  readonly clock = new SimClock(1_800_000_000_000);
  readonly store: MemoryStore;
  readonly ticks = new MemoryTicks();
  readonly processes: SimProcess[];
  readonly gateways: SimGateway[];
  readonly random: Seeded;
  weather: Weather = CALM;
  lease: { process: SimProcess; until: number } | undefined;
  generation = 0;

  constructor(random: Seeded, counts: { processes: number; gateways: number }) {
    this.random = random;
    this.store = new MemoryStore(showFacts());
    this.processes = Array.from({ length: counts.processes }, (_, index) => new SimProcess(`p${index}`));
    this.gateways = Array.from({ length: counts.gateways }, () => this.#newGateway());
    this.store.latency = () => this.pause(random.between(0, 4));
    this.store.fault = () => {
      if (!random.chance(this.weather.storeFault)) return undefined;
      return random.chance(0.5) ? 'before' : 'after';
    };
    this.ticks.latency = () => this.pause(random.between(0, this.weather.slowestMs));
    this.ticks.losesAck = () => random.chance(this.weather.loseAck);
    this.ticks.retryPause = () => this.pause(100);
    this.ticks.deliver = (tick) => this.#sendOn(tick);
    this.#renewLeases();
  }

  get showId(): string {
    return this.store.show.showId;
  }

  pause(ms: number): Promise<void> {
    return new Promise((resolve) => void this.clock.after(ms, resolve));
  }

  async openGateway(index: number): Promise<SimGateway> {
    const gateway = this.gateways[index];
    if (!gateway) throw new Error('no such gateway');
    if (gateway.feed) return gateway;
    gateway.opening ??= this.#openFeed(gateway).finally(() => (gateway.opening = undefined));
    gateway.feed ??= await gateway.opening;
    return gateway;
  }

  /** A page sits down at a gateway, as `dispatch` does it. */
  async join(page: SimPage, index: number): Promise<boolean> {
    const gateway = await this.openGateway(index);
    if (!gateway.feed || !gateway.alive) throw new Error('the gateway is gone');
    const guest: Guest = {
      seat: page.connect(),
      userId: page.userId,
      person: page.userId,
      guest: false,
      address: 'here',
      who: { identity: undefined },
    };
    gateway.guests.set(page, guest);
    const recovered = await gateway.feed.join(guest, page.offset);
    if (page.connection !== guest.seat.outlet) gateway.feed.leave(guest);
    return recovered;
  }

  leave(page: SimPage): void {
    page.disconnect();
    for (const gateway of this.gateways) {
      const guest = gateway.guests.get(page);
      if (guest) gateway.feed?.leave(guest);
      gateway.guests.delete(page);
    }
  }

  /** The gateway's process dies: its pages are without connection; a fresh one takes its place. */
  killGateway(index: number): SimPage[] {
    const gateway = this.gateways[index];
    if (!gateway) return [];
    gateway.alive = false;
    gateway.feed?.close();
    this.gateways[index] = this.#newGateway();
    return [...gateway.guests.keys()];
  }

  killProcess(process: SimProcess): void {
    process.alive = false;
    const index = this.processes.indexOf(process);
    this.processes[index] = new SimProcess(`${process.id}'`);
  }

  /** Asks whoever serves the room, as `RoomClient` does; the first answer counts. */
  async ask(ask: Ask): Promise<Answer> {
    for (let attempt = 0; attempt < 40; attempt += 1) {
      const answer = await this.#askOnce(ask);
      if (answer && !('code' in answer && answer.code === 'moved')) return answer;
      // Whoever asks does not live in the process that claims: if that dies over it, this goes on.
      await Promise.race([this.#claim(), this.pause(3_000)]);
      await this.pause(100);
    }
    return { ok: false, code: 'unavailable' };
  }

  async #askOnce(ask: Ask): Promise<Answer | undefined> {
    const serving = this.processes.filter(({ alive, room }) => alive && room);
    if (serving.length === 0) return undefined;
    return new Promise((resolve) => {
      this.clock.after(ASK_TIMEOUT_MS, () => resolve(undefined));
      for (const process of serving) {
        if (this.random.chance(this.weather.loseAsk)) continue;
        this.clock.after(this.random.between(0, this.weather.slowestMs), () => {
          void this.#deliverAsk(process, ask, resolve);
        });
      }
    });
  }

  async #deliverAsk(process: SimProcess, ask: Ask, resolve: (answer: Answer) => void): Promise<void> {
    await process.running();
    if (!process.room) return;
    const answer = await process.room.ask(structuredClone(ask));
    await process.running();
    if (this.random.chance(this.weather.loseAsk)) return;
    const copy = structuredClone(answer);
    this.clock.after(this.random.between(0, this.weather.slowestMs), () => resolve(copy));
  }

  /** Some process takes the lease if it is free, and opens the room. */
  async #claim(): Promise<void> {
    if (this.lease && this.lease.until > this.clock.now()) return;
    const able = this.processes.filter(({ alive, paused, room }) => alive && !paused && !room);
    if (able.length === 0) return;
    const process = this.random.pick(able);
    this.generation += 1 + this.random.between(0, 2);
    const lease = { process, until: this.clock.now() + LEASE_MS };
    this.lease = lease;
    const fence = { showId: this.showId, generation: this.generation };
    const room = await Room.open(
      fence,
      this.#portsOf(process),
      { linesPerS: 0 },
      {
        wanted: () => process.alive && this.lease === lease,
        onEnd: () => {
          process.room = undefined;
          if (this.lease === lease) this.lease = undefined;
        },
      },
    ).catch(() => undefined);
    if (room && process.alive) process.room = room;
    else if (this.lease === lease) this.lease = undefined;
  }

  /** Live processes renew; what is not renewed runs out, and its holder is not told. */
  #renewLeases(): void {
    const { lease } = this;
    if (lease && lease.process.alive && !lease.process.paused && lease.until > this.clock.now()) {
      lease.until = this.clock.now() + LEASE_MS;
    }
    this.clock.after(500, () => this.#renewLeases());
  }

  #portsOf(process: SimProcess): RoomPorts {
    const { clock, random } = this;
    const timers: Timers = {
      now: () => clock.now(),
      after: (ms, work) => clock.after(ms, () => void process.running().then(work)),
    };
    return {
      ownerId: process.id,
      store: pausable<RoomStore>(this.store, process),
      ticks: pausable<TickStream>(this.ticks, process),
      programme: { at: (_showId, now) => now - 2_000 },
      timers,
      newId: v7,
      random: () => random.next(),
      forwardSale: async () => ({ ok: true }),
      askCatalog: async () => false,
      askCheckout: async () => false,
      standing: async () => ({ buyer: false, showsBadge: false, followsSince: null }),
      push: () => undefined,
      desk: () => undefined,
      policyChanged: () => {
        for (const { feed } of this.gateways) void feed?.refreshPolicy().catch(() => undefined);
      },
      rulesChanged: () => undefined,
      tickMs: 200,
      busy: () => 0,
      warn: () => undefined,
    };
  }

  #newGateway(): SimGateway {
    return { feed: undefined, opening: undefined, alive: true, guests: new Map(), heardUntil: 0 };
  }

  #openFeed(gateway: SimGateway): Promise<RoomFeed | undefined> {
    const { clock, ticks } = this;
    return RoomFeed.open(this.showId, {
      listen: (_showId, onTick) => {
        this.#hearing.set(gateway, onTick);
        return () => this.#hearing.delete(gateway);
      },
      readAfter: async (_showId, streamSeq, most) => {
        await this.pause(this.random.between(0, this.weather.slowestMs));
        return structuredClone(ticks.readAfter(streamSeq, most));
      },
      readSince: async () => {
        await this.pause(this.random.between(0, this.weather.slowestMs));
        return structuredClone(ticks.messages);
      },
      brief: async () => {
        const answer = await this.ask({ ask: 'snapshot' });
        if (!answer.ok) throw new Error('nobody answers');
        return structuredClone(answer as RoomBrief);
      },
      now: () => clock.now(),
      yield: (work) => void clock.after(0, work),
      after: (ms, work) => clock.after(ms, work),
      warn: () => undefined,
    });
  }

  readonly #hearing = new Map<SimGateway, (tick: StoredTick) => void>();

  /** Sends a tick on to each gateway: maybe never, maybe late, maybe twice, and now and then before the ones before it. */
  #sendOn(tick: StoredTick): void {
    for (const [gateway, onTick] of this.#hearing) {
      if (this.random.chance(this.weather.loseTick)) continue;
      const copies = this.random.chance(this.weather.loseTick) ? 2 : 1;
      for (let copy = 0; copy < copies; copy += 1) {
        const at = this.clock.now() + this.random.between(0, this.weather.slowestMs);
        const overtakes = this.random.chance(this.weather.reorder);
        if (!overtakes) gateway.heardUntil = Math.max(gateway.heardUntil, at);
        const heard = structuredClone(tick);
        this.clock.after((overtakes ? at : gateway.heardUntil) - this.clock.now(), () => onTick(heard));
      }
    }
  }
}

/** The same object for a process that may be paused: whatever it waited for reaches it when it goes on. */
function pausable<T extends object>(target: T, process: SimProcess): T {
  return new Proxy(target, {
    get(_, name) {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== 'function') return value;
      return async (...args: unknown[]) => {
        await process.running();
        const result: unknown = await (value as (...args: unknown[]) => unknown).apply(target, args);
        await process.running();
        return result;
      };
    },
  });
}
