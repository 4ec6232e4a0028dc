import { queryOf } from '#bus';
import type { HoldEnd, HoldKey } from '#inventory';
import { histogram, type Logger } from '#process';
import type { Pool } from 'pg';
import { reach } from '../failpoints.ts';
import { isShort } from '../stock/ledger.ts';
import { findStored, storeBatch, writeTombstones, type HoldToStore } from './store-batch.ts';

/** Two flushes at a time: one is being built while the other waits for its fsync. */
const FLUSHERS = 2;
/**
 * Fewer holds wait for the flush under way. A flush of 64 rows takes hardly longer than one of 32 (3.9 against 3.7 ms on
 * two cores), so splitting a small crowd over both costs a third of what could be stored.
 */
const SECOND_FROM_ROWS = 64;
const MOST_ROWS = 500;
/** Holds that wait for a flush before new requests are refused: about a second of work. */
const MOST_WAITING = 10_000;
/** A flush is refused when it uses units whose former hold is not ended in Postgres yet; that arrives shortly. */
const SHORT_TRIES = 5;

export type StoreResult =
  | { code: 'held' }
  | { code: 'ended'; state: HoldEnd }
  /** The sale was rebuilt since; the hold is nowhere, and may be claimed again. */
  | { code: 'moved' }
  /** Dead for good: its engine has to give the units back. */
  | { code: 'not_stored' }
  /** Nobody knows, since Postgres does not answer; the same id may be sent again. */
  | { code: 'unknown' };

interface Waiting {
  hold: HoldToStore;
  resolve: (result: StoreResult) => void;
}

const batchSizes = histogram(
  'hold_batch_rows',
  'Holds stored by one group commit.',
  [],
  [1, 2, 5, 10, 20, 50, 100, 200, 500],
);

/** Makes holds durable in group commits: many holds, one INSERT, one fsync (protocols 4 and 6). */
export class HoldWriter {
  private readonly pool: Pool;
  private readonly logger: Logger;
  private readonly catchUp: (saleIds: readonly string[]) => Promise<void>;
  private waiting: Waiting[] = [];
  private expired: HoldKey[] = [];
  private flushing = 0;
  private scheduled = false;
  private idle: (() => void)[] = [];

  /** `catchUp` brings ends of holds that only an engine's journal tells of into Postgres. */
  constructor(pool: Pool, logger: Logger, catchUp: (saleIds: readonly string[]) => Promise<void>) {
    this.pool = pool;
    this.logger = logger;
    this.catchUp = catchUp;
  }

  /** True while more holds wait than can be stored in good time; refuse before claiming units. */
  get saturated(): boolean {
    return this.waiting.length >= MOST_WAITING;
  }

  /** Stores one hold together with whatever else waits. Never rejects. */
  store(hold: HoldToStore): Promise<StoreResult> {
    return new Promise((resolve) => {
      this.waiting.push({ hold, resolve });
      this.schedule();
    });
  }

  /** Ends these holds in Postgres with the next flush, before or together with the holds that took their units. */
  expire(keys: readonly HoldKey[]): void {
    if (keys.length === 0) return;
    this.expired.push(...keys);
    this.schedule();
  }

  /** Resolves when nothing waits any more. */
  async drain(): Promise<void> {
    while (this.flushing > 0 || this.waiting.length > 0 || this.expired.length > 0) {
      await new Promise<void>((resolve) => this.idle.push(resolve));
    }
  }

  private schedule(): void {
    if (this.scheduled || !this.mayFlush()) return;
    this.scheduled = true;
    setImmediate(() => {
      this.scheduled = false;
      this.pump();
    });
  }

  private mayFlush(): boolean {
    return this.flushing === 0 || (this.flushing < FLUSHERS && this.waiting.length >= SECOND_FROM_ROWS);
  }

  private pump(): void {
    if (!this.mayFlush() || (this.waiting.length === 0 && this.expired.length === 0)) return;
    const batch = this.waiting.splice(0, MOST_ROWS);
    const expired = this.expired.splice(0);
    this.flushing += 1;
    void this.flush(batch, expired).finally(() => {
      this.flushing -= 1;
      if (this.waiting.length > 0 || this.expired.length > 0) this.schedule();
      else if (this.flushing === 0) for (const resolve of this.idle.splice(0)) resolve();
    });
  }

  private async flush(batch: Waiting[], expired: readonly HoldKey[]): Promise<void> {
    try {
      await reach('hold.storing');
      const stored = await this.storePatiently(batch, expired);
      batchSizes.observe(batch.length);
      const left = resolveStored(batch, stored);
      if (left.length > 0) await this.explain(left);
    } catch (err) {
      const bySale = Map.groupBy(batch, ({ hold }) => hold.saleId);
      if (isShort(err) && bySale.size > 1) {
        for (const part of bySale.values()) await this.flush(part, []);
        return;
      }
      this.logger.warn({ err, holds: batch.length }, 'holds could not be stored');
      await this.bury(batch);
    }
  }

  /** Stores a batch; one that uses units whose former hold has not ended in Postgres yet waits for that. */
  private async storePatiently(batch: readonly Waiting[], expired: readonly HoldKey[]): Promise<Set<string>> {
    const holds = batch.map(({ hold }) => hold);
    for (let attempt = 1; ; attempt += 1) {
      try {
        return new Set((await storeBatch(this.pool, holds, expired)).map(textOf));
      } catch (error) {
        const again = isShort(error) || isDeadlock(error);
        if (!again || attempt >= SHORT_TRIES) throw error;
        await this.catchUp([...new Set(holds.map((hold) => hold.saleId))]);
      }
    }
  }

  /** Says of holds that a flush did not store why: they were there before, or their sale has another epoch. */
  private async explain(left: readonly Waiting[]): Promise<void> {
    const found = await findStored(
      queryOf(this.pool),
      left.map(({ hold }) => hold),
    );
    const byKey = new Map(found.map((row) => [textOf(row), row]));
    for (const { hold, resolve } of left) {
      const row = byKey.get(textOf(hold));
      if (!row) resolve({ code: 'moved' });
      else if (row.state === 'held' || row.state === 'paying') resolve({ code: 'held' });
      else resolve({ code: 'ended', state: row.state });
    }
  }

  /** After a failed flush: tombstones for what was not stored, the truth for what was. */
  private async bury(batch: readonly Waiting[]): Promise<void> {
    const holds = batch.map(({ hold }) => hold);
    try {
      const dead = new Set((await writeTombstones(this.pool, holds)).map(textOf));
      const alive: Waiting[] = [];
      for (const entry of batch) {
        if (dead.has(textOf(entry.hold))) entry.resolve({ code: 'not_stored' });
        else alive.push(entry);
      }
      if (alive.length > 0) await this.explain(alive);
    } catch (err) {
      this.logger.warn({ err, holds: batch.length }, 'holds stay in doubt until their time is up');
      for (const { resolve } of batch) resolve({ code: 'unknown' });
    }
  }
}

function textOf({ holdId, buyerId }: HoldKey): string {
  return `${holdId}/${buyerId}`;
}

/** Resolves those that were stored; gives the others. */
function resolveStored(batch: readonly Waiting[], stored: ReadonlySet<string>): Waiting[] {
  return batch.filter(({ hold, resolve }) => {
    if (!stored.has(textOf(hold))) return true;
    resolve({ code: 'held' });
    return false;
  });
}

function isDeadlock(error: unknown): boolean {
  return (error as { code?: unknown } | null)?.code === '40P01';
}
