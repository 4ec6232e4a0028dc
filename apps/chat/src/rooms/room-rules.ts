import type { RoomPorts } from './owner-ports.ts';
import type { Sanction } from './room-ports.ts';
import type { RoomState } from './room-state.ts';

const READ_EVERY_MS = 60_000;

/**
 * Who is restricted, who may what, which words count: read when somebody says that they changed outside of this room, and
 * once a minute in any case. Whoever was silenced or set free there is told so here too.
 */
export class RoomRules {
  readonly #state: RoomState;
  readonly #ports: Pick<RoomPorts, 'store' | 'timers' | 'policyChanged' | 'push'>;
  #wanted = false;
  #readAt: number;

  constructor(state: RoomState, ports: Pick<RoomPorts, 'store' | 'timers' | 'policyChanged' | 'push'>) {
    this.#state = state;
    this.#ports = ports;
    this.#readAt = ports.timers.now();
  }

  /** They changed: the next turn reads them. */
  want(): void {
    this.#wanted = true;
  }

  isDue(now: number): boolean {
    return this.#wanted || now - this.#readAt >= READ_EVERY_MS;
  }

  /** Reads them between two orders, never beside one. False: there is no such show any more. */
  async read(): Promise<boolean> {
    const { store, timers, policyChanged, push } = this.#ports;
    const { showId } = this.#state.fence;
    this.#wanted = false;
    const policy = await store.policy(showId).catch((error: unknown) => {
      this.#wanted = true;
      throw error;
    });
    this.#readAt = timers.now();
    if (!policy) return false;
    const { memory } = this.#state;
    const before = new Map(memory.sanctions.map((sanction) => [sanction.userId, sanction]));
    this.#state.show = policy.show;
    memory.loadPolicy(policy);
    const freed = [...before.values()].filter(({ userId, kind }) => kind === 'timeout' && isFree(userId));
    const silenced = memory.sanctions.filter(
      ({ userId, kind, until }) => kind === 'timeout' && before.get(userId)?.until !== until,
    );
    // Gateways hear of it before the person does: whoever is told that they may write again asks at once.
    for (const { userId } of freed) policyChanged(showId, { lifted: userId });
    if (freed.length === 0) policyChanged(showId, {});
    for (const { userId } of freed) push(userId, { type: 'unmuted', showId });
    for (const sanction of silenced) push(sanction.userId, mutedPush(showId, sanction));
    return true;

    function isFree(userId: string): boolean {
      const now = memory.sanctionOf(userId)?.kind;
      return now === undefined || now === 'shadow';
    }
  }
}

/** What somebody is told who may not write until then. */
export function mutedPush(showId: string, { until, reason }: Pick<Sanction, 'until' | 'reason'>) {
  return { type: 'muted', showId, until, ...(reason ? { reason } : {}) } as const;
}
