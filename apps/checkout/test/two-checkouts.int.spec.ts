import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sellWhileLeadersFall, startTwoCheckouts, type TwoCheckouts } from './two-checkouts.ts';

let two: TwoCheckouts;
beforeAll(async () => {
  two = await startTwoCheckouts();
}, 120_000);
afterAll(() => two.stop(), 60_000);

describe('two processes of checkout', () => {
  it('sell from one shelf while the one that leads is killed: the other leads, drift 0, nothing oversold', async () => {
    expect(await sellWhileLeadersFall(two, { units: 6, falls: 1 })).toEqual([]);
  }, 180_000);
});
