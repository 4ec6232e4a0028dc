import type { Pool } from 'pg';
import type { Logger } from '#process';

/** Deliveries under way at once: each waits until its receiver has stored the event. */
const LANES = 64;
/** Deliveries read from the table at a time. */
const BATCH = 400;

/** One event on its way to one endpoint. */
export interface Delivery {
  id: string;
  event_id: string;
  endpoint_id: string;
  attempts: number;
}

/** What became of an attempt. */
export interface Outcome {
  id: string;
  state: 'pending' | 'delivered' | 'failed';
  attempts: number;
  nextAtMs: number;
  status: number;
}

/**
 * Works off the table of deliveries over a fixed number of lanes: a slow receiver of one never holds up the others,
 * and what came of many is recorded in one statement. One process owns the table, so what is under way is known here.
 */
export class DeliveryQueue {
  /** Read from the table and not recorded yet. */
  private readonly taken = new Set<string>();
  private readonly waiting: Delivery[] = [];
  private readonly outcomes: Outcome[] = [];
  private readonly idlers: (() => void)[] = [];
  private readonly pool: Pool;
  private readonly send: (delivery: Delivery) => Promise<Outcome>;
  private readonly logger: Logger;
  private busy = 0;
  private reading = false;
  private recording = false;
  private again = false;
  private held = false;

  constructor(pool: Pool, send: (delivery: Delivery) => Promise<Outcome>, logger: Logger) {
    this.pool = pool;
    this.send = send;
    this.logger = logger;
  }

  /** Looks at the table soon. */
  wake(): void {
    this.again = true;
    this.pump();
  }

  /** While `held`, nothing further is sent. */
  hold(held: boolean): void {
    this.held = held;
    if (!held) this.wake();
  }

  /** Sends nothing further; resolves when what was under way is recorded. */
  async stop(): Promise<void> {
    this.held = true;
    if (!this.idle) await new Promise<void>((resolve) => void this.idlers.push(resolve));
  }

  private get idle(): boolean {
    return this.busy === 0 && !this.reading && !this.recording && this.outcomes.length === 0;
  }

  private pump(): void {
    while (!this.held && this.busy < LANES) {
      const next = this.waiting.shift();
      if (!next) break;
      this.busy += 1;
      void this.work(next);
    }
    if (!this.held && this.again && !this.reading && this.waiting.length < LANES) void this.read();
    if (this.idle) for (const resolve of this.idlers.splice(0)) resolve();
  }

  private async read(): Promise<void> {
    this.reading = true;
    this.again = false;
    try {
      const { rows } = await this.pool.query<Delivery>({
        name: 'due-deliveries',
        text: `SELECT id, event_id, endpoint_id, attempts FROM deliveries
               WHERE state = 'pending' AND next_at_ms <= $1 AND id <> ALL($2::bigint[])
               ORDER BY next_at_ms LIMIT ${BATCH}`,
        values: [Date.now(), [...this.taken]],
      });
      for (const row of rows) this.taken.add(row.id);
      this.waiting.push(...rows);
      if (rows.length === BATCH) this.again = true;
    } catch (err) {
      this.logger.warn({ err }, 'webhooks could not be read; the next round tries again');
    } finally {
      this.reading = false;
      this.pump();
    }
  }

  private async work(delivery: Delivery): Promise<void> {
    try {
      this.outcomes.push(await this.send(delivery));
      void this.record();
    } catch (err) {
      this.taken.delete(delivery.id);
      this.logger.warn({ err }, 'a webhook could not be sent; the next round tries again');
    } finally {
      this.busy -= 1;
      this.pump();
    }
  }

  /** Writes down what came of all that ended while the last ones were written. */
  private async record(): Promise<void> {
    if (this.recording) return;
    this.recording = true;
    while (this.outcomes.length > 0) {
      const batch = this.outcomes.splice(0);
      try {
        await this.write(batch);
      } catch (err) {
        this.logger.warn({ err }, 'webhooks were sent but not recorded; they are sent again');
      }
      for (const { id } of batch) this.taken.delete(id);
    }
    this.recording = false;
    this.pump();
  }

  private async write(outcomes: readonly Outcome[]): Promise<void> {
    await this.pool.query({
      name: 'record-deliveries',
      text: `UPDATE deliveries d SET state = o.state, attempts = o.attempts, next_at_ms = o.next_at_ms, last_status = o.status
             FROM unnest($1::bigint[], $2::text[], $3::int[], $4::bigint[], $5::int[]) AS o (id, state, attempts, next_at_ms, status)
             WHERE d.id = o.id`,
      values: [
        outcomes.map((one) => one.id),
        outcomes.map((one) => one.state),
        outcomes.map((one) => one.attempts),
        outcomes.map((one) => one.nextAtMs),
        outcomes.map((one) => one.status),
      ],
    });
  }
}
