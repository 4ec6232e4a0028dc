import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newId } from '#process';
import { startCheckoutAlone, type CheckoutHarness } from '../apps/checkout/test/checkout-harness.ts';
import { rush } from '../apps/checkout/test/hold-rush.ts';
import { sellWhileLeadersFall, startTwoCheckouts } from '../apps/checkout/test/two-checkouts.ts';

const LIVE_HOLDS = 10_000;
const REBUILD_WITHIN_MS = 2_000;

let app: CheckoutHarness;
beforeAll(async () => {
  app = await startCheckoutAlone();
}, 120_000);
afterAll(() => app.stop(), 60_000);

describe('5,000 buyers and 100 units', () => {
  it.each(['redis', 'postgres'] as const)(
    'end with exactly 100 holds (%s)',
    async (engine) => {
      const ended = await rush(app, engine, { buyers: 5_000, units: 100 });
      const stored = { rows: 100, available: 0, heldUnits: 100 };
      expect(ended).toEqual({ held: 100, soldOut: 4_900, others: {}, ...stored });
    },
    300_000,
  );
});

describe('two processes of checkout', () => {
  it('sell on while the one that leads dies, five times over', async () => {
    const two = await startTwoCheckouts();
    try {
      expect(await sellWhileLeadersFall(two, { units: 20, falls: 5 })).toEqual([]);
    } finally {
      await two.stop();
    }
  }, 600_000);
});

describe('a sale with 10,000 live holds', () => {
  it('is back within two seconds after its Redis forgot everything', async () => {
    const shop = await app.seedShop();
    const variantId = shop.variants[0]?.variantId ?? '';
    const { shelfId } = shop;
    await app.query(
      `WITH event AS (INSERT INTO ledger_events (id, kind) VALUES ($1, 'received') RETURNING id)
       INSERT INTO ledger_rows (event_id, variant_id, account, amount)
       SELECT event.id, $2::uuid, account, amount FROM event,
         (VALUES ('inbound', -12000), ('sale:' || $3::text, 2000), ('held:' || $3::text, $4::integer)) AS row (account, amount)`,
      [newId(), variantId, shelfId, LIVE_HOLDS],
    );
    await app.query(
      `INSERT INTO holds (id, buyer_id, sale_id, state, lines, started_at, expires_at)
       SELECT gen_random_uuid(), gen_random_uuid(), $1::uuid, 'held',
         jsonb_build_array(jsonb_build_object('variantId', $2::uuid, 'quantity', 1, 'unitAmount', 1000, 'currency', 'EUR', 'priceVersion', 1)),
         clock_timestamp(), clock_timestamp() + interval '5 minutes'
       FROM generate_series(1, $3::integer)`,
      [shelfId, variantId, LIVE_HOLDS],
    );
    const sale = await app.parts.gate.refresh(shelfId);
    if (!sale) throw new Error('no shelf');
    const begun = performance.now();
    expect(await app.parts.rebuildSale.rebuild(sale)).toBe(true);
    expect(performance.now() - begun).toBeLessThan(REBUILD_WITHIN_MS);
    const fresh = await app.parts.gate.refresh(shelfId);
    const snapshot = fresh && (await app.parts.gate.storeOf('redis').read(fresh, [variantId]));
    expect(snapshot).toMatchObject({ variants: [{ available: 2_000, held: LIVE_HOLDS, sold: 0 }] });
  }, 60_000);
});
