import { describe, expect, it } from '@jest/globals';
import { TickPace } from './tick-pace.ts';

/** The pace after so many looks at a process that is this busy. */
function paceAfter(looks: number, { base = 200, viewers = 10, busy = 0 }): number {
  const pace = new TickPace(base);
  for (let look = 0; look < looks; look += 1) pace.adapt(busy, viewers, look * 2_000);
  return pace.ms;
}

describe('the pace of ticks', () => {
  it.each([
    [{}, 200],
    [{ viewers: 10_000 }, 200],
    [{ viewers: 10_001 }, 250],
    [{ viewers: 50_001 }, 500],
    [{ base: 400, viewers: 10_001 }, 400],
    [{ base: 800, busy: 1 }, 800],
    [{ busy: 0.79 }, 200],
    [{ busy: 1 }, 500],
  ])('%o: %d ms', (room, ms) => {
    expect(paceAfter(20, room)).toBe(ms);
  });

  it('settles where the busiest process keeps up, and comes back to its base', () => {
    const pace = new TickPace(200);
    // Each tick costs 200 ms of work, everything else a tenth of the processor.
    for (let look = 0; look < 20; look += 1)
      pace.adapt(Math.min(1, 0.1 + 200 / pace.ms), 5_000, look * 2_000);
    expect(pace.ms).toBeGreaterThan(280);
    expect(pace.ms).toBeLessThan(290);
    for (let look = 20; look < 30; look += 1) pace.adapt(0.2, 5_000, look * 2_000);
    expect(pace.ms).toBe(200);
  });

  it('looks every two seconds, not at every tick', () => {
    const pace = new TickPace(200);
    for (let at = 0; at < 2_000; at += 100) pace.adapt(1, 10, at);
    expect(pace.ms).toBe(250);
  });
});
