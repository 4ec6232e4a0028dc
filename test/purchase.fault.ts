import { describe, expect, it } from '@jest/globals';
import { sellThroughChaos, startChaos, type Victim } from '../apps/checkout/test/purchase-chaos.ts';
import { startPurchases } from '../apps/checkout/test/purchase-harness.ts';
import { fuzzNotices } from '../apps/checkout/test/webhook-fuzz.ts';

const VICTIMS: Victim[] = ['checkout', 'sandbox', 'nats', 'redis', 'postgres'];
const ROUNDS = 3;
const FUZZ_RUNS = 80;

describe('purchases while everything dies', () => {
  it.each(['none', 'aof'] as const)(
    'each part is killed three times in the middle of a sale (Redis keeps: %s)',
    async (redis) => {
      const chaos = await startChaos(redis);
      try {
        for (let round = 1; round <= ROUNDS; round += 1) {
          const options = { victims: VICTIMS, buyers: 80, units: 50, redis };
          expect({ round, findings: await sellThroughChaos(chaos, options) }).toEqual({
            round,
            findings: [],
          });
        }
      } finally {
        await chaos.stop();
      }
    },
    900_000,
  );

  it.each(VICTIMS)(
    'two deaths of %s, the second during the recovery from the first',
    async (victim) => {
      const chaos = await startChaos('none');
      try {
        const options = { victims: [victim, victim], buyers: 40, units: 30, redis: 'none' as const };
        expect(await sellThroughChaos(chaos, options)).toEqual([]);
      } finally {
        await chaos.stop();
      }
    },
    300_000,
  );
});

describe('notices of the provider', () => {
  it('may be shuffled, doubled, dropped and late, in many histories', async () => {
    const purchases = await startPurchases();
    try {
      await fuzzNotices(purchases, FUZZ_RUNS);
    } finally {
      await purchases.stop();
    }
  }, 1_800_000);
});
