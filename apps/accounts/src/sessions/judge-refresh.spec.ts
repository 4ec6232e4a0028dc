import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { judgeRefresh, REPEAT_WINDOW_MS, type RefreshState } from './judge-refresh.ts';

const open: RefreshState = { generation: 5, rotatedAt: 1_000, expiresAt: 100_000, ended: false };

describe('judging a refresh', () => {
  it.each([
    [5, 50_000, 'rotate'],
    [4, 1_000 + REPEAT_WINDOW_MS, 'repeat'],
    [4, 1_001 + REPEAT_WINDOW_MS, 'reused'],
    [3, 1_000, 'reused'],
    [0, 1_000, 'reused'],
    [6, 1_000, 'over'],
    [5, 100_000, 'over'],
    [3, 100_000, 'over'],
  ] as const)('generation %i at %i ms: %s', (generation, now, verdict) => {
    expect(judgeRefresh(open, generation, now)).toBe(verdict);
  });

  it('lets an ended session do nothing', () => {
    expect(judgeRefresh({ ...open, ended: true }, 5, 2_000)).toBe('over');
    expect(judgeRefresh({ ...open, ended: true }, 3, 2_000)).toBe('over');
  });

  it('keeps one living token per family, and ends the family when an older one comes back', () => {
    const step = fc.record({ holder: fc.nat(3), waitMs: fc.nat(15_000) });
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 60 }), (steps) => {
        let state: RefreshState = {
          generation: 0,
          rotatedAt: 0,
          expiresAt: Number.MAX_SAFE_INTEGER,
          ended: false,
        };
        const holders = [0, 0, 0, 0]; // everybody begins with a copy of the first token
        let now = 0;
        for (const { holder, waitMs } of steps) {
          now += waitMs;
          const held = holders[holder] ?? 0;
          const verdict = judgeRefresh(state, held, now);
          if (state.ended) expect(verdict).toBe('over');
          else if (held === state.generation) expect(verdict).toBe('rotate');
          else if (held < state.generation - 1 || now - state.rotatedAt > REPEAT_WINDOW_MS)
            expect(verdict).toBe('reused');
          else expect(verdict).toBe('repeat');
          if (verdict === 'rotate') state = { ...state, generation: state.generation + 1, rotatedAt: now };
          if (verdict === 'rotate' || verdict === 'repeat') holders[holder] = state.generation;
          if (verdict === 'reused') state = { ...state, ended: true };
        }
      }),
      { numRuns: 500 },
    );
  });
});
