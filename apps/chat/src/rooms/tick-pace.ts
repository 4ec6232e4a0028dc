import { monitorEventLoopDelay } from 'node:perf_hooks';

/** A room this large ticks less often: each tick is that many writes. */
const LARGE = 5_000;
const VERY_LARGE = 50_000;
const LARGE_MS = 250;
const VERY_LARGE_MS = 500;
/** A process whose loop is this late has too much to do. */
const BUSY_LAG_MS = 50;
const LAG_EVERY_MS = 2_000;

/** How long a room waits between two ticks, by its size and by how busy this process is. */
export class TickPace {
  readonly #baseMs: number;
  readonly #delay = monitorEventLoopDelay({ resolution: 20 });
  readonly #timer: NodeJS.Timeout;
  #lagMs = 0;

  constructor(baseMs: number) {
    this.#baseMs = baseMs;
    this.#delay.enable();
    this.#timer = setInterval(() => {
      this.#lagMs = this.#delay.percentile(99) / 1e6 - 20;
      this.#delay.reset();
    }, LAG_EVERY_MS).unref();
  }

  tickMs(viewers: number): number {
    return tickMsFor(this.#baseMs, viewers, this.#lagMs);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#delay.disable();
  }
}

/** 200 ms for most rooms, up to 500 ms for the largest and for a process that cannot keep up. */
export function tickMsFor(baseMs: number, viewers: number, lagMs: number): number {
  if (viewers > VERY_LARGE || lagMs > BUSY_LAG_MS) return Math.max(baseMs, VERY_LARGE_MS);
  return viewers > LARGE ? Math.max(baseMs, LARGE_MS) : baseMs;
}
