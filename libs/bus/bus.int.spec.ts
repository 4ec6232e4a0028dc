import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { defineEvent, eventType, Id } from '#contracts';
import { createLogger, newId } from '#process';
import { createDatabase, freePort, startNats, type RunningServer } from '#servers';
import {
  addToOutbox,
  busTables,
  connectBus,
  followEvents,
  inTransaction,
  listen,
  makeEvent,
  startConsumer,
  startOutboxRelay,
} from '#bus';
import type { Bus, Consumer, OutboxRelay } from '#bus';
import pg from 'pg';
import { z } from 'zod';

const logger = createLogger({ process: 'test', level: 'silent' });

/** Each test has a context of its own, because a new durable hears everything from the stream's beginning. */
const definition = (context: string) =>
  defineEvent({
    context,
    name: 'shop_opened',
    aggregate: 'shop',
    publisher: 'catalog',
    consumers: ['checkout'],
    doc: 'For this suite.',
    data: z.object({ shopId: Id, name: z.string() }),
  });

let shopOpened: ReturnType<typeof definition>;
let tests = 0;

let nats: RunningServer;
let natsPort: number;
let pool: pg.Pool;
let bus: Bus;
const running: { stop(): Promise<void> }[] = [];

beforeAll(async () => {
  natsPort = await freePort();
  nats = await startNats({ port: natsPort });
  pool = new pg.Pool({ connectionString: await createDatabase('bustest'), max: 10 });
  pool.on('error', () => undefined);
  for (const table of busTables) await pool.query(table);
  await pool.query('CREATE TABLE effects (position serial, event_id uuid, name text)');
  bus = await connectBus({ url: nats.url, name: 'test', logger });
});

beforeEach(() => {
  shopOpened = definition(`bustest${(tests += 1)}`);
});

afterEach(async () => {
  for (const part of running.splice(0)) await part.stop();
  await pool.query('TRUNCATE outbox, inbox, effects');
});

afterAll(async () => {
  await bus.close();
  await pool.end();
  await nats.stop();
});

const opened = (name: string, version = 1) => {
  const shopId = newId();
  return makeEvent(shopOpened, { aggregateId: shopId, version, data: { shopId, name } });
};

const started = <T extends { stop(): Promise<void> }>(part: T): T => {
  running.push(part);
  return part;
};

const relay = (): OutboxRelay => started(startOutboxRelay({ pool, bus, schema: 'bustest', logger }));

/** Records what it hears; `fail` may refuse first. */
const recorder = async (durable: string, fail: (name: string) => void = () => undefined): Promise<Consumer> =>
  started(
    await startConsumer({
      bus,
      pool,
      durable,
      logger,
      events: [shopOpened],
      handle: async (event, query) => {
        await query('INSERT INTO effects (event_id, name) VALUES ($1, $2)', [event.id, event.data.name]);
        fail(event.data.name);
      },
    }),
  );

const effects = async (): Promise<string[]> =>
  (await pool.query<{ name: string }>('SELECT name FROM effects ORDER BY position')).rows.map(
    (row) => row.name,
  );

async function eventually(check: () => Promise<void>): Promise<void> {
  const deadline = Date.now() + 15_000;
  for (;;) {
    try {
      await check();
      return;
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

describe('an event', () => {
  it('exists exactly when its transaction does, and arrives in order', async () => {
    relay();
    await recorder(`order-${newId()}`);
    await inTransaction(pool, (query) => addToOutbox(query, opened('a'), opened('b')));
    await expect(
      inTransaction(pool, async (query) => {
        await addToOutbox(query, opened('rolled back'));
        throw new Error('changed my mind');
      }),
    ).rejects.toThrow('changed my mind');
    await inTransaction(pool, (query) => addToOutbox(query, opened('c')));
    await eventually(async () => expect(await effects()).toEqual(expect.arrayContaining(['a', 'b', 'c'])));
    expect(await effects()).toEqual(['a', 'b', 'c']);
    expect((await pool.query('SELECT 1 FROM outbox')).rowCount).toBe(0);
  });

  it('leaves a schema through one relay at a time, and through another when that one ends', async () => {
    const told: string[] = [];
    const busOf = (name: string, before: Promise<void>): Bus =>
      Object.assign(Object.create(bus) as Bus, {
        publish: async (event: Parameters<Bus['publish']>[0]) => {
          told.push(name);
          await before;
          return bus.publish(event);
        },
      });
    let looks = 0;
    const looking = Object.assign(Object.create(pool) as pg.Pool, {
      connect: () => {
        looks += 1;
        return pool.connect();
      },
    });
    const slow = Promise.withResolvers<void>();
    const schema = `relays-${newId()}`;
    const first = started(startOutboxRelay({ pool, bus: busOf('first', slow.promise), schema, logger }));
    await inTransaction(pool, (query) => addToOutbox(query, opened('a')));
    await eventually(async () => expect(told).toEqual(['first']));
    const second = busOf('second', Promise.resolve());
    started(startOutboxRelay({ pool: looking, bus: second, schema, logger }));
    // It has looked and gone again, more than once, while the event is still on its way.
    try {
      await eventually(async () => expect(looks).toBeGreaterThan(2));
      expect(told).toEqual(['first']);
    } finally {
      slow.resolve();
    }
    await first.stop();
    await inTransaction(pool, (query) => addToOutbox(query, opened('b')));
    await eventually(async () => expect(told).toEqual(['first', 'second']));
  });

  it('takes effect once, however often it is published or handling fails', async () => {
    let refusals = 2;
    await recorder(`once-${newId()}`, (name) => {
      if (name === 'stubborn' && (refusals -= 1) >= 0) throw new Error('not yet');
    });
    const event = opened('stubborn');
    await bus.publish(event);
    await bus.nc.request(`v1.${event.type}.${event.aggregateId}`, JSON.stringify(event)); // without the id that JetStream compares
    await bus.publish(opened('next'));
    await eventually(async () => expect((await effects()).toSorted()).toEqual(['next', 'stubborn']));
    expect(refusals).toBeLessThan(0);
  });

  it('of a broken form is set aside for nobody else to wait behind', async () => {
    await recorder(`broken-${newId()}`);
    await bus.nc.request(`v1.${eventType(shopOpened)}.x`, '{"not":"an event"}');
    await bus.publish(opened('good'));
    await eventually(async () => expect(await effects()).toEqual(['good']));
  });

  it('reaches listeners of every instance', async () => {
    const heard: string[] = [];
    for (const name of ['one', 'two']) {
      started(
        listen({
          bus,
          logger,
          events: [shopOpened],
          handle: (event) => void heard.push(`${name} ${event.data.name}`),
        }),
      );
    }
    await bus.nc.flush();
    await bus.publish(opened('hello'));
    await eventually(async () => expect(heard.toSorted()).toEqual(['one hello', 'two hello']));
  });
});

describe('followers', () => {
  const follow = (on: Bus, heard: string[], sinceMs = 60_000): Promise<Consumer> =>
    followEvents({
      bus: on,
      logger,
      events: [shopOpened],
      sinceMs,
      handle: ({ data }) => void heard.push(data.name),
    });

  it('have heard what was published lately once they are there, in order, and go on', async () => {
    await bus.publish(opened('a'));
    await bus.publish(opened('b'));
    const heard: string[] = [];
    started(await follow(bus, heard));
    expect(heard).toEqual(['a', 'b']);
    await bus.publish(opened('c'));
    await eventually(async () => expect(heard).toEqual(['a', 'b', 'c']));
  });

  it('pass over what is older than they ask for, and what cannot be read', async () => {
    await bus.publish(opened('long ago'));
    const publishedAt = Date.now();
    await eventually(async () => expect(Date.now() - publishedAt).toBeGreaterThan(100));
    await bus.nc.request(`v1.${eventType(shopOpened)}.x`, '{"not":"an event"}');
    await bus.publish(opened('now'));
    const heard: string[] = [];
    started(await follow(bus, heard, Date.now() - publishedAt - 50));
    expect(heard).toEqual(['now']);
  });

  it('miss nothing that was published while NATS was away from them, and hear nothing twice', async () => {
    const dir = `${await import('node:os').then((os) => os.tmpdir())}/follow-spec-${newId()}`;
    const port = await freePort();
    let server = await startNats({ port, dir });
    const ownBus = await connectBus({ url: `nats://127.0.0.1:${port}`, name: 'test', logger });
    const heard: string[] = [];
    const follower = await follow(ownBus, heard);
    try {
      await ownBus.publish(opened('before'));
      await eventually(async () => expect(heard).toEqual(['before']));
      await server.kill();
      server = await startNats({ port, dir });
      const other = await connectBus({ url: `nats://127.0.0.1:${port}`, name: 'other', logger });
      await other.publish(opened('meanwhile'));
      await other.close();
      await eventually(async () => expect(heard).toContain('meanwhile'));
      await ownBus.publish(opened('after'));
      await eventually(async () => expect(heard).toEqual(['before', 'meanwhile', 'after']));
    } finally {
      await follower.stop();
      await ownBus.close();
      await server.stop();
    }
  }, 40_000);
});

describe('relay and consumers', () => {
  it('share the work: two of each give one effect per event', async () => {
    const durable = `shared-${newId()}`;
    relay();
    relay();
    await recorder(durable);
    await recorder(durable);
    const names = Array.from({ length: 300 }, (_, index) => `n${index}`);
    await inTransaction(pool, (query) => addToOutbox(query, ...names.map((name) => opened(name))));
    await eventually(async () => expect((await effects()).length).toBeGreaterThanOrEqual(300));
    expect((await effects()).toSorted()).toEqual(names.toSorted());
  });

  it('survive NATS being killed and coming back with its files', async () => {
    const dir = `${await import('node:os').then((os) => os.tmpdir())}/bus-spec-${newId()}`;
    const port = await freePort();
    let server = await startNats({ port, dir });
    const ownBus = await connectBus({ url: `nats://127.0.0.1:${port}`, name: 'test', logger });
    const ownRelay = startOutboxRelay({ pool, bus: ownBus, schema: 'bustest', logger });
    const consumer = await startConsumer({
      bus: ownBus,
      pool,
      durable: 'killed',
      logger,
      events: [shopOpened],
      handle: async (event, query) => {
        await query('INSERT INTO effects (event_id, name) VALUES ($1, $2)', [event.id, event.data.name]);
      },
    });
    try {
      await inTransaction(pool, (query) => addToOutbox(query, opened('before')));
      await eventually(async () => expect(await effects()).toEqual(['before']));
      await server.kill();
      await inTransaction(pool, (query) => addToOutbox(query, opened('while it was away')));
      server = await startNats({ port, dir });
      await eventually(async () => expect(await effects()).toEqual(['before', 'while it was away']));
    } finally {
      await consumer.stop();
      await ownRelay.stop();
      await ownBus.close();
      await server.stop();
    }
  }, 40_000);
});
