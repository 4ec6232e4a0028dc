import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  startHarness,
  startServers,
  type CheckoutHarness,
  type CheckoutServers,
} from './checkout-harness.ts';
import { rush } from './hold-rush.ts';

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
