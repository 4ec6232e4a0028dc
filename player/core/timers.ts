/** Time as a module sees it; tests give a clock that they turn by hand. */
export interface Timers {
  now(): number;
  /** Runs `act` once after `ms`; the answer cancels it. */
  after(ms: number, act: () => void): () => void;
}

export const browserTimers: Timers = {
  now: () => Date.now(),
  after(ms, act) {
    const id = setTimeout(act, ms);
    return () => clearTimeout(id);
  },
};
