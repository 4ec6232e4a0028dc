import { describe, expect, it } from '@jest/globals';
import { eventText, SharedFrame } from './frames.ts';
import { Ring } from './ring.ts';

const frame = (n: number): SharedFrame => new SharedFrame(eventText('tick', `{"n":${n}}`));
const ringOf = (from: number, to: number, keepMs = 120_000): Ring => {
  const ring = new Ring(keepMs);
  for (let n = from; n <= to; n += 1) ring.push(n, n * 1_000, frame(n));
  return ring;
};

describe('Ring', () => {
  it('gives exactly what comes after a tick', () => {
    const ring = ringOf(5, 8);
    expect(ring.after(6, false)).toEqual([Buffer.concat([frame(7), frame(8)].map((f) => f.bytesFor(false)))]);
    expect(ring.after(8, false)).toEqual([]);
    expect(ring.after(4, false)?.[0]?.length).toBeGreaterThan(0);
  });
  it('has no answer for what is gone or not there yet', () => {
    const ring = ringOf(5, 8);
    expect(ring.after(3, false)).toBeUndefined();
    expect(ring.after(9, false)).toBeUndefined();
    expect(new Ring(1).after(0, false)).toBeUndefined();
  });
  it('joins once for all who ask for the same, until the next tick', () => {
    const ring = ringOf(1, 5);
    expect(ring.after(2, false)).toBe(ring.after(2, false));
    const before = ring.after(2, false);
    ring.push(6, 6_000, frame(6));
    expect(ring.after(2, false)?.[0]?.length).toBeGreaterThan(before?.[0]?.length ?? 0);
  });
  it('gives a long answer as the frames that all share, without a copy', () => {
    const ring = new Ring(1e9);
    const frames = [1, 2, 3].map(
      () => new SharedFrame(eventText('tick', JSON.stringify('x'.repeat(90_000)))),
    );
    for (const [index, big] of frames.entries()) ring.push(index + 1, index + 1, big);
    const answer = ring.after(1, false);
    expect(answer).toHaveLength(2);
    expect(answer?.[0]).toBe(frames[1]?.bytesFor(false));
  });
  it('keeps two minutes and no more', () => {
    const ring = ringOf(1, 300);
    expect(ring.first).toBe(180);
    expect(ring.last).toBe(300);
  });
  it('starts anew after a gap, so that no answer has a hole', () => {
    const ring = ringOf(1, 5);
    ring.push(9, 9_000, frame(9));
    expect([ring.first, ring.last]).toEqual([9, 9]);
    expect(ring.after(5, false)).toBeUndefined();
  });
  it('takes older ticks in front when they fit on', () => {
    const ring = ringOf(5, 6);
    expect(ring.prepend(4, 4_000, frame(4))).toBe(true);
    expect(ring.prepend(2, 2_000, frame(2))).toBe(false);
    expect(ring.after(3, false)?.length).toBeGreaterThan(0);
  });
  it('bounds its memory, whatever the ticks', () => {
    const ring = new Ring(1e9);
    const big = new SharedFrame(eventText('tick', JSON.stringify('x'.repeat(200_000))));
    for (let n = 1; n <= 500; n += 1) ring.push(n, n, big);
    expect((ring.last ?? 0) - (ring.first ?? 0)).toBeLessThan(90);
  });
});
