import { describe, expect, it } from '@jest/globals';
import { TokenBuckets } from './token-bucket.ts';

describe('TokenBuckets', () => {
  it('allows a burst, then one for each share of the window', () => {
    const buckets = new TokenBuckets(3, 2_000);
    expect([1, 2, 3, 4].map(() => buckets.take('a', 1_000))).toEqual([0, 0, 0, 667]);
    expect(buckets.take('a', 1_666)).toBeGreaterThan(0);
    expect(buckets.take('a', 1_700)).toBe(0);
    expect(buckets.take('b', 1_700)).toBe(0);
  });
  it('never saves up more than the burst', () => {
    const buckets = new TokenBuckets(2, 1_000);
    buckets.take('a', 0);
    expect([1, 2, 3].map(() => buckets.take('a', 1_000_000) > 0)).toEqual([false, false, true]);
  });
  it('does not earn by a clock that goes back', () => {
    const buckets = new TokenBuckets(1, 1_000);
    buckets.take('a', 5_000);
    expect(buckets.take('a', 1_000)).toBeGreaterThan(0);
  });
  it('remembers a bounded number of keys', () => {
    const buckets = new TokenBuckets(1, 1_000, 100);
    for (let key = 0; key < 1_000; key += 1) buckets.take(String(key), 0);
    expect(buckets.size).toBe(100);
  });
});
