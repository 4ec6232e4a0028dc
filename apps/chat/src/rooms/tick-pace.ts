/** However busy a process and however large a room: twice a second everybody hears. */
const MOST_MS = 500;
/** Rooms this large tick less often: their bytes are dear even where processor time is not. */
const LARGE = 10_000;
const VERY_LARGE = 50_000;
const LARGE_MS = 250;
/** The part of a processor that ticks may fill; beyond it they begin to wait for each other. */
const FULL = 0.8;
const ADAPT_EVERY_MS = 2_000;

/**
 * How long a room waits between two ticks: as long as its size asks for, or as it takes for the busiest process that has
 * something to do with it to keep up. Writing a tick to thousands of sockets is work, not lateness, so what counts is how
 * much of its time that process works, not how long one piece of work takes.
 */
export class TickPace {
  readonly #baseMs: number;
  #ms: number;
  #adaptedAt = -Infinity;

  constructor(baseMs: number) {
    this.#baseMs = baseMs;
    this.#ms = baseMs;
  }

  get ms(): number {
    return this.#ms;
  }

  /** `busy`: the share of its time, 0 to 1, that the busiest process worked of late. */
  adapt(busy: number, viewers: number, now: number): void {
    if (now - this.#adaptedAt < ADAPT_EVERY_MS) return;
    this.#adaptedAt = now;
    const least = Math.max(this.#baseMs, leastMsFor(viewers));
    const most = Math.max(least, MOST_MS);
    // Back by half at most: one quiet moment says little.
    const wanted = this.#ms * Math.max(0.5, busy / FULL);
    this.#ms = Math.round(Math.min(most, Math.max(least, wanted)));
  }
}

function leastMsFor(viewers: number): number {
  if (viewers > VERY_LARGE) return MOST_MS;
  return viewers > LARGE ? LARGE_MS : 0;
}
