import type { HoldStore } from '../hold-store.ts';

/** An engine with a clock that the test moves. */
export interface EngineUnderTest {
  store: HoldStore;
  /** Milliseconds since 1970 by the engine's clock. */
  now(): number;
  advance(ms: number): Promise<void>;
  stop(): Promise<void>;
}

/** A moment for clocks of tests to begin at. */
export const TEST_TIME = Date.UTC(2026, 0, 1);
