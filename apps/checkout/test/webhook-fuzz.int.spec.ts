import { afterAll, beforeAll, describe, it, jest } from '@jest/globals';
import { startPurchases, type PurchaseHarness } from './purchase-harness.ts';
import { fuzzNotices } from './webhook-fuzz.ts';

/** A busy machine is slow; nothing here depends on speed. */
jest.setTimeout(60_000);

/** Few here, many in `npm run test:faults`. */
const RUNS = 6;

let h: PurchaseHarness;

beforeAll(async () => {
  h = await startPurchases();
}, 120_000);
afterAll(() => h.stop(), 30_000);

describe('notices of the provider', () => {
  it('may be shuffled, doubled, dropped and late: one sale per payment, no money without goods (I9, I10)', async () => {
    await fuzzNotices(h, RUNS);
  }, 120_000);
});
