import { performance } from 'node:perf_hooks';

const EVERY_MS = 2_000;

/** How much of its time this process's event loop works: the share of the last two seconds, 0 to 1. */
export class LoopLoad {
  #seen = performance.eventLoopUtilization();
  readonly #timer: NodeJS.Timeout;
  busy = 0;

  constructor() {
    this.#timer = setInterval(() => {
      const now = performance.eventLoopUtilization();
      this.busy = performance.eventLoopUtilization(now, this.#seen).utilization;
      this.#seen = now;
    }, EVERY_MS).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}
