import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import {
  emergencyStopEndpoint,
  getHoldEndpoint,
  getWaitlistEntryEndpoint,
  joinWaitlistEndpoint,
  placeHoldsEndpoint,
  receiveStockEndpoint,
  releaseHoldEndpoint,
  startSaleEndpoint,
  stopSaleEndpoint,
  type Identity,
} from '#contracts';
import { connectBus } from '#bus';
import { createLogger, newId } from '#process';
import { failpoints, type FailpointName } from '../src/failpoints.ts';
import { STORE_HOLDS, storeBatch, writeTombstones, type HoldToStore } from '../src/holds/store-batch.ts';
import { ReconcileSales } from '../src/reconcile/reconcile-sales.ts';
import { planSale } from '../src/sales/plan-sale.ts';
import { isShort } from '../src/stock/ledger.ts';
import {
  eventually,
  newBuyer,
  startHarness,
  startServers,
  type CheckoutHarness,
  type CheckoutServers,
} from './checkout-harness.ts';

/** The shortest time a hold may have; tests that wait for its end wait this long. */
const SHORT_TTL_MS = 1_000;

/** A process that dies at a point of a protocol. */
class Died extends Error {}

let servers: CheckoutServers;
let app: CheckoutHarness;
beforeAll(async () => {
  servers = await startServers();
  app = await startHarness(servers);
}, 120_000);
afterAll(async () => {
  await app.stop();
  await servers.stop();
}, 60_000);
afterEach(() => failpoints.clear());

function dieOnceAt(name: FailpointName): void {
  failpoints.set(name, () => {
    failpoints.delete(name);
    throw new Died(name);
  });
}

function onceAt(name: FailpointName, act: () => Promise<unknown>): void {
  failpoints.set(name, async () => {
    failpoints.delete(name);
    await act();
  });
}

interface Sold {
  shop: Awaited<ReturnType<CheckoutHarness['seedShop']>>;
  saleId: string;
  variantId: string;
}

/** A flash sale of `quantity` units on air, from a shelf of `quantity` and `spare` more. */
async function runningSale(
  quantity: number,
  options: { ttlMs?: number; limit?: number; spare?: number } = {},
): Promise<Sold> {
  const shop = await app.seedShop();
  const variantId = shop.variants[0]?.variantId ?? '';
  const body = { changeId: newId(), quantity: quantity + (options.spare ?? 0) };
  await app.call(receiveStockEndpoint, { params: { shopId: shop.shopId, variantId }, body }, shop.owner);
  const saleId = await shop.plan({
    items: [{ variantId, quantity, price: 500 }],
    durationS: 600,
    limitPerBuyer: options.limit ?? 5,
  });
  if (options.ttlMs)
    await app.query('UPDATE sales SET hold_ttl_ms = $2 WHERE id = $1', [saleId, options.ttlMs]);
  const started = await app.call(
    startSaleEndpoint,
    { params: { saleId }, body: { commandId: newId() } },
    shop.owner,
  );
  expect(started).toMatchObject({ ok: true, body: { state: 'open' } });
  return { shop, saleId, variantId };
}

function place({ saleId, variantId }: Sold, buyer: Identity, holdId = newId(), quantity = 1) {
  return app.call(
    placeHoldsEndpoint,
    { body: { holds: [{ holdId, saleId, lines: [{ variantId, quantity }] }] } },
    buyer,
  );
}

async function counters({ saleId, variantId }: Sold): Promise<{ engine: string; booked: string }> {
  const sale = await app.parts.gate.refresh(saleId);
  const snapshot = sale && (await app.parts.gate.storeOf(sale.engine).read(sale, [variantId]));
  const engine = snapshot && 'variants' in snapshot ? snapshot.variants[0] : undefined;
  const rows = await app.query<{ account: string; amount: number }>(
    'SELECT account, amount FROM balances WHERE variant_id = $1',
    [variantId],
  );
  const of = (name: string): number => rows.find((row) => row.account === `${name}:${saleId}`)?.amount ?? 0;
  return {
    engine: `${engine?.available} ${engine?.held} ${engine?.sold}`,
    booked: `${of('sale')} ${of('held')} ${of('sold')}`,
  };
}

async function holdRow(holdId: string): Promise<{ state: string; reason: string | null } | undefined> {
  const [row] = await app.query<{ state: string; reason: string | null }>(
    'SELECT state, reason FROM holds WHERE id = $1',
    [holdId],
  );
  return row;
}

describe('protocol 1: a process that dies between pin and order', () => {
  it('leaves a hold that is settled once its time is over, and its unit is for sale again', async () => {
    const sale = await runningSale(1, { ttlMs: SHORT_TTL_MS });
    const [buyer, holdId] = [newBuyer(), newId()];
    expect((await place(sale, buyer, holdId)).status).toBe(201);
    dieOnceAt('pin.pinned');
    await expect(app.parts.settle.pinHolds([holdId], buyer.userId)).rejects.toThrow(Died);
    // The engine by itself never ends it, however late it is.
    const known = await app.parts.gate.refresh(sale.saleId);
    if (!known) throw new Error('no sale');
    await eventually(async () => (await holdRow(holdId))?.state === 'released');
    expect(await holdRow(holdId)).toEqual({ state: 'released', reason: 'no_order' });
    expect((await place(sale, newBuyer())).status).toBe(201);
  }, 30_000);
});

describe('protocol 4: a hold is durable before its buyer hears of it', () => {
  it('answers only when the row is there', async () => {
    const sale = await runningSale(1);
    const holdId = newId();
    let seen: unknown = 'not looked';
    onceAt('hold.storing', async () => (seen = await holdRow(holdId)));
    failpoints.set('hold.stored', async () => expect(await holdRow(holdId)).toMatchObject({ state: 'held' }));
    expect((await place(sale, newBuyer(), holdId)).status).toBe(201);
    expect(seen).toBeUndefined();
  });

  it('claims again when its sale was rebuilt between claim and insert', async () => {
    const sale = await runningSale(1);
    onceAt('hold.storing', async () => {
      const known = await app.parts.gate.find(sale.saleId);
      if (known) expect(await app.parts.rebuildSale.rebuild(known)).toBe(true);
    });
    expect((await place(sale, newBuyer())).status).toBe(201);
    expect(await counters(sale)).toEqual({ engine: '0 1 0', booked: '0 1 0' });
  });

  it.each([
    ['with the epoch in the insert, a hold from before a rebuild is not stored', true],
    ['without it, only the bound on balances stands between that hold and a unit sold twice', false],
  ])('%s', async (_, guarded) => {
    const sale = await runningSale(1);
    const known = await app.parts.gate.refresh(sale.saleId);
    if (!known) throw new Error('no sale');
    const key = { holdId: newId(), buyerId: newId() };
    const lines = [{ variantId: sale.variantId, quantity: 1 }];
    const claim = await app.parts.gate.storeOf('redis').reserve({ ...known, ...key, lines });
    if (claim.code !== 'held') throw new Error(claim.code);
    await app.parts.rebuildSale.rebuild(known);
    expect((await place(sale, newBuyer())).status).toBe(201);
    const late: HoldToStore = { ...claim, saleId: sale.saleId, epoch: known.epoch, source: 'buyer' };
    const text = guarded ? STORE_HOLDS : STORE_HOLDS.replace('AND sale.epoch = believed.epoch', '');
    const stored = storeBatch(app.pool, [late], [], text);
    if (guarded) expect(await stored).toEqual([]);
    else expect(isShort(await stored.catch((error: unknown) => error))).toBe(true);
  });

  it('gives a hold back that could not be stored; its id is dead, a new one works', async () => {
    const sale = await runningSale(1);
    const [buyer, holdId] = [newBuyer(), newId()];
    dieOnceAt('hold.storing');
    expect(await place(sale, buyer, holdId)).toMatchObject({
      status: 503,
      problem: { code: 'hold_not_stored' },
    });
    expect(await holdRow(holdId)).toEqual({ state: 'released', reason: 'not_stored' });
    const again = await place(sale, buyer, holdId);
    expect(again).toMatchObject({ status: 409, problem: { code: 'hold_ended', state: 'released' } });
    expect((await place(sale, buyer)).status).toBe(201);
  });

  it('lets one of insert and tombstone win, whichever comes first', async () => {
    const sale = await runningSale(2);
    const known = await app.parts.gate.refresh(sale.saleId);
    if (!known) throw new Error('no sale');
    const claimed = async (): Promise<HoldToStore> => {
      const key = { holdId: newId(), buyerId: newId() };
      const lines = [{ variantId: sale.variantId, quantity: 1 }];
      const claim = await app.parts.gate.storeOf('redis').reserve({ ...known, ...key, lines });
      if (claim.code !== 'held') throw new Error(claim.code);
      return { ...claim, saleId: sale.saleId, epoch: known.epoch, source: 'buyer' };
    };
    const [buried, stored] = [await claimed(), await claimed()];
    expect(await writeTombstones(app.pool, [buried])).toHaveLength(1);
    expect(await storeBatch(app.pool, [buried], [])).toEqual([]);
    expect(await storeBatch(app.pool, [stored], [])).toHaveLength(1);
    expect(await writeTombstones(app.pool, [stored])).toEqual([]);
  });

  it('scopes ids to their buyers', async () => {
    const sale = await runningSale(2);
    const holdId = newId();
    const [first, second] = [newBuyer(), newBuyer()];
    expect((await place(sale, first, holdId)).status).toBe(201);
    expect((await place(sale, second, holdId)).status).toBe(201);
    await app.call(releaseHoldEndpoint, { params: { holdId } }, first);
    const kept = await app.call(getHoldEndpoint, { params: { holdId } }, second);
    expect(kept).toMatchObject({ body: { state: 'held' } });
  });
});

describe('protocol 6: balances', () => {
  const post = (eventId: string, rows: [variantId: string, account: string, amount: number][]) =>
    app.query(
      `WITH event AS (INSERT INTO ledger_events (id, kind) VALUES ($1, 'test') RETURNING id)
       INSERT INTO ledger_rows (event_id, variant_id, account, amount)
       SELECT event.id, row.* FROM event, unnest($2::uuid[], $3::text[], $4::integer[]) AS row`,
      [eventId, rows.map((row) => row[0]), rows.map((row) => row[1]), rows.map((row) => row[2])],
    );

  it('takes no event whose rows do not sum to 0, none twice, and changes none', async () => {
    const [eventId, variantId] = [newId(), newId()];
    await expect(post(eventId, [[variantId, 'warehouse', 2]])).rejects.toThrow('must sum to 0');
    await post(eventId, [
      [variantId, 'inbound', -2],
      [variantId, 'warehouse', 2],
    ]);
    await expect(post(eventId, [])).rejects.toThrow(/duplicate key/);
    await expect(
      app.query('UPDATE ledger_rows SET amount = 5 WHERE event_id = $1', [eventId]),
    ).rejects.toThrow('append-only');
    await expect(app.query('DELETE FROM ledger_events WHERE id = $1', [eventId])).rejects.toThrow(
      'append-only',
    );
  });

  it('lets no account but the outside world go below zero', async () => {
    const variantId = newId();
    const taken = post(newId(), [
      [variantId, 'warehouse', -1],
      [variantId, 'shrink', 1],
    ]);
    expect(isShort(await taken.catch((error: unknown) => error))).toBe(true);
  });

  it('sells nothing that an engine has beyond what is booked', async () => {
    const sale = await runningSale(1);
    const known = await app.parts.gate.refresh(sale.saleId);
    if (!known) throw new Error('no sale');
    await app.parts.gate
      .storeOf('redis')
      .adjust(known, { changeId: newId(), variantId: sale.variantId, delta: 5 });
    const answers = [];
    for (let i = 0; i < 3; i += 1) answers.push(await place(sale, newBuyer()));
    expect(answers.map((answer) => answer.status).toSorted()).toEqual([201, 503, 503]);
    expect((await counters(sale)).booked).toBe('0 1 0');
  }, 20_000);

  it.each(['stock.taken', 'stock.booked'] as const)(
    'heals a process that dies at %s',
    async (point) => {
      const sale = await runningSale(2, { spare: 3 });
      dieOnceAt(point);
      const order = { id: newId(), saleId: sale.saleId, actorId: null };
      const command = { type: 'add_stock', variantId: sale.variantId, quantity: 3 } as const;
      await expect(app.parts.commands.run({ ...order, command })).rejects.toThrow(Died);
      const { pool, gate, relay, rebuildSale, logger } = app.parts;
      const reconciler = new ReconcileSales({ pool, gate, relay, rebuildSale, logger });
      const saleIds = [sale.saleId, sale.shop.shelfId];
      const now = Date.now();
      const look = async (at: number): Promise<number> => {
        let drift = 0;
        for (const saleId of saleIds) drift += await reconciler.check(saleId, at);
        return drift;
      };
      expect(await look(now)).toBe(0);
      expect(await look(now + 60_000)).toBe(3);
      expect(await look(now + 61_000)).toBe(0);
      const { engine, booked } = await counters(sale);
      expect(engine).toBe(booked);
    },
    20_000,
  );
});

describe('protocol 7: checkout alone decides', () => {
  it('a plan that changes after the start changes nothing', async () => {
    const sale = await runningSale(2);
    const item = {
      variantId: sale.variantId,
      productId: newId(),
      quantity: 99,
      price: { amount: 1, currency: 'EUR' },
    };
    await planSale(
      app.query,
      {
        saleId: sale.saleId,
        shopId: sale.shop.shopId,
        showId: newId(),
        title: 'Other',
        rule: 'first_come',
        durationS: 5,
        limitPerBuyer: 99,
        startsAt: null,
        items: [{ ...item, regularPrice: item.price }],
      },
      99,
    );
    const placed = await place(sale, newBuyer());
    expect(placed).toMatchObject({ body: { holds: [{ lines: [{ price: { amount: 500 } }] }] } });
    const [row] = await app.query('SELECT title, state FROM sales WHERE id = $1', [sale.saleId]);
    expect(row).toEqual({ title: 'Flash', state: 'open' });
  });

  it('holds are given while no other process can be heard', async () => {
    const sale = await runningSale(2);
    servers.nats.pause();
    try {
      expect((await place(sale, newBuyer())).status).toBe(201);
    } finally {
      servers.nats.resume();
    }
  });

  it('holds outlive the end of a sale, and what is left goes back to the shelf', async () => {
    const sale = await runningSale(3);
    const [buyer, holdId] = [newBuyer(), newId()];
    await place(sale, buyer, holdId);
    const stopped = await app.call(
      stopSaleEndpoint,
      { params: { saleId: sale.saleId }, body: { commandId: newId() } },
      sale.shop.owner,
    );
    expect(stopped).toMatchObject({ body: { state: 'closed' } });
    expect(await place(sale, newBuyer())).toMatchObject({ problem: { code: 'sale_closed' } });
    const pinned = await app.parts.settle.pinHolds([holdId], buyer.userId);
    expect(pinned.code).toBe('pinned');
    await eventually(async () =>
      (await counters({ ...sale, saleId: sale.shop.shelfId })).booked.startsWith('2 '),
    );
    expect((await counters(sale)).booked).toBe('0 1 0');
  }, 30_000);

  it('an emergency stop gives every unpaid hold back, one that is just being stored included', async () => {
    const sale = await runningSale(3);
    const holdId = newId();
    await place(sale, newBuyer(), holdId);
    const stop = () =>
      app.call(
        emergencyStopEndpoint,
        { params: { saleId: sale.saleId }, body: { commandId: newId(), reason: 'wrong price' } },
        sale.shop.owner,
      );
    onceAt('hold.storing', stop);
    const late = await place(sale, newBuyer());
    expect(late).toMatchObject({ ok: false, problem: { code: 'sale_closed' } });
    expect(await holdRow(holdId)).toEqual({ state: 'released', reason: 'emergency_stop' });
    const live = await app.query(`SELECT 1 FROM holds WHERE sale_id = $1 AND state IN ('held', 'paying')`, [
      sale.saleId,
    ]);
    expect(live).toEqual([]);
  });
});

describe('protocol 8: the waitlist', () => {
  const join = (sale: Sold, buyer: Identity) =>
    app.call(joinWaitlistEndpoint, { params: { saleId: sale.saleId, variantId: sale.variantId } }, buyer);
  const entry = (sale: Sold, buyer: Identity) =>
    app.call(getWaitlistEntryEndpoint, { params: { saleId: sale.saleId, variantId: sale.variantId } }, buyer);

  it('is offered a unit past its time before the buyer who finds it', async () => {
    const sale = await runningSale(1, { ttlMs: SHORT_TTL_MS });
    const [first, waiter] = [newBuyer(), newBuyer()];
    await place(sale, first);
    expect(await join(sale, waiter)).toMatchObject({ ok: true, body: { state: 'waiting', ahead: 0 } });
    expect(await join(sale, newBuyer())).toMatchObject({ body: { ahead: 1 } });
    const promoted = await eventually(async () => {
      // A newcomer asks all the time and must never be the one who gets it.
      expect((await place(sale, newBuyer())).status).toBe(409);
      const seen = await entry(sale, waiter);
      return seen.ok && seen.body.state === 'promoted' ? seen.body : undefined;
    });
    const hold = await app.call(getHoldEndpoint, { params: { holdId: promoted.holdId ?? '' } }, waiter);
    expect(hold).toMatchObject({ body: { state: 'held', source: 'waitlist' } });
  }, 30_000);

  it('is told of a promoted hold only when it is durable, though the promoting process died', async () => {
    const sale = await runningSale(1);
    const [first, waiter, holdId] = [newBuyer(), newBuyer(), newId()];
    await place(sale, first, holdId);
    await join(sale, waiter);
    const bus = await connectBus({
      url: servers.nats.url,
      name: 'test',
      logger: createLogger({ process: 'test', level: 'silent' }),
    });
    // By id: after NATS was away an event may be published twice, and only its stream drops the repeat.
    const told = new Map<string, { id: string; data: { buyerId: string; hold: { holdId: string } } }>();
    bus.nc.subscribe('v1.checkout.hold_promoted.*', {
      callback: (_, message) => {
        const event = message.json<{ id: string; data: { buyerId: string; hold: { holdId: string } } }>();
        told.set(event.id, event);
      },
    });
    await bus.ping();
    // The engine promotes, and the caller who should store that never comes back.
    const known = await app.parts.gate.refresh(sale.saleId);
    if (!known) throw new Error('no sale');
    await app.query(`UPDATE holds SET state = 'released' WHERE id = $1`, [holdId]);
    await app.query(
      `WITH event AS (INSERT INTO ledger_events (id, kind) VALUES ($1, 'released') RETURNING id)
       INSERT INTO ledger_rows SELECT event.id, $2, account, amount FROM event,
         (VALUES ('held:' || $3, -1), ('sale:' || $3, 1)) AS row (account, amount)`,
      [newId(), sale.variantId, sale.saleId],
    );
    const answer = await app.parts.gate.storeOf('redis').release(known, [{ holdId, buyerId: first.userId }]);
    expect(answer).toMatchObject({ promoted: [{ buyerId: waiter.userId }] });
    expect((await entry(sale, waiter)).ok).toBe(true);
    await app.parts.relay.relay(sale.saleId);
    const event = await eventually(async () => [...told.values()][0]);
    expect(event.data.buyerId).toBe(waiter.userId);
    expect(await holdRow(event.data.hold.holdId)).toMatchObject({ state: 'held' });
    await app.parts.relay.relay(sale.saleId);
    expect(told.size).toBe(1);
    await bus.close();
  }, 30_000);

  it('comes back in its order after a rebuild', async () => {
    const sale = await runningSale(1);
    const [first, waiter, second] = [newBuyer(), newBuyer(), newBuyer()];
    const holdId = newId();
    await place(sale, first, holdId);
    await join(sale, waiter);
    await join(sale, second);
    const known = await app.parts.gate.refresh(sale.saleId);
    if (known) await app.parts.rebuildSale.rebuild(known);
    await app.call(releaseHoldEndpoint, { params: { holdId } }, first);
    await eventually(async () => {
      const seen = await entry(sale, waiter);
      return seen.ok && seen.body.state === 'promoted';
    });
    expect(await entry(sale, second)).toMatchObject({ body: { state: 'waiting', ahead: 0 } });
  }, 30_000);
});

describe('protocol 10: the order of events', () => {
  it('numbers what is told of a sale, so that "one left" never follows "sold out"', async () => {
    const sale = await runningSale(2);
    const bus = await connectBus({
      url: servers.nats.url,
      name: 'test',
      logger: createLogger({ process: 'test', level: 'silent' }),
    });
    interface Told {
      id: string;
      type: string;
      version: number;
      data: { saleId: string; items: { variantId: string; available: number }[] };
    }
    const told: Told[] = [];
    const hear = (message: { json(): Told }): void => {
      const event = message.json();
      if (event.data.saleId === sale.saleId && !told.some(({ id }) => id === event.id)) told.push(event);
    };
    for (const name of ['stock_changed', 'sold_out']) {
      bus.nc.subscribe(`v1.checkout.${name}.*`, {
        callback: (_, message) => hear(message as unknown as { json(): Told }),
      });
    }
    await bus.ping();
    await place(sale, newBuyer());
    await place(sale, newBuyer());
    await eventually(async () => told.some((event) => event.type === 'checkout.sold_out'));
    const byVersion = told.toSorted((a, b) => a.version - b.version);
    expect(new Set(told.map((event) => event.version)).size).toBe(told.length);
    expect(byVersion.at(-1)).toMatchObject({
      type: 'checkout.sold_out',
      data: { items: [{ available: 0 }] },
    });
    const left = byVersion.map((event) => event.data.items[0]?.available ?? 0);
    expect(left).toEqual(left.toSorted((a, b) => b - a));
    await bus.close();
  }, 30_000);
});
