import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { sellThroughChaos, startChaos, type Chaos } from './purchase-chaos.ts';

/** A busy machine is slow; nothing here depends on speed. */
jest.setTimeout(60_000);

let chaos: Chaos;

beforeAll(async () => {
  chaos = await startChaos('none');
}, 120_000);
afterAll(() => chaos.stop(), 60_000);

describe('purchases go on while parts are killed', () => {
  it.each(['checkout', 'sandbox', 'nats', 'redis', 'postgres'] as const)(
    'SIGKILL of %s: nothing oversold, nothing paid and forgotten, drift 0',
    async (victim) => {
      expect(
        await sellThroughChaos(chaos, { victims: [victim], buyers: 12, units: 8, redis: 'none' }),
      ).toEqual([]);
    },
    180_000,
  );
});
