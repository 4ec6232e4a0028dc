import { describe, it } from '@jest/globals';
import { live, weathers } from '../apps/chat/test/simulation/run.ts';

/** New worlds each time: a failure prints the seed that brings its world back. */
const RUNS = Number(process.env['SIM_RUNS'] ?? 60);
const FIRST_SEED = Number(process.env['SIM_SEED'] ?? Date.now() % 1_000_000);

describe('a room in worlds that nobody has seen before', () => {
  it.each(weathers)(
    'keeps every promise when it is %s',
    async (...weather) => {
      for (let seed = FIRST_SEED; seed < FIRST_SEED + RUNS; seed += 1) await live(seed, weather);
    },
    1_800_000,
  );
});
