/** The times that decide what a signing key is good for; all in milliseconds. */
export interface KeyTimes {
  keyId: string;
  signsFrom: number;
}

export interface KeyPolicy {
  /** Life of what a key signs. */
  tokenMs: number;
  /** Age at which the next key is made. */
  rotateMs: number;
}

/** A new key is published this long before it signs, so that every instance serves it when tokens arrive. */
export const KEY_LEAD_MS = 30_000;
/** Clocks of two machines may differ by this much. */
const SKEW_MS = 60_000;

/** The key that signs at `now`: the latest that has begun to. */
export function signingKeyAt<K extends KeyTimes>(keys: readonly K[], now: number): K | undefined {
  return byStart(keys).findLast((key) => key.signsFrom <= now);
}

/** Keys whose tokens may still be good at `now`, and those that will sign soon. */
export function publishedKeysAt<K extends KeyTimes>(keys: readonly K[], now: number, policy: KeyPolicy): K[] {
  const sorted = byStart(keys);
  return sorted.filter((_, index) => {
    const successor = sorted[index + 1];
    return !successor || successor.signsFrom + policy.tokenMs + SKEW_MS > now;
  });
}

/** Whether a next key has to be made at `now`: none signs, or the latest is old. */
export function needsNextKey(keys: readonly KeyTimes[], now: number, policy: KeyPolicy): boolean {
  const latest = byStart(keys).at(-1);
  return !latest || latest.signsFrom + policy.rotateMs <= now;
}

function byStart<K extends KeyTimes>(keys: readonly K[]): K[] {
  return keys.toSorted((a, b) => a.signsFrom - b.signsFrom || (a.keyId < b.keyId ? -1 : 1));
}
