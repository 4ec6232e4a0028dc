import type { Logs } from './logs.ts';
import type { StartPlan } from './processes.ts';

/** What the demo made, for the table. */
export interface Demo {
  showId: string;
  accounts: { role: string; email: string; password: string }[];
  /** A key that the synthetic publisher does not use. */
  spareStreamKey: string;
  stop(): Promise<void>;
}

/** Makes the demo shop and puts its show on air. */
export async function startDemo(_root: string, _plan: StartPlan, _logs: Logs): Promise<Demo | undefined> {
  return undefined;
}
