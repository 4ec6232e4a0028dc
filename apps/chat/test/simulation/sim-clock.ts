import type { Timers } from '../../src/rooms/room-ports.ts';

interface Entry {
  at: number;
  order: number;
  work: () => void;
}

/** Time that moves only when the test says so; work of one moment runs in the order in which it was asked for. */
export class SimClock implements Timers {
  #now: number;
  #order = 0;
  #entries: Entry[] = [];

  constructor(startMs: number) {
    this.#now = startMs;
  }

  now(): number {
    return this.#now;
  }

  after(ms: number, work: () => void): () => void {
    const entry = { at: this.#now + Math.max(0, ms), order: (this.#order += 1), work };
    this.#entries.push(entry);
    return () => {
      this.#entries = this.#entries.filter((other) => other !== entry);
    };
  }

  /** Runs everything that is due within `ms`, letting promises settle between any two pieces of work. */
  async advance(ms: number): Promise<void> {
    const until = this.#now + ms;
    for (;;) {
      await settle();
      const next = this.#entries
        .filter((entry) => entry.at <= until)
        .toSorted((a, b) => a.at - b.at || a.order - b.order)[0];
      if (!next) break;
      this.#entries = this.#entries.filter((entry) => entry !== next);
      this.#now = Math.max(this.#now, next.at);
      next.work();
    }
    this.#now = until;
    await settle();
  }
}

/** Lets every promise that can settle without time passing do so. */
export function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
