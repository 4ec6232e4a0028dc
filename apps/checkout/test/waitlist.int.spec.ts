import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { connectBus, inTransaction } from '#bus';
import {
  getHoldEndpoint,
  getWaitlistEntryEndpoint,
  joinWaitlistEndpoint,
  releaseHoldEndpoint,
  type Identity,
} from '#contracts';
import { createLogger, newId } from '#process';
import { failpoints } from '../src/failpoints.ts';
import { forgetBuyer } from '../src/people/forget-buyers.ts';
import { postLedger } from '../src/stock/ledger.ts';
import { dieOnceAt } from './act-at-failpoint.ts';
import { eventually, newBuyer, patiently, startCheckoutAlone } from './checkout-harness.ts';
import { held, holdRow, place, runningSale, SHORT_TTL_MS, type SaleUnderTest } from './sale-under-test.ts';

/** What is told of a promoted hold. */
interface Promoted {
  id: string;
  data: { buyerId: string; hold: { holdId: string; saleId: string } };
}

let app: Awaited<ReturnType<typeof startCheckoutAlone>>;
beforeAll(async () => {
  app = await startCheckoutAlone();
}, 120_000);
afterAll(() => app.stop(), 60_000);
afterEach(() => failpoints.clear());

const join = (sale: SaleUnderTest, buyer: Identity) =>
  patiently(app, joinWaitlistEndpoint, { params: { saleId: sale.saleId, variantId: sale.variantId } }, buyer);
const entry = (sale: SaleUnderTest, buyer: Identity) =>
  app.call(getWaitlistEntryEndpoint, { params: { saleId: sale.saleId, variantId: sale.variantId } }, buyer);

describe('protocol 8: the waitlist', () => {
  it('is offered a unit past its time before the buyer who finds it', async () => {
    const sale = await runningSale(app, 1, { ttlMs: SHORT_TTL_MS });
    const [first, waiter] = [newBuyer(), newBuyer()];
    await held(app, sale, first);
    expect(await join(sale, waiter)).toMatchObject({ ok: true, body: { state: 'waiting', ahead: 0 } });
    expect(await join(sale, newBuyer())).toMatchObject({ body: { ahead: 1 } });
    const promoted = await eventually(async () => {
      // A newcomer asks all the time and must never be the one who gets it.
      expect((await place(app, sale, newBuyer())).status).not.toBe(201);
      const seen = await entry(sale, waiter);
      return seen.ok && seen.body.state === 'promoted' ? seen.body : undefined;
    });
    const hold = await app.call(getHoldEndpoint, { params: { holdId: promoted.holdId ?? '' } }, waiter);
    expect(hold).toMatchObject({ body: { state: 'held', source: 'waitlist' } });
  }, 30_000);

  it('is told of a promoted hold only when it is durable, though the promoting process died', async () => {
    const sale = await runningSale(app, 1);
    const [first, waiter, holdId] = [newBuyer(), newBuyer(), newId()];
    await held(app, sale, first, holdId);
    await join(sale, waiter);
    const bus = await connectBus({
      url: app.servers.nats.url,
      name: 'test',
      logger: createLogger({ process: 'test', level: 'silent' }),
    });
    // By id: after NATS was away an event may be published twice, and only its stream drops the repeat.
    const told = new Map<string, Promoted>();
    bus.nc.subscribe('v1.checkout.hold_promoted.*', {
      callback: (_, message) => {
        const event = message.json<Promoted>();
        // Waiters of other sales go on being promoted.
        if (event.data.hold.saleId === sale.saleId) told.set(event.id, event);
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
    expect(await holdRow(app, event.data.hold.holdId)).toMatchObject({ state: 'held' });
    await app.parts.relay.relay(sale.saleId);
    expect(told.size).toBe(1);
    await bus.close();
  }, 30_000);

  it('comes back in its order after a rebuild', async () => {
    const sale = await runningSale(app, 1);
    const [first, waiter, second] = [newBuyer(), newBuyer(), newBuyer()];
    const holdId = newId();
    await held(app, sale, first, holdId);
    await join(sale, waiter);
    await join(sale, second);
    const known = await app.parts.gate.refresh(sale.saleId);
    if (known) await app.parts.rebuildSale.rebuild(known);
    await patiently(app, releaseHoldEndpoint, { params: { holdId } }, first);
    await eventually(async () => {
      const seen = await entry(sale, waiter);
      return seen.ok && seen.body.state === 'promoted';
    });
    expect(await entry(sale, second)).toMatchObject({ body: { state: 'waiting', ahead: 0 } });
  }, 30_000);
});

describe('a waiter who lets an offered unit go', () => {
  /** One unit that came back, and those who wait for it: the first of them has it now. */
  const line = async (...waiters: Identity[]): Promise<SaleUnderTest> => {
    const sale = await runningSale(app, 1);
    const [first, holdId] = [newBuyer(), newId()];
    await held(app, sale, first, holdId);
    for (const waiter of waiters)
      expect(await join(sale, waiter)).toMatchObject({ body: { state: 'waiting' } });
    await patiently(app, releaseHoldEndpoint, { params: { holdId } }, first);
    return sale;
  };
  const offered = (sale: SaleUnderTest, waiter: Identity): Promise<string> =>
    eventually(async () => {
      const seen = await entry(sale, waiter);
      return seen.ok && seen.body.state === 'promoted' && (seen.body.holdId ?? undefined);
    });
  /** Ends the hold that a waiter was offered, as it ends when its time is up. */
  const letRunOut = async (
    { saleId, variantId, ...sale }: SaleUnderTest,
    waiter: Identity,
  ): Promise<void> => {
    const key = { holdId: await offered({ saleId, variantId, ...sale }, waiter), buyerId: waiter.userId };
    const { gate, relay } = app.parts;
    const known = await gate.refresh(saleId);
    if (!known) throw new Error('no sale');
    await inTransaction(app.pool, async (query) => {
      await query(`UPDATE holds SET state = 'expired', ended_at = clock_timestamp() WHERE id = $1`, [
        key.holdId,
      ]);
      const move = { variantId, quantity: 1, from: `held:${saleId}`, to: `sale:${saleId}` } as const;
      await postLedger(query, { id: newId(), kind: 'expired', saleId }, [move]);
    });
    await gate.storeOf('redis').release(known, [key]);
    await relay.relay(saleId);
  };
  const waits = (sale: SaleUnderTest, waiter: Identity) =>
    app.query<{ state: string; settled: boolean; misses: number }>(
      'SELECT state, settled, misses FROM waitlist WHERE sale_id = $1 AND buyer_id = $2 ORDER BY rank',
      [sale.saleId, waiter.userId],
    );
  const settled = (sale: SaleUnderTest, waiter: Identity) =>
    eventually(async () => (await waits(sale, waiter))[0]?.settled);

  it('comes back into the line behind everybody else, and gets another turn', async () => {
    const [absent, next, last] = [newBuyer(), newBuyer(), newBuyer()];
    const sale = await line(absent, next, last);
    await letRunOut(sale, absent);
    await settled(sale, absent);
    expect(await entry(sale, absent)).toMatchObject({ body: { state: 'waiting', ahead: 1, holdId: null } });
    await letRunOut(sale, next);
    await letRunOut(sale, last);
    await offered(sale, absent);
    const turns = await app.query<{ buyer: string }>(
      `SELECT buyer_id AS buyer FROM holds WHERE sale_id = $1 AND source = 'waitlist' ORDER BY started_at`,
      [sale.saleId],
    );
    expect(turns.map(({ buyer }) => buyer)).toEqual([absent, next, last, absent].map(({ userId }) => userId));
  }, 60_000);

  it('is put back once, though the process dies in the middle of it', async () => {
    const [absent, next] = [newBuyer(), newBuyer()];
    const sale = await line(absent, next);
    dieOnceAt('waitlist.entered');
    await letRunOut(sale, absent);
    await settled(sale, absent);
    expect(failpoints.size).toBe(0);
    expect(await waits(sale, absent)).toMatchObject([{ misses: 0 }, { state: 'waiting', misses: 1 }]);
    // The engine knows of it, too.
    const inside = await app.parts.gate.storeOf('redis').inspect(sale.saleId, 'counters');
    expect(inside?.variants).toMatchObject([{ waiting: 1 }]);
  }, 60_000);

  it.each([
    ['came back twice', "UPDATE waitlist SET misses = 2 WHERE buyer_id = '$1'"],
    ['deleted their account', undefined],
  ])(
    'stays out when they %s',
    async (_, change) => {
      const [absent, next] = [newBuyer(), newBuyer()];
      const sale = await line(absent, next);
      await offered(sale, absent);
      if (change) await app.query(change.replace('$1', absent.userId));
      else await forgetBuyer(app.query, absent.userId);
      await letRunOut(sale, absent);
      await letRunOut(sale, next);
      await settled(sale, absent);
      await settled(sale, next);
      expect(await waits(sale, absent)).toHaveLength(1);
      expect(await waits(sale, next)).toHaveLength(2);
    },
    60_000,
  );

  it('has had their turn when they gave the unit back themselves', async () => {
    const [choosy, next] = [newBuyer(), newBuyer()];
    const sale = await line(choosy, next);
    const holdId = await offered(sale, choosy);
    await patiently(app, releaseHoldEndpoint, { params: { holdId } }, choosy);
    await offered(sale, next);
    await settled(sale, choosy);
    expect(await waits(sale, choosy)).toHaveLength(1);
  }, 60_000);
});

describe('protocol 10: the order of events', () => {
  it('numbers what is told of a sale, so that "one left" never follows "sold out"', async () => {
    const sale = await runningSale(app, 2);
    const bus = await connectBus({
      url: app.servers.nats.url,
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
    await held(app, sale, newBuyer());
    await held(app, sale, newBuyer());
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
