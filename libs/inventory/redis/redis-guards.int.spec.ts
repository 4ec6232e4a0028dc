import { afterEach, describe, expect, it } from '@jest/globals';
import { startRedis, type RunningServer } from '#servers';
import { Redis } from 'ioredis';
import { v7 } from 'uuid';
import type { EngineUnderTest } from '../contract/engine-under-test.ts';
import { findFaults } from '../contract/invariants.ts';
import { HOLD_TTL_MS, newKey, openSale } from '../contract/sale-fixture.ts';
import { startRedisEngine } from '../contract/start-engines.ts';
import { guardsIn, withoutGuard } from '../contract/without-guard.ts';
import { RedisHoldStore } from './redis-hold-store.ts';
import * as scripts from './scripts.generated.ts';

/**
 * What each guard in the Lua is for: the same story once without it, where it goes wrong, and once with it. A story tells
 * what went wrong, or undefined.
 */
const stories: Record<string, (engine: EngineUnderTest) => Promise<string | undefined>> = {
  async stock({ store }) {
    const sale = await openSale(store, 100);
    const answers = await Promise.all(Array.from({ length: 300 }, () => sale.reserve(1)));
    const held = answers.filter((answer) => answer.code === 'held').length;
    return held > 100 ? `${held} buyers hold 100 units` : undefined;
  },
  async limit({ store }) {
    const sale = await openSale(store, 10, { limitPerBuyer: 2 });
    const buyerId = v7();
    const answers = await Promise.all(Array.from({ length: 5 }, () => sale.reserve(1, { buyerId })));
    const held = answers.filter((answer) => answer.code === 'held').length;
    return held > 2 ? `one buyer holds ${held} units` : undefined;
  },
  async replay({ store }) {
    const sale = await openSale(store, 10);
    const key = await sale.held(1);
    await sale.reserve(1, key);
    const [fault] = await findFaults(store, sale.saleId);
    return fault;
  },
  async quantity({ store }) {
    const sale = await openSale(store, 10);
    const answer = await sale.reserve(-3).catch((error: Error) => ({ code: error.message }));
    return answer.code === 'invalid' ? undefined : `minus three units are ${answer.code}`;
  },
  async 'ends-at'({ store, now, advance }) {
    const sale = await openSale(store, 10, { endsAt: now() + 1_000 });
    await advance(1_000);
    return (await sale.reserve(1)).code === 'held' ? 'a unit was claimed after the end' : undefined;
  },
  async 'lazy-expiry'({ store, advance }) {
    const sale = await openSale(store, 1);
    await sale.held(1);
    await advance(HOLD_TTL_MS);
    return (await sale.reserve(1)).code === 'sold_out' ? 'a unit past its time is not for sale' : undefined;
  },
  async 'waiters-first'({ store, advance }) {
    const sale = await openSale(store, 1);
    await sale.held(1);
    await store.join(sale, { ...newKey(), variantId: sale.v1, rank: 1 });
    // The unit comes free in a moment in which nobody may be given it, so that only the next reserve can offer it.
    await store.change(sale, { state: 'paused' });
    await advance(HOLD_TTL_MS);
    await store.sweep(sale);
    await store.change(sale, { state: 'open' });
    return (await sale.reserve(1)).code === 'held' ? 'a newcomer got the unit of a waiter' : undefined;
  },
  async pinned({ store, advance }) {
    const sale = await openSale(store, 1);
    const key = await sale.held(1);
    await store.pin(sale, [key]);
    await advance(HOLD_TTL_MS);
    return (await store.expire(sale, key)).code === 'done' ? 'a hold that is being paid expired' : undefined;
  },
  async epoch({ store }) {
    const sale = await openSale(store, 1);
    await sale.held(1);
    const older = { ...sale, epoch: sale.epoch - 1 };
    const answer = await store.release(older, [newKey()]);
    return answer.code === 'stale_epoch' ? undefined : 'a caller from before a rebuild was heard';
  },
};

describe('guards of the Redis engine', () => {
  let engine: EngineUnderTest | undefined;
  afterEach(async () => {
    await engine?.stop();
    engine = undefined;
  });

  it('each have a story', () => {
    const guards = Object.values(scripts).flatMap((script) => guardsIn(script.lua));
    expect([...new Set(guards)].toSorted()).toEqual([...Object.keys(stories), 'replid'].toSorted());
  });

  it.each(Object.keys(stories))('%s: goes wrong without, right with it', async (guard) => {
    const story = stories[guard];
    engine = await startRedisEngine((lua) => withoutGuard(lua, guard));
    expect(await story?.(engine)).toEqual(expect.any(String));
    await engine.stop();
    engine = await startRedisEngine();
    expect(await story?.(engine)).toBeUndefined();
  });
});

describe('guard replid of the Redis engine', () => {
  let server: RunningServer;
  afterEach(() => server.stop());

  it.each([
    ['without it an old dump sells a unit again', true],
    ['with it an old dump sells nothing', false],
  ])('%s', async (_, off) => {
    server = await startRedis();
    const change = (lua: string): string => (off ? withoutGuard(lua, 'replid') : lua);
    let redis = new Redis(server.url);
    let store = new RedisHoldStore(redis, (script) => change(script.lua));
    const sale = await openSale(store, 1);
    await redis.save();
    await sale.held(1);
    redis.disconnect();
    await server.kill();
    server = await startRedis({ port: server.port, dir: server.dir });
    redis = new Redis(server.url);
    store = new RedisHoldStore(redis, (script) => change(script.lua));
    const lines = [{ variantId: sale.v1, quantity: 1 }];
    const answer = await store.reserve({ saleId: sale.saleId, epoch: sale.epoch, ...newKey(), lines });
    expect(answer.code).toBe(off ? 'held' : 'stale_epoch');
    redis.disconnect();
  });

  it('also tells a server that was promoted', async () => {
    server = await startRedis({ args: ['--repl-diskless-sync-delay', '0'] });
    const replica = await startRedis({ args: ['--replicaof', '127.0.0.1', String(server.port)] });
    const [first, second] = [new Redis(server.url), new Redis(replica.url)];
    const sale = await openSale(new RedisHoldStore(first), 5);
    expect(await first.wait(1, 15_000)).toBe(1);
    await second.replicaof('NO', 'ONE');
    const lines = [{ variantId: sale.v1, quantity: 1 }];
    const promoted = new RedisHoldStore(second);
    const answer = await promoted.reserve({ saleId: sale.saleId, epoch: sale.epoch, ...newKey(), lines });
    expect(answer).toEqual({ code: 'stale_epoch' });
    first.disconnect();
    second.disconnect();
    await replica.stop();
  }, 30_000);
});

describe('the Redis engine over a real connection', () => {
  let server: RunningServer;
  afterEach(() => server.stop());

  it('goes by the clock of its server', async () => {
    server = await startRedis();
    const redis = new Redis(server.url);
    const store = new RedisHoldStore(redis);
    const sale = await openSale(store, 1, { holdTtlMs: 40 });
    const key = await sale.held(1);
    const before = Date.now();
    while ((await sale.reserve(1)).code === 'sold_out') expect(Date.now()).toBeLessThan(before + 5_000);
    expect(Date.now() - before).toBeGreaterThanOrEqual(30);
    expect(await sale.reserve(1, key)).toEqual({ code: 'ended', state: 'expired' });
    redis.disconnect();
  });

  it('loads its commands again after a server forgot them', async () => {
    server = await startRedis();
    const redis = new Redis(server.url, { enableAutoPipelining: true });
    const sale = await openSale(new RedisHoldStore(redis), 100);
    await sale.held(1);
    await redis.script('FLUSH');
    const answers = await Promise.all(Array.from({ length: 20 }, () => sale.reserve(1)));
    expect(answers.every((answer) => answer.code === 'held')).toBe(true);
    redis.disconnect();
  });
});
