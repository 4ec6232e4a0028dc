import { describe, expect, it } from '@jest/globals';
import { everyMinute } from './every-minute.ts';

const at = (minute: number, viewers: number) => ({
  minute: minute * 60_000,
  viewers,
  lines: 1,
  reactions: 0,
  orders: 0,
  units: 0,
  revenue: [],
});

const shown = (minutes: ReturnType<typeof at>[]) =>
  everyMinute(minutes).map(({ minute, viewers }) => [minute / 60_000, viewers]);

describe('the minutes of a show', () => {
  it('that nobody saw count nothing between those that were seen', () => {
    expect(shown([at(10, 3), at(11, 2), at(14, 5)])).toEqual([
      [10, 3],
      [11, 2],
      [12, 0],
      [13, 0],
      [14, 5],
    ]);
  });

  it('are no more than an hour of silence at a time', () => {
    const filled = shown([at(0, 1), at(100_000, 1)]);
    expect(filled).toHaveLength(62);
    expect(filled.at(-1)).toEqual([100_000, 1]);
  });

  it('stay as they are without gaps', () => {
    expect(shown([at(1, 1), at(2, 2)])).toEqual([
      [1, 1],
      [2, 2],
    ]);
    expect(shown([])).toEqual([]);
  });
});
