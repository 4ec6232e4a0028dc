import type { Clock } from '#process';
import type { ObjectStore } from '../store/object-store.ts';

const SETTING = 'clock_offset_ms';

/** The sandbox's own time: the machine's, plus what tests moved it by. It never goes back. */
export class SandboxClock implements Clock {
  private offsetMs = 0;
  private readonly listeners: (() => void)[] = [];
  private readonly store: ObjectStore;

  constructor(store: ObjectStore) {
    this.store = store;
  }

  async load(): Promise<void> {
    this.offsetMs = (await this.store.setting<number>(SETTING)) ?? 0;
  }

  now(): number {
    return Date.now() + this.offsetMs;
  }

  /** Moves time on by `ms`; what is due then happens now. */
  async advance(ms: number): Promise<void> {
    this.offsetMs += ms;
    await this.store.keepSetting(SETTING, this.offsetMs);
    for (const listener of this.listeners) listener();
  }

  onAdvance(listener: () => void): void {
    this.listeners.push(listener);
  }
}
