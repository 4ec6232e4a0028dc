import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startCheckoutAlone, type CheckoutHarness } from './checkout-harness.ts';
import { rush } from './hold-rush.ts';

let app: CheckoutHarness;
beforeAll(async () => {
  app = await startCheckoutAlone();
}, 120_000);
afterAll(() => app.stop(), 60_000);

describe('a rush', () => {
  it.each(['redis', 'postgres'] as const)(
    'of 400 buyers on 25 units ends with exactly 25 holds (%s)',
    async (engine) => {
      const ended = await rush(app, engine, { buyers: 400, units: 25 });
      const stored = { rows: 25, available: 0, heldUnits: 25 };
      expect(ended).toEqual({ held: 25, soldOut: 375, others: {}, ...stored });
    },
    60_000,
  );
});
