/** What an error of the stream calls for. */
export type Remedy =
  /** Ask the server again, from the present position. */
  | { act: 'load'; afterMs: number }
  /** Give the decoder a fresh start. */
  | { act: 'decoder'; afterMs: number }
  /** Throw the player away and start anew. */
  | { act: 'rebuild'; afterMs: number }
  /** The show's address does not exist (any more) for this viewer. */
  | { act: 'stop'; why: 'gone' | 'forbidden' };

export interface StreamFault {
  kind: 'network' | 'media' | 'other';
  /** HTTP status of the request that failed, if one answered. */
  status?: number;
}

/** Answers that no other try, and no other rung, will change. */
const VERDICTS: ReadonlyMap<number, 'gone' | 'forbidden'> = new Map([
  [401, 'forbidden'],
  [403, 'forbidden'],
  [410, 'gone'],
]);

/** Whether an answer with this HTTP status is the server's last word on who may watch. */
export function isVerdict(status: number | undefined): boolean {
  return status !== undefined && VERDICTS.has(status);
}

/** Faults this close together count as one bad stretch, and the remedies get stronger. */
const STRETCH_MS = 20_000;
const LONGEST_WAIT_MS = 8_000;

/**
 * Decides how playback gets going again without a press: decoder faults are repaired in place twice, then the player
 * is rebuilt; the network is tried for ever, at growing distances.
 */
export function createRecovery(now: () => number, random: () => number) {
  let faults: number[] = [];
  return (fault: StreamFault): Remedy => {
    const at = now();
    faults = [...faults.filter((before) => at - before < STRETCH_MS), at];
    const why = fault.status === undefined ? undefined : VERDICTS.get(fault.status);
    if (why) return { act: 'stop', why };
    if (fault.kind === 'media')
      return faults.length <= 2
        ? { act: 'decoder', afterMs: 0 }
        : { act: 'rebuild', afterMs: wait(faults.length, random()) };
    if (fault.kind === 'network')
      return { act: faults.length <= 2 ? 'load' : 'rebuild', afterMs: wait(faults.length, random()) };
    return { act: 'rebuild', afterMs: wait(faults.length, random()) };
  };
}

function wait(faults: number, random: number): number {
  return Math.round(Math.min(LONGEST_WAIT_MS, 500 * 2 ** faults) * (0.5 + random / 2));
}
