import type { Logger } from '../logger.ts';

/**
 * The part of a NATS KV bucket that a lease needs; `#bus` opens one. Entries vanish by themselves once they are
 * `ttlMs` old, so a key that can be created is free.
 */
export interface LeaseBucket {
  /** Age at which the server forgets an entry that nobody renewed. */
  readonly ttlMs: number;
  /** Writes a key that does not exist and gives its revision, or undefined when somebody has it. */
  create(key: string, value: string): Promise<number | undefined>;
  /** Writes over exactly `revision` and gives the new one, or undefined when the entry changed or went away. */
  update(key: string, value: string, revision: number): Promise<number | undefined>;
  /** Removes the entry if it still is at `revision`. */
  remove(key: string, revision: number): Promise<void>;
  read(key: string): Promise<{ value: string; revision: number } | undefined>;
}

/** Why a lease ended without being released: somebody else has it, or it could not be renewed in time. */
export type LeaseLoss = 'taken' | 'expired';

/** The right to act for `key`, as long as `held` is true. */
export interface Lease {
  readonly key: string;
  readonly holderId: string;
  /** Grows with every change of holder; whatever the holder writes carries it, so that a former one can be refused. */
  readonly generation: number;
  /** False as soon as the time is up by this process's monotonic clock, also after a pause. */
  readonly held: boolean;
  release(): Promise<void>;
}

export interface LeaseOptions {
  bucket: LeaseBucket;
  key: string;
  /** Unique per process start, so that a restarted process never takes its predecessor's lease for its own. */
  holderId: string;
  logger?: Logger;
  /** Called once, at the latest when the entry may be gone at the server. */
  onLost: (reason: LeaseLoss) => void;
  /** Highest generation that the guarded store has accepted; a bucket restored from old data starts below it. */
  floor?: number;
}

/** Renewals per lifetime of an entry: two may fail. */
const RENEWALS_PER_TTL = 3;
/** Given up this much before the server forgets the entry. */
const SAFETY = 0.9;

/**
 * Takes the lease of `key`, or gives undefined when somebody holds it. The revision of the first write is the generation.
 * The server's expiry sends no notice (NATS 2.9), so those who wait call this again every second or so.
 */
export async function acquireLease(options: LeaseOptions): Promise<Lease | undefined> {
  const { bucket, key, holderId, floor = 0 } = options;
  const startedAt = performance.now();
  const revision = await bucket.create(key, holderId);
  if (revision === undefined) return undefined;
  return hold(options, revision, revision > floor ? revision : floor + revision, startedAt);
}

/** Who holds `key` at this moment, as far as the server knows. */
export async function leaseHolder(bucket: LeaseBucket, key: string): Promise<string | undefined> {
  return (await bucket.read(key))?.value;
}

function hold(options: LeaseOptions, first: number, generation: number, startedAt: number): Lease {
  const { bucket, key, holderId, logger, onLost } = options;
  const lifeMs = bucket.ttlMs * SAFETY;
  let revision = first;
  let renewedAt = startedAt;
  let ended = false;

  const isFresh = (): boolean => !ended && performance.now() - renewedAt < lifeMs;

  function end(reason?: LeaseLoss): void {
    if (ended) return;
    ended = true;
    clearInterval(timer);
    clearTimeout(deadline);
    if (!reason) return;
    logger?.warn({ key, generation, reason }, 'lease lost');
    onLost(reason);
  }

  function watchDeadline(): NodeJS.Timeout {
    const left = lifeMs - (performance.now() - renewedAt);
    return setTimeout(() => end('expired'), Math.max(0, left)).unref();
  }

  async function renew(): Promise<void> {
    const sentAt = performance.now();
    const next = await bucket.update(key, holderId, revision).catch((err: unknown) => {
      logger?.debug({ err, key }, 'lease not renewed this time');
      return 'unknown' as const;
    });
    if (ended || next === 'unknown') return;
    if (next !== undefined) return renewed(next, sentAt);
    const entry = await bucket.read(key).catch(() => undefined);
    if (ended || !entry) return;
    // An earlier renewal whose answer was lost has been stored after all.
    if (entry.value === holderId) return renewed(entry.revision, sentAt);
    end('taken');
  }

  function renewed(next: number, sentAt: number): void {
    if (!isFresh()) return end('expired');
    revision = Math.max(revision, next);
    renewedAt = sentAt;
    clearTimeout(deadline);
    deadline = watchDeadline();
  }

  let renewing = false;
  const timer = setInterval(() => {
    if (renewing) return;
    if (!isFresh()) return end('expired');
    renewing = true;
    void renew().finally(() => {
      renewing = false;
    });
  }, bucket.ttlMs / RENEWALS_PER_TTL);
  timer.unref();
  let deadline = watchDeadline();

  return {
    key,
    holderId,
    generation,
    get held() {
      return isFresh();
    },
    async release() {
      const wasHeld = isFresh();
      end();
      if (wasHeld) await bucket.remove(key, revision).catch(() => undefined);
    },
  };
}
