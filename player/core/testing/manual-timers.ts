import type { Timers } from '../timers.ts';

export interface ManualTimers extends Timers {
  /** Lets `ms` pass: what falls due runs in order, each at its own moment, with promises settled in between. */
  pass(ms: number): Promise<void>;
  waiting(): number;
}

/** A clock that a test turns by hand. */
export function manualTimers(start = 1_000_000): ManualTimers {
  let now = start;
  let due: { at: number; act: () => void }[] = [];
  const settle = async () => {
    for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
  };
  return {
    now: () => now,
    after(ms, act) {
      const entry = { at: now + ms, act };
      due.push(entry);
      return () => {
        due = due.filter((other) => other !== entry);
      };
    },
    async pass(ms) {
      const end = now + ms;
      await settle();
      for (;;) {
        const next = due.filter(({ at }) => at <= end).toSorted((a, b) => a.at - b.at)[0];
        if (!next) break;
        now = next.at;
        due = due.filter((other) => other !== next);
        next.act();
        await settle();
      }
      now = end;
    },
    waiting: () => due.length,
  };
}
