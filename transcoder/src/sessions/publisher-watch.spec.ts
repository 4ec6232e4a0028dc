import { describe, expect, it } from '@jest/globals';
import { PART_MS } from '../timeline/cutter.ts';
import { PublisherWatch } from './publisher-watch.ts';

/** What viewers are promised: from the last frame to the slate. */
const PROMISED_MS = 2_000;
/** The session looks this often, and the pictures are ready. */
const TICK_MS = 100;

describe('a publisher', () => {
  it.each([
    ['whose connection has ended', false],
    ['whose connection stands', true],
  ])('%s is gone early enough for a slate within two seconds', (_how, isConnected) => {
    const watch = new PublisherWatch(0);
    watch.handleFrame(10_000);
    let now = 10_000;
    while (!watch.isGone(now, isConnected)) now += TICK_MS;
    expect(now - 10_000).toBeLessThanOrEqual(PROMISED_MS - TICK_MS);
    // What the slate shows first lies in the past by then: a whole part of it is given out at once.
    expect(now - 10_000).toBeGreaterThan(PART_MS);
  });

  it('is not gone for a frame or two that come late', () => {
    const watch = new PublisherWatch(0);
    for (const at of [1_000, 1_040, 1_640, 1_680]) {
      expect(watch.isGone(at, true)).toBe(false);
      watch.handleFrame(at);
    }
    expect([watch.isGone(2_900, true), watch.isGone(2_900, false)]).toEqual([false, true]);
  });

  it('is back with its first frame', () => {
    const watch = new PublisherWatch(0);
    expect(watch.isBack(5_000)).toBe(false);
    watch.handleFrame(5_000);
    expect([watch.isBack(5_100), watch.isGone(5_100, false)]).toEqual([true, false]);
  });
});
