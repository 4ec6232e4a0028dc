import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ProgrammeClock } from './programme-clock.ts';

const START = Date.UTC(2026, 0, 1);
const FRAME_MS = 40;

describe('programme time', () => {
  it('follows the first frame until a reader begins anew', () => {
    const clock = new ProgrammeClock();
    clock.add(5_000, START);
    clock.add(6_000, START + 1_000);
    expect(clock.pair()).toEqual({ pts: 6_000, wallMs: START + 1_000, mediaTime: START + 1_000 });
    expect(clock.reanchor()).toEqual({ pts: 5_000, mediaTime: START });
  });

  it('stays within 300 ms of the picture over three hours of a drifting, wavering publisher', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -200, max: 200 }),
        fc.integer(),
        fc.array(fc.integer({ min: 600, max: 10_000 }), { minLength: 1, maxLength: 6 }),
        (driftPpm, seed, reopenAfterS) => {
          const random = lcg(seed);
          const clock = new ProgrammeClock();
          let [reopen, nextReopen] = [0, reopenAfterS[0] ?? 0];
          let worst = 0;
          for (let ms = 0; ms < 3 * 3_600_000; ms += 10 * FRAME_MS) {
            const pts = ms * (1 + driftPpm / 1_000_000);
            clock.add(pts, START + ms + random() * 400);
            if (ms / 1_000 > nextReopen) {
              clock.reanchor();
              reopen += 1;
              nextReopen += reopenAfterS[reopen % reopenAfterS.length] ?? 0;
            }
            const pair = clock.pair();
            // What chat does: the programme time of a moment, by the newest pair.
            if (pair && ms > 20_000) worst = Math.max(worst, Math.abs(pair.wallMs - (START + ms)));
          }
          expect(worst).toBeLessThan(300);
        },
      ),
      { numRuns: 15 },
    );
  });

  it('takes the drift over when a reader begins anew', () => {
    const clock = new ProgrammeClock();
    for (let ms = 0; ms <= 3_600_000; ms += FRAME_MS) clock.add(ms * 1.0001, START + ms);
    expect(Math.round(clock.driftMs())).toBe(-360);
    clock.reanchor();
    expect(Math.abs(clock.driftMs())).toBeLessThan(2);
  });

  it('does not take a burst after a stall for another time', () => {
    const clock = new ProgrammeClock();
    for (let ms = 0; ms <= 20_000; ms += FRAME_MS) clock.add(ms, START + ms);
    const outcomes = new Set<string>();
    for (let ms = 20_000; ms <= 26_000; ms += FRAME_MS) outcomes.add(clock.add(ms, START + 26_000));
    expect(outcomes).not.toContain('jumped');
    expect(clock.pair()?.wallMs).toBe(START + 26_000);
  });

  it('begins anew when timestamps jump', () => {
    const clock = new ProgrammeClock();
    clock.add(1_000_000, START);
    expect(clock.add(0, START + 40)).toBe('jumped');
    expect(clock.pair()).toEqual({ pts: 0, wallMs: START + 40, mediaTime: START + 40 });
  });
});

/** Numbers in [0, 1) that depend on the seed alone. */
function lcg(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 0x1_0000_0000;
  };
}
