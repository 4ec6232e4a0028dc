import { describe, expect, it } from '@jest/globals';
import type { Logger } from '#process';
import { ReconcileSales } from './reconcile-sales.ts';

/** A reconciler of one sale with `held` units held; says at which moments it looked at single holds. */
function reconcilerOf(held: number) {
  const booked = { held };
  const looks: number[] = [];
  const clock = { ms: 0 };
  const counters = (of: number) => ({
    variantId: 'v',
    stock: 100_000,
    available: 100_000 - of,
    held: of,
    sold: 0,
  });
  const store = {
    read: async () => ({ variants: [] }),
    inspect: async (_: string, depth: 'counters' | 'holds') => {
      if (depth === 'holds') looks.push(clock.ms);
      const detail = { holds: [], index: [], pinned: [], buyers: [] };
      return {
        epoch: 1,
        variants: [counters(held)],
        replayed: [counters(held)],
        ...(depth === 'holds' && { detail }),
      };
    },
  };
  const query = async (sql: string) => ({
    rows: sql.includes('sale_variants') ? [counters(booked.held)] : [],
  });
  const client = { query, on: () => undefined, off: () => undefined, release: () => undefined };
  const parts = {
    pool: { query, connect: async () => client },
    gate: {
      find: async () => ({ saleId: 's', state: 'open', engine: 'redis', epoch: 1 }),
      storeOf: () => store,
    },
    relay: { relay: async () => undefined },
    rebuildSale: { rebuild: async () => true },
    logger: { error: () => undefined } as unknown as Logger,
  };
  const reconciler = new ReconcileSales(parts as unknown as ConstructorParameters<typeof ReconcileSales>[0]);
  return {
    booked,
    looks,
    check: (ms: number): Promise<number> => {
      clock.ms = ms;
      return reconciler.check('s', ms);
    },
  };
}

describe('looks at the single holds of a sale whose counters differ', () => {
  it('come every two seconds while it is small', async () => {
    const { booked, looks, check } = reconcilerOf(5);
    booked.held = 4;
    for (const ms of [0, 1_000, 2_000, 3_000, 4_000]) await check(ms);
    expect(looks).toEqual([0, 2_000, 4_000]);
  });

  it('are rarer the more holds it has, also when the counters agree for a moment', async () => {
    const { booked, looks, check } = reconcilerOf(10_000);
    for (const ms of [0, 2_000, 4_000, 20_000, 29_999]) {
      booked.held = ms === 4_000 ? 10_000 : 9_999;
      await check(ms);
    }
    expect(looks).toEqual([0]);
    await check(30_000);
    expect(looks).toEqual([0, 30_000]);
  });

  it('come once a minute at least', async () => {
    const { booked, looks, check } = reconcilerOf(90_000);
    booked.held = 89_999;
    for (const ms of [0, 59_999, 60_000]) await check(ms);
    expect(looks).toEqual([0, 60_000]);
  });

  it('need none when the counters agree', async () => {
    const { looks, check } = reconcilerOf(5);
    await check(0);
    expect(looks).toEqual([]);
  });
});
