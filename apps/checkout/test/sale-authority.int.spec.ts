import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { emergencyStopEndpoint, stopSaleEndpoint } from '#contracts';
import { newId } from '#process';
import { failpoints } from '../src/failpoints.ts';
import { ReconcileSales } from '../src/reconcile/reconcile-sales.ts';
import { planSale } from '../src/sales/plan-sale.ts';
import { isShort } from '../src/stock/ledger.ts';
import { Died, dieOnceAt, onceAt } from './act-at-failpoint.ts';
import { eventually, newBuyer, startCheckoutAlone } from './checkout-harness.ts';
import { counters, held, holdRow, place, runningSale } from './sale-under-test.ts';

let app: Awaited<ReturnType<typeof startCheckoutAlone>>;
beforeAll(async () => {
  app = await startCheckoutAlone();
}, 120_000);
afterAll(() => app.stop(), 60_000);
afterEach(() => failpoints.clear());

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
    const sale = await runningSale(app, 1);
    const known = await app.parts.gate.refresh(sale.saleId);
    if (!known) throw new Error('no sale');
    await app.parts.gate
      .storeOf('redis')
      .adjust(known, { changeId: newId(), variantId: sale.variantId, delta: 5 });
    const answers = [];
    for (let i = 0; i < 3; i += 1) answers.push(await place(app, sale, newBuyer()));
    expect(answers.map((answer) => answer.status).toSorted()).toEqual([201, 503, 503]);
    expect((await counters(app, sale)).booked).toBe('0 1 0');
  }, 20_000);

  it.each(['stock.taken', 'stock.booked'] as const)(
    'heals a process that dies at %s',
    async (point) => {
      const sale = await runningSale(app, 2, { spare: 3 });
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
      const { engine, booked } = await counters(app, sale);
      expect(engine).toBe(booked);
    },
    20_000,
  );
});

describe('protocol 7: checkout alone decides', () => {
  it('a plan that changes after the start changes nothing', async () => {
    const sale = await runningSale(app, 2);
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
    const placed = await place(app, sale, newBuyer());
    expect(placed).toMatchObject({ body: { holds: [{ lines: [{ price: { amount: 500 } }] }] } });
    const [row] = await app.query('SELECT title, state FROM sales WHERE id = $1', [sale.saleId]);
    expect(row).toEqual({ title: 'Flash', state: 'open' });
  });

  it('holds are given while no other process can be heard', async () => {
    const sale = await runningSale(app, 2);
    app.servers.nats.pause();
    try {
      await held(app, sale, newBuyer());
    } finally {
      app.servers.nats.resume();
    }
  });

  it('holds outlive the end of a sale, and what is left goes back to the shelf', async () => {
    const sale = await runningSale(app, 3);
    const [buyer, holdId] = [newBuyer(), newId()];
    await held(app, sale, buyer, holdId);
    const stopped = await app.call(
      stopSaleEndpoint,
      { params: { saleId: sale.saleId }, body: { commandId: newId() } },
      sale.shop.owner,
    );
    expect(stopped).toMatchObject({ body: { state: 'closed' } });
    expect(await place(app, sale, newBuyer())).toMatchObject({ problem: { code: 'sale_closed' } });
    const pinned = await app.parts.settle.pinHolds([holdId], buyer.userId);
    expect(pinned.code).toBe('pinned');
    await eventually(async () =>
      (await counters(app, { ...sale, saleId: sale.shop.shelfId })).booked.startsWith('2 '),
    );
    expect((await counters(app, sale)).booked).toBe('0 1 0');
  }, 30_000);

  it('an emergency stop gives every unpaid hold back, one that is just being stored included', async () => {
    const sale = await runningSale(app, 3);
    const holdId = newId();
    await held(app, sale, newBuyer(), holdId);
    const stop = () =>
      app.call(
        emergencyStopEndpoint,
        { params: { saleId: sale.saleId }, body: { commandId: newId(), reason: 'wrong price' } },
        sale.shop.owner,
      );
    const stopped = onceAt('hold.storing', stop);
    const late = await place(app, sale, newBuyer());
    await stopped;
    expect(late).toMatchObject({ ok: false, problem: { code: 'sale_closed' } });
    expect(await holdRow(app, holdId)).toEqual({ state: 'released', reason: 'emergency_stop' });
    const live = await app.query(`SELECT 1 FROM holds WHERE sale_id = $1 AND state IN ('held', 'paying')`, [
      sale.saleId,
    ]);
    expect(live).toEqual([]);
  });
});
