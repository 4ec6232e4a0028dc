/** Runs `act` while no other tab of this site does: `navigator.locks` in a browser. */
export type Exclusive = <T>(act: () => Promise<T>) => Promise<T>;

interface RenewalDeps {
  /** Trades the refresh cookie for a new session; false when the session is over. */
  refresh: () => Promise<'renewed' | 'over' | 'failed'>;
  exclusive: Exclusive;
  /** Shared by all tabs: when one of them last renewed the session (local clock). */
  lastRenewal: { read: () => number; write: (at: number) => void };
  localNow: () => number;
  onOver: () => void;
}

/**
 * Renews the session once, however many calls were refused at the same moment and in however many tabs: a refresh
 * token that is used twice ends the session, so two tabs that woke together must not both trade it.
 */
export function createRenewal({ refresh, exclusive, lastRenewal, localNow, onOver }: RenewalDeps) {
  let running: Promise<boolean> | null = null;
  const renewOnce = (since: number) =>
    exclusive(async () => {
      if (lastRenewal.read() >= since) return true; // another tab was faster
      const outcome = await refresh();
      if (outcome === 'renewed') lastRenewal.write(localNow());
      if (outcome === 'over') onOver();
      return outcome === 'renewed';
    });
  return (since: number): Promise<boolean> => {
    running ??= renewOnce(since).finally(() => (running = null));
    return running;
  };
}
