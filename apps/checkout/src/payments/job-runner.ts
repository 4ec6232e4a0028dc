import type { Pool } from 'pg';
import { queryOf, type Query } from '#bus';
import { counter, type Logger } from '#process';

/** A job that nobody finished within this time is taken by another worker. */
const LEASE_S = 30;
const POLL_MS = 500;

/** Waits after failures: 1, 2, 4 ... seconds, five minutes at most. */
const LONGEST_WAIT_S = 300;

const failures = counter(
  'checkout_payment_job_failures_total',
  'Runs of payment jobs that will be repeated.',
  ['kind'],
);

export interface JobRunnerOptions {
  pool: Pool;
  kind: 'set_up' | 'capture' | 'refund';
  /** Jobs under way at once. */
  lanes: number;
  logger: Logger;
  /** Does the job and removes its row with what it decided; throwing means: later, again. */
  run: (subjectId: string) => Promise<void>;
}

/**
 * Works off the rows of `payment_jobs` of one kind, oldest first, in every process at once: a row is leased with
 * `SKIP LOCKED` in a statement of its own, so no lock is held while the provider is asked.
 */
export class JobRunner {
  private readonly options: JobRunnerOptions;
  private readonly query: Query;
  private running = false;
  private busy = 0;
  private more = false;
  private claiming = false;
  private ticker: NodeJS.Timeout | undefined;
  private idlers: (() => void)[] = [];

  constructor(options: JobRunnerOptions) {
    this.options = options;
    this.query = queryOf(options.pool);
  }

  start(): void {
    this.running = true;
    this.ticker = setInterval(() => this.wake(), POLL_MS);
    this.wake();
  }

  /** Looks for work now. */
  wake(): void {
    this.more = true;
    void this.fill();
  }

  /** Lets a worker take the job of `subjectId` at once. */
  async release(subjectId: string): Promise<void> {
    await this.query(
      'UPDATE payment_jobs SET run_at = clock_timestamp() WHERE kind = $1 AND subject_id = $2',
      [this.options.kind, subjectId],
    );
    this.wake();
  }

  async stop(): Promise<void> {
    this.running = false;
    clearInterval(this.ticker);
    if (this.busy > 0) await new Promise<void>((resolve) => void this.idlers.push(resolve));
  }

  private async fill(): Promise<void> {
    if (this.claiming) return;
    this.claiming = true;
    try {
      while (this.running && this.more && this.busy < this.options.lanes) {
        this.more = false;
        const jobs = await this.claim(this.options.lanes - this.busy);
        if (jobs.length > 0) this.more = true;
        for (const job of jobs) void this.work(job);
      }
    } catch (err) {
      this.options.logger.warn({ err, kind: this.options.kind }, 'jobs cannot be read; trying again');
    } finally {
      this.claiming = false;
    }
  }

  private claim(most: number): Promise<{ subjectId: string; attempts: number }[]> {
    return this.query(
      `UPDATE payment_jobs SET run_at = clock_timestamp() + interval '${LEASE_S} seconds', attempts = attempts + 1
       WHERE position IN (
         SELECT position FROM payment_jobs WHERE kind = $1 AND run_at <= clock_timestamp()
         ORDER BY position LIMIT $2 FOR UPDATE SKIP LOCKED)
       RETURNING subject_id AS "subjectId", attempts`,
      [this.options.kind, most],
    );
  }

  private async work({ subjectId, attempts }: { subjectId: string; attempts: number }): Promise<void> {
    const { kind, run, logger } = this.options;
    this.busy += 1;
    try {
      await run(subjectId);
    } catch (err) {
      failures.inc({ kind });
      logger.warn({ err, kind, subjectId, attempts }, 'a payment job will be repeated');
      await this.postpone(subjectId, attempts, err).catch(() => undefined); // its lease ends by itself too
    } finally {
      this.busy -= 1;
      if (this.busy === 0) for (const resolve of this.idlers.splice(0)) resolve();
      void this.fill();
    }
  }

  private async postpone(subjectId: string, attempts: number, err: unknown): Promise<void> {
    const waitS = Math.min(2 ** (attempts - 1), LONGEST_WAIT_S);
    await this.query(
      `UPDATE payment_jobs SET run_at = clock_timestamp() + make_interval(secs => $3), last_error = $4
       WHERE kind = $1 AND subject_id = $2`,
      [this.options.kind, subjectId, waitS, err instanceof Error ? err.message : String(err)],
    );
  }
}
