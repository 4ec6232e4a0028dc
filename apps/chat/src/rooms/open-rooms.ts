import { startConsumer, startOutboxRelay, type Bus } from '#bus';
import type { LivePush } from '#contracts';
import { newId, type Logger } from '#process';
import type { Pool } from 'pg';
import type { ChatEnv } from '../chat.env.ts';
import { chatSchema } from '../database/schema.ts';
import { askForProduct, askForShow } from '../facts/ask-catalog.ts';
import { askForSale, keepSale } from '../facts/ask-checkout.ts';
import { InputWatch } from '../facts/input-watch.ts';
import { Programmes } from '../facts/programme.ts';
import { factEvents, takeFact } from '../facts/take-facts.ts';
import type { LoopLoad } from '../figures/loop-load.ts';
import { roomSubjects } from './asks.ts';
import { forwardSale } from './forward-sale.ts';
import { JetStreamTicks } from './jetstream-ticks.ts';
import { RoomOwners } from './owners.ts';
import { PostgresRoomStore } from './postgres-room-store.ts';
import { RoomClient } from './room-client.ts';
import type { RoomPorts } from './owner-ports.ts';
import type { RoomStore, Timers } from './room-ports.ts';
import { RuleNews } from './rule-news.ts';
import { cachedStandings } from './standings.ts';
import { tell } from './tell.ts';

/** A room whose facts changed is looked up after this, in case nobody owns it yet. */
const LOOK_MS = 50;

interface Shared {
  pool: Pool;
  bus: Bus;
  logger: Logger;
  load: LoopLoad;
}

export type StopSteps = [name: string, stop: () => Promise<void> | void][];

export interface OpenRooms {
  /** This process, as an owner of rooms. */
  ownerId: string;
  store: RoomStore;
  ticks: JetStreamTicks;
  client: RoomClient;
  owners: RoomOwners;
  /** Begins to take facts in; gives what stops that. */
  start(): Promise<StopSteps>;
}

/** The owner's side of the process: rooms, and the facts that enter them. */
export async function openRooms(env: ChatEnv, shared: Shared): Promise<OpenRooms> {
  const { pool, bus, logger } = shared;
  const store = new PostgresRoomStore(pool, Date.now);
  const ticks = await JetStreamTicks.open(bus);
  const programmes = new Programmes();
  const following = await programmes.follow(bus, logger);
  const news = new RuleNews(bus);
  const catalog = { url: env.CATALOG_URL, internalToken: env.INTERNAL_TOKEN };
  const ports: RoomPorts = {
    ownerId: newId(),
    store,
    ticks,
    programme: programmes,
    timers: systemTimers,
    newId,
    random: Math.random,
    standing: cachedStandings((shopId, userId) => store.standing(shopId, userId), Date.now),
    askCatalog: async (showId, productId) => {
      const found = await askForShow(catalog, pool, showId);
      return (productId ? await askForProduct(catalog, pool, productId) : false) || found;
    },
    askCheckout: (saleId) => askForSale(env.CHECKOUT_URL, pool, saleId),
    forwardSale: async (command, commandId, actor, showId) => {
      const checkout = { url: env.CHECKOUT_URL, internalToken: env.INTERNAL_TOKEN };
      const verdict = await forwardSale(checkout, command, { commandId, showId, actor });
      // The next command may speak of the sale before its event is here.
      if (verdict.ok) await keepSale(pool, verdict.sale);
      return verdict;
    },
    push: (userId, push) => tell(bus, roomSubjects.user(userId), push),
    desk: (showId, desk) => tell(bus, roomSubjects.desk(showId), desk),
    policyChanged: (showId, change) => tell(bus, roomSubjects.policy(showId), change),
    rulesChanged: (shopId) => news.changed(shopId),
    tickMs: env.CHAT_TICK_MS,
    busy: () => shared.load.busy,
    warn: (err, message) => logger.warn({ err }, message),
  };
  const owners = await RoomOwners.open(bus, ports, { linesPerS: env.CHAT_LINES_PER_S }, logger);
  const client = new RoomClient(bus, (showId) => owners.claim(showId));
  return {
    ownerId: ports.ownerId,
    store,
    ticks,
    client,
    owners,
    async start() {
      const unhear = news.hear((shopId) => owners.refreshRules(shopId));
      const relay = startOutboxRelay({ pool, bus, schema: chatSchema.schema, logger });
      const taking = await takeFacts(shared, { owners, client, push: ports.push });
      return [
        ['programme clock', () => following.stop()],
        ['rules', unhear],
        ['outbox', () => relay.stop()],
        ['rooms', () => owners.stop()],
        ...taking,
      ];
    },
  };
}

/** Takes what catalog and checkout publish, and wakes the rooms that it concerns. */
async function takeFacts(
  { pool, bus, logger }: Shared,
  {
    owners,
    client,
    push,
  }: { owners: RoomOwners; client: RoomClient; push: (userId: string, push: LivePush) => void },
): Promise<StopSteps> {
  const watch = new InputWatch(pool, (showId) => owners.poke(showId), logger);
  await watch.start();
  const changed = new Set<string>();
  const roomChanged = (showId: string): void => {
    if (changed.has(showId)) return;
    changed.add(showId);
    setTimeout(() => {
      changed.delete(showId);
      void client.ask(showId, { ask: 'look' });
    }, LOOK_MS).unref();
  };
  const consumer = await startConsumer({
    bus,
    pool,
    logger,
    durable: 'chat',
    events: factEvents,
    handle: (fact, query) => takeFact(fact, query, { roomChanged, push }),
  });
  return [
    ['inputs of rooms', () => watch.stop()],
    ['events', () => consumer.stop()],
  ];
}

const systemTimers: Timers = {
  now: Date.now,
  after(ms, work) {
    const timer = setTimeout(work, ms);
    return () => clearTimeout(timer);
  },
};
