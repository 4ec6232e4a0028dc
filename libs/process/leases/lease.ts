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
  const startedAt = performance.now();
  const revision = await options.bucket.create(options.key, options.holderId);
  return revision === undefined ? undefined : new HeldLease(options, revision, startedAt);
}

/** Who holds `key` at this moment, as far as the server knows. */
export async function leaseHolder(bucket: LeaseBucket, key: string): Promise<string | undefined> {
  return (await bucket.read(key))?.value;
}

class HeldLease implements Lease {
  readonly key: string;
  readonly holderId: string;
  readonly generation: number;
  private readonly options: LeaseOptions;
  private readonly lifeMs: number;
  private readonly timer: NodeJS.Timeout;
  private deadline: NodeJS.Timeout;
  private revision: number;
  private renewedAt: number;
  private renewing = false;
  private ended = false;

  constructor(options: LeaseOptions, revision: number, startedAt: number) {
    const { bucket, key, holderId, floor = 0 } = options;
    this.options = options;
    this.key = key;
    this.holderId = holderId;
    this.generation = revision > floor ? revision : floor + revision;
    this.revision = revision;
    this.renewedAt = startedAt;
    this.lifeMs = bucket.ttlMs * SAFETY;
    this.timer = setInterval(() => void this.renewOnce(), bucket.ttlMs / RENEWALS_PER_TTL).unref();
    this.deadline = this.watchDeadline();
  }

  get held(): boolean {
    return !this.ended && performance.now() - this.renewedAt < this.lifeMs;
  }

  async release(): Promise<void> {
    const wasHeld = this.held;
    this.end();
    if (wasHeld) await this.options.bucket.remove(this.key, this.revision).catch(() => undefined);
  }

  private async renewOnce(): Promise<void> {
    if (this.renewing || this.ended) return;
    if (!this.held) return this.end('expired');
    this.renewing = true;
    try {
      await this.renew();
    } catch (err) {
      this.options.logger?.debug({ err, key: this.key }, 'lease not renewed this time');
    } finally {
      this.renewing = false;
    }
  }

  private async renew(): Promise<void> {
    const { bucket } = this.options;
    const sentAt = performance.now();
    const next = await bucket.update(this.key, this.holderId, this.revision);
    if (next !== undefined) return this.renewed(next, sentAt);
    const entry = await bucket.read(this.key);
    if (!entry) return;
    // An earlier renewal whose answer was lost has been stored after all.
    if (entry.value === this.holderId) this.renewed(entry.revision, sentAt);
    else this.end('taken');
  }

  private renewed(revision: number, sentAt: number): void {
    if (!this.held) return this.end('expired');
    this.revision = Math.max(this.revision, revision);
    this.renewedAt = sentAt;
    clearTimeout(this.deadline);
    this.deadline = this.watchDeadline();
  }

  private watchDeadline(): NodeJS.Timeout {
    const left = this.lifeMs - (performance.now() - this.renewedAt);
    return setTimeout(() => this.end('expired'), Math.max(0, left)).unref();
  }

  private end(reason?: LeaseLoss): void {
    if (this.ended) return;
    this.ended = true;
    clearInterval(this.timer);
    clearTimeout(this.deadline);
    if (!reason) return;
    this.options.logger?.warn({ key: this.key, generation: this.generation, reason }, 'lease lost');
    this.options.onLost(reason);
  }
}
