import { connectBus, inTransaction, queryOf, type Bus, type Query } from '#bus';
import { makeEvent } from '#bus';
import { lineupChanged, productCreated, showWentLive, type HostCommand, type ShowFacts } from '#contracts';
import { createLogger, newId } from '#process';
import { createDatabase, startNats, type RunningServer } from '#servers';
import { openDatabase, pgPool } from '#service';
import type { Pool } from 'pg';
import { chatSchema } from '../src/database/schema.ts';
import { takeFact } from '../src/facts/take-facts.ts';
import type { Actor } from '../src/rooms/actor.ts';
import type { Answer } from '../src/rooms/asks.ts';
import { JetStreamTicks, type StoredTick } from '../src/rooms/jetstream-ticks.ts';
import { PostgresRoomStore } from '../src/rooms/postgres-room-store.ts';
import type { RoomPorts } from '../src/rooms/owner-ports.ts';
import { Room, type RoomEnd, type RoomSettings } from '../src/rooms/room.ts';
import { showFacts } from './show-facts.ts';

const silent = createLogger({ process: 'test', level: 'silent' });

/** Rooms by hand on real servers: the test is the lease, and may stand between a room and its servers. */
export interface RoomBench {
  bus: Bus;
  nats: RunningServer;
  pool: Pool;
  query: Query;
  store: PostgresRoomStore;
  ticks: JetStreamTicks;
  makeShow(parts?: Partial<ShowFacts>): Promise<ShowFacts & { productIds: string[] }>;
  /** Becomes the owner with this generation. */
  open(
    show: ShowFacts,
    generation: number,
    ports?: Partial<RoomPorts>,
    settings?: RoomSettings,
  ): Promise<{ room: Room; ended: Promise<RoomEnd> }>;
  /** Everything the stream has of a show. */
  stream(show: ShowFacts): Promise<StoredTick[]>;
  stop(): Promise<void>;
}

// oxlint-disable-next-line max-lines-per-function -- one object with everything the tests ask for
export async function startRoomBench(): Promise<RoomBench> {
  const nats = await startNats();
  const url = await createDatabase('chat');
  const database = await openDatabase({ ...chatSchema, url, poolSize: 1, logger: silent });
  await database.destroy();
  const pool = pgPool(url, 10, silent);
  const bus = await connectBus({ url: nats.url, name: 'test', logger: silent });
  const ticks = await JetStreamTicks.open(bus);
  const store = new PostgresRoomStore(pool, Date.now);
  const rooms: Room[] = [];

  function portsWith(parts: Partial<RoomPorts>): RoomPorts {
    return {
      ownerId: newId(),
      store,
      ticks,
      programme: { at: (_showId, now) => now - 3_000 },
      timers: {
        now: Date.now,
        after(ms, work) {
          const timer = setTimeout(work, ms);
          return () => clearTimeout(timer);
        },
      },
      newId,
      random: Math.random,
      forwardSale: async () => ({ ok: true }),
      askCatalog: async () => false,
      askCheckout: async () => false,
      standing: (shopId, userId) => store.standing(shopId, userId),
      push: () => undefined,
      desk: () => undefined,
      policyChanged: () => undefined,
      rulesChanged: () => undefined,
      tickMs: 50,
      busy: () => 0,
      warn: () => undefined,
      ...parts,
    };
  }

  return {
    bus,
    nats,
    pool,
    query: queryOf(pool),
    store,
    ticks,
    async makeShow(parts = {}) {
      const show = showFacts(parts);
      const { showId, shopId } = show;
      const productIds = [newId(), newId()];
      const product = (productId: string) => ({
        productId,
        shopId,
        title: 'A thing',
        status: 'active' as const,
        imageUrl: null,
        variants: [],
      });
      const facts = [
        makeEvent(showWentLive, { aggregateId: showId, version: 1, data: show }),
        ...productIds.map((productId) =>
          makeEvent(productCreated, { aggregateId: productId, version: 1, data: product(productId) }),
        ),
        makeEvent(lineupChanged, {
          aggregateId: showId,
          version: 2,
          data: { showId, shopId, items: productIds.map((productId, position) => ({ productId, position })) },
        }),
      ];
      const effects = { roomChanged: () => undefined, push: () => undefined };
      await inTransaction(pool, async (query) => {
        for (const fact of facts) await takeFact(fact, query, effects);
        await query('DELETE FROM room_input WHERE show_id = $1', [showId]);
      });
      return { ...show, productIds };
    },
    async open(show, generation, parts = {}, settings = { linesPerS: 0 }) {
      let end: (why: RoomEnd) => void = () => undefined;
      const ended = new Promise<RoomEnd>((resolve) => (end = resolve));
      const room = await Room.open({ showId: show.showId, generation }, portsWith(parts), settings, {
        wanted: () => true,
        onEnd: (why) => end(why),
      });
      if (!room) throw new Error(`generation ${generation} did not become the owner`);
      rooms.push(room);
      return { room, ended };
    },
    stream: (show) => ticks.readAfter(show.showId, 0, 1_000),
    async stop() {
      for (const room of rooms) room.end('stopped');
      await pool.end();
      await bus.close();
      await nats.stop();
    },
  };
}

export function viewer(parts: Partial<Actor> = {}): Actor {
  const userId = newId();
  return { userId, name: 'Ada', guest: false, role: null, platform: null, sessionId: userId, ...parts };
}

export const host = (): Actor => viewer({ name: 'Hannah', role: 'host' });

export function say(room: Room, actor: Actor, text: string, key: string = newId()): Promise<Answer> {
  return Promise.resolve(room.ask({ ask: 'say', actor, address: actor.userId, key, text }));
}

export function order(room: Room, actor: Actor, command: HostCommand, id: string = newId()): Promise<Answer> {
  return Promise.resolve(room.ask({ ask: 'command', actor, id, command }));
}

/** A promise that the test settles. */
export function gate(): { opened: Promise<void>; open(): void } {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open };
}
