import { describe, expect, it } from '@jest/globals';
import { LiveBudget, type LineRank } from './live-budget.ts';

const lines = (...ranks: LineRank[]) => ranks.map((rank, index) => ({ rank, authorId: `a${index}` }));
/** A budget whose quiet seconds are used up. */
const spent = (linesPerS: number): LiveBudget => {
  const budget = new LiveBudget(linesPerS, 0, () => 0.5);
  budget.choose(lines(...Array<LineRank>(linesPerS * 2).fill(2)), 0);
  return budget;
};

describe('LiveBudget', () => {
  it('shows everything when nothing limits it', () => {
    expect(new LiveBudget(0, 0).choose(lines(2, 2, 2), 0).size).toBe(3);
  });
  it('shows so many a second over time, however many come', () => {
    const budget = spent(15);
    let shown = 0;
    for (let now = 200; now <= 10_000; now += 200) {
      shown += budget.choose(lines(...Array<LineRank>(16).fill(2)), now).size;
    }
    expect(shown).toBe(150);
  });
  it('prefers staff, then buyers and questions', () => {
    const budget = spent(10);
    expect(budget.choose(lines(2, 1, 2, 0, 2, 1), 300)).toEqual(new Set([3, 1, 5]));
  });
  it('shows staff even when nothing is left', () => {
    expect(spent(10).choose(lines(0, 0, 2), 0)).toEqual(new Set([0, 1]));
  });
  it('is fair: who was just shown waits for the others', () => {
    const budget = spent(5);
    const crowd = ['x', 'y', 'z'].map((authorId) => ({ rank: 2 as const, authorId }));
    const seen = [200, 400, 600].flatMap((now) => [...budget.choose(crowd, now)]);
    expect(new Set(seen).size).toBe(3);
  });
});
