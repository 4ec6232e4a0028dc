import { describe, expect, it } from '@jest/globals';
import { payBy } from './place-order.ts';

const MINUTE_MS = 60_000;
const hold = (startedMin: number, expiresMin: number) => ({
  startedAt: new Date(startedMin * MINUTE_MS),
  expiresAt: new Date(expiresMin * MINUTE_MS),
});
const minutes = (...holds: ReturnType<typeof hold>[]) => payBy(holds).getTime() / MINUTE_MS;

describe('the time until which an order can be paid', () => {
  it('is three minutes after its hold would have ended', () => {
    expect(minutes(hold(0, 5))).toBe(8);
  });

  it('is never more than ten minutes after its hold began, however long that was', () => {
    expect(minutes(hold(0, 30))).toBe(10);
  });

  it('is that of the hold which has the least time left', () => {
    expect(minutes(hold(4, 9), hold(0, 5), hold(3, 60))).toBe(8);
    expect(minutes(hold(4, 9), hold(2, 5), hold(-4, 60))).toBe(6);
  });
});
