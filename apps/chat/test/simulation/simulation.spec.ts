import { describe, it } from '@jest/globals';
import { live, weathers } from './run.ts';

/**
 * Worlds of the property test and the seed of the first; one seed decides everything that happens in a world. The same ones
 * each time: new worlds are for the long run of the faults.
 */
const RUNS = Number(process.env['SIM_RUNS'] ?? 6);
const FIRST_SEED = Number(process.env['SIM_SEED'] ?? 1);

describe('a room in a hostile world', () => {
  it.each(weathers)(
    'keeps every promise when it is %s',
    async (...weather) => {
      for (let seed = FIRST_SEED; seed < FIRST_SEED + RUNS; seed += 1) await live(seed, weather);
    },
    600_000,
  );
});
