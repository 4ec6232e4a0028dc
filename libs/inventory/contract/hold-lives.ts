import type { SaleInspection } from '../hold-store.ts';
import type { Step } from './histories.ts';

const ENDS = new Set(['sold', 'released', 'expired']);

/**
 * Watches each hold's life over a history: I7, a hold ends once and stays as it ended; I8, a pinned hold never expires,
 * only a verdict (confirm or release) ends it. Sums alone would not notice a pinned hold that expires.
 */
export class HoldLives {
  private readonly states = new Map<string, string>();

  /** Faults of the step that led to `inspection`. */
  watch(step: Step, inspection: SaleInspection): string[] {
    const faults: string[] = [];
    for (const { holdId, buyerId, state } of inspection.detail?.holds ?? []) {
      const name = `${holdId}/${buyerId}`;
      const before = this.states.get(name);
      if (before !== undefined && ENDS.has(before) && before !== state)
        faults.push(`I7 ${name}: ${before} -> ${state}`);
      if (before === 'paying' && state !== 'paying') {
        const verdict =
          (state === 'sold' && step.do === 'confirm') || (state === 'released' && step.do === 'release');
        if (!verdict) faults.push(`I8 ${name}: paying -> ${state} by ${step.do}`);
      }
      this.states.set(name, state);
    }
    return faults;
  }

  /** Forgets holds that the engine forgot. */
  forget(inspection: SaleInspection): void {
    const known = new Set(inspection.detail?.holds.map(({ holdId, buyerId }) => `${holdId}/${buyerId}`));
    for (const name of this.states.keys()) if (!known.has(name)) this.states.delete(name);
  }
}
