import { describe, expect, it } from '@jest/globals';
import { cachedStandings } from './standings.ts';

describe('standings', () => {
  const setUp = () => {
    const world = { now: 0, asked: 0 };
    const standing = cachedStandings(
      async () => ({ buyer: (world.asked += 1) > 1, showsBadge: false, followsSince: null }),
      () => world.now,
    );
    return { world, standing };
  };

  it('are asked once for a while', async () => {
    const { world, standing } = setUp();
    await standing('shop', 'ada', false);
    world.now = 14_000;
    expect(await standing('shop', 'ada', false)).toMatchObject({ buyer: false });
    world.now = 15_000;
    expect(await standing('shop', 'ada', false)).toMatchObject({ buyer: true });
    expect(world.asked).toBe(2);
  });

  it('are asked anew within a second where it decides who may write', async () => {
    const { world, standing } = setUp();
    expect(await standing('shop', 'ada', true)).toMatchObject({ buyer: false });
    world.now = 900;
    expect(await standing('shop', 'ada', true)).toMatchObject({ buyer: false });
    world.now = 1_100;
    expect(await standing('shop', 'ada', true)).toMatchObject({ buyer: true });
  });
});
