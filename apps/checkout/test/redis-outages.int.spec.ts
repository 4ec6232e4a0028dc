import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  getSaleEndpoint,
  placeHoldsEndpoint,
  receiveStockEndpoint,
  setSaleFailoverEndpoint,
  startSaleEndpoint,
} from '#contracts';
import { newId } from '#process';
import { startRedis, type RunningServer } from '#servers';
import { Redis } from 'ioredis';
import { WatchEngines } from '../src/reconcile/watch-engines.ts';
import { keepBuying } from './buy-running-sale.ts';
import {
  eventually,
  newBuyer,
  startHarness,
  startServers,
  type CheckoutHarness,
  type CheckoutServers,
} from './checkout-harness.ts';

const STOCK = 2_000;

let servers: CheckoutServers;
let redis: RunningServer;
let app: CheckoutHarness;

beforeEach(async () => {
  servers = await startServers();
  redis = servers.redis;
  app = await startHarness(servers);
}, 120_000);
afterEach(async () => {
  await app.stop();
  await redis.stop();
  await servers.stop();
}, 30_000);

/** A running flash sale with plenty of units. */
async function runningSale(quantity = STOCK) {
  const shop = await app.seedShop();
  const variantId = shop.variants[0]?.variantId ?? '';
  await app.call(
    receiveStockEndpoint,
    { params: { shopId: shop.shopId, variantId }, body: { changeId: newId(), quantity } },
    shop.owner,
  );
  const saleId = await shop.plan({ items: [{ variantId, quantity, price: 500 }], durationS: 600 });
  const started = await app.call(
    startSaleEndpoint,
    { params: { saleId }, body: { commandId: newId() } },
    shop.owner,
  );
  expect(started).toMatchObject({ ok: true, body: { state: 'open' } });
  return { shop, variantId, saleId };
}

const restartRedis = async (): Promise<void> => {
  redis = await startRedis({ port: servers.redis.port, dir: servers.redis.dir });
};

/**
 * Everything that buyers were told is in Postgres, nothing is there twice, and whoever asks now finds an engine that has
 * every hold of Postgres. An engine may have more for a moment: claims whose calls nobody could answer.
 */
async function expectSound(
  saleId: string,
  variantId: string,
  told: { held: { holdId: string }[] },
): Promise<void> {
  const { booked, engine } = await compare(saleId, variantId);
  const stored = new Set(booked.holds);
  expect(told.held.filter((hold) => !stored.has(hold.holdId))).toEqual([]);
  expect(booked.available + booked.held).toBe(STOCK);
  expect(booked.held).toBe(booked.holds.length);
  const inEngine = new Set(engine.holds);
  expect(booked.holds.filter((holdId) => !inEngine.has(holdId))).toEqual([]);
  expect(engine.available + engine.held).toBe(STOCK);
  expect(engine.held).toBe(engine.holds.length);
  await eventually(async () => {
    const now = await compare(saleId, variantId);
    return JSON.stringify(now.engine) === JSON.stringify(now.booked);
  });
}

interface Counted {
  available: number;
  held: number;
  holds: string[];
}

/** What Postgres and the engine say of a sale at a moment at which nobody rebuilds it; Postgres is looked at first. */
function compare(saleId: string, variantId: string): Promise<{ booked: Counted; engine: Counted }> {
  return eventually(async () => {
    // As the next buyer would: one who finds an older memory has the sale rebuilt.
    await app.parts.gate.run(saleId, (store, sale) =>
      store.read(sale, []).then((answer) => ('code' in answer ? answer : { code: 'read' as const })),
    );
    const [balance] = await app.query<{ left: number; held: number; epoch: number; holds: string[] }>(
      `SELECT epoch::integer, (SELECT coalesce(jsonb_agg(id ORDER BY id), '[]') FROM holds WHERE sale_id = s.id AND state = 'held') AS holds,
         (SELECT amount FROM balances WHERE variant_id = $2 AND account = 'sale:' || s.id)::integer AS left,
         (SELECT amount FROM balances WHERE variant_id = $2 AND account = 'held:' || s.id)::integer AS held
       FROM sales s WHERE id = $1`,
      [saleId, variantId],
    );
    const sale = await app.parts.gate.refresh(saleId);
    // An engine that is too busy to answer is looked at again.
    const engine = sale && app.parts.gate.storeOf(sale.engine);
    const inside = await engine?.inspect(saleId, 'holds').catch(() => undefined);
    if (!balance || sale?.epoch !== balance.epoch || inside?.epoch !== balance.epoch) return undefined;
    const live = inside.detail?.holds.filter((hold) => hold.state === 'held') ?? [];
    const [variant] = inside.variants;
    return {
      booked: { available: balance.left, held: balance.held, holds: balance.holds },
      engine: {
        available: variant?.available ?? -1,
        held: variant?.held ?? -1,
        holds: live.map((hold) => hold.holdId).toSorted(),
      },
    };
  });
}

describe('a running sale whose Redis', () => {
  it('is restarted empty goes on from Postgres, with nothing sold twice', async () => {
    const { saleId, variantId } = await runningSale();
    const buyers = keepBuying(app, saleId, variantId);
    await eventually(async () => buyers.told.held.length > 50);
    await redis.kill();
    await restartRedis();
    const before = buyers.told.held.length;
    await eventually(async () => buyers.told.held.length > before + 50);
    await expectSound(saleId, variantId, await buyers.stop());
  }, 120_000);

  it('is restored from an old dump never answers from that old memory', async () => {
    const { saleId, variantId } = await runningSale();
    const buyers = keepBuying(app, saleId, variantId);
    await eventually(async () => buyers.told.held.length > 50);
    const admin = new Redis(redis.url);
    await admin.save();
    admin.disconnect();
    const dumped = buyers.told.held.length;
    await eventually(async () => buyers.told.held.length > dumped + 50);
    await redis.kill();
    await restartRedis();
    const old = new Redis(redis.url);
    expect(await old.exists(`inv:{${saleId}}:holds`)).toBe(1);
    old.disconnect();
    const before = buyers.told.held.length;
    await eventually(async () => buyers.told.held.length > before + 50);
    await expectSound(saleId, variantId, await buyers.stop());
  }, 120_000);

  it('is out of reach pauses with a clear answer and goes on by itself', async () => {
    const { saleId, variantId } = await runningSale();
    const buyers = keepBuying(app, saleId, variantId);
    await eventually(async () => buyers.told.held.length > 20);
    redis.pause();
    const state = async (): Promise<string | undefined> => {
      const sale = await app.call(getSaleEndpoint, { params: { saleId } });
      return sale.ok ? sale.body.state : undefined;
    };
    await eventually(async () => (await state()) === 'paused');
    const refused = await app.call(
      placeHoldsEndpoint,
      { body: { holds: [{ holdId: newId(), saleId, lines: [{ variantId, quantity: 1 }] }] } },
      newBuyer(),
    );
    expect(refused).toMatchObject({ status: 503, problem: { code: 'sale_paused' } });
    redis.resume();
    await eventually(async () => (await state()) === 'open');
    const before = buyers.told.held.length;
    await eventually(async () => buyers.told.held.length > before + 20);
    await expectSound(saleId, variantId, await buyers.stop());
    const events = await app.query<{ type: string }>(`SELECT event::jsonb->>'type' AS type FROM outbox`);
    expect(events.filter((event) => event.type === 'checkout.sale_paused').length).toBeLessThanOrEqual(2);
  }, 120_000);

  it('stays away goes on with the Postgres engine when its shop chose that, and comes back', async () => {
    const { shop, saleId, variantId } = await runningSale();
    await app.call(
      setSaleFailoverEndpoint,
      { params: { saleId }, body: { commandId: newId(), failover: true } },
      shop.owner,
    );
    const buyers = keepBuying(app, saleId, variantId, 4);
    await eventually(async () => buyers.told.held.length > 20);
    await redis.kill();
    const before = buyers.told.held.length;
    await eventually(async () => buyers.told.held.length > before + 20);
    const told = await buyers.stop();
    const [sale] = await app.query<{ engine: string; state: string }>(
      'SELECT engine, state FROM sales WHERE id = $1',
      [saleId],
    );
    expect(sale).toEqual({ engine: 'postgres', state: 'open' });
    await expectSound(saleId, variantId, told);

    await restartRedis();
    const { pool, gate, rebuildSale, logger } = app.parts;
    const engine = { name: 'redis' as const, ping: async () => undefined, memoryId: async () => 'back' };
    const watch = new WatchEngines({ pool, gate, rebuildSale, engine, logger });
    const engineNow = async (): Promise<unknown> =>
      (await app.query('SELECT engine, state FROM sales WHERE id = $1', [saleId]))[0];
    const more = keepBuying(app, saleId, variantId, 4);
    await watch.round(0);
    expect(await engineNow()).toMatchObject({ engine: 'postgres' });
    // Redis may have been away for the process, too: it is tried until it takes the sale back.
    await eventually(async () => {
      await watch.round(60_000);
      return ((await engineNow()) as { engine: string }).engine === 'redis';
    });
    const there = more.told.held.length;
    await eventually(async () => more.told.held.length > there + 20);
    const afterwards = await more.stop();
    expect(await engineNow()).toEqual({ engine: 'redis', state: 'open' });
    await expectSound(saleId, variantId, { held: [...told.held, ...afterwards.held] });
  }, 120_000);
});
