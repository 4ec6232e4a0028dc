import type { Pool } from 'pg';
import type { Logger } from '#process';
import type { Outcome, StoredDelivery } from '../store/group-commit.ts';

/** Deliveries under way at once: each waits until its receiver has stored the event. */
const LANES = 64;
/** Deliveries read from the table at a time. */
const BATCH = 400;
/** Deliveries that wait in memory; the rest is read from the table in its turn. */
const MOST_WAITING = 2_000;

/** One event on its way to one endpoint. */
export interface Delivery {
  id: string;
  event_id: string;
  endpoint_id: string;
  attempts: number;
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
  private readonly write: (outcomes: readonly Outcome[]) => Promise<void>;
  private readonly logger: Logger;
  private busy = 0;
  private reading = false;
  private recording = false;
  private again = false;
  private held = false;

  constructor(
    pool: Pool,
    send: (delivery: Delivery) => Promise<Outcome>,
    write: (outcomes: readonly Outcome[]) => Promise<void>,
    logger: Logger,
  ) {
    this.pool = pool;
    this.send = send;
    this.write = write;
    this.logger = logger;
  }

  /** Looks at the table soon. */
  wake(): void {
    this.again = true;
    this.pump();
  }

  /** Takes deliveries that were stored a moment ago, so that they need not be read; later ones the table keeps. */
  offer(stored: readonly StoredDelivery[]): void {
    const now = Date.now();
    for (const { id, eventId, endpointId, nextAtMs } of stored) {
      if (nextAtMs > now || this.taken.has(id)) continue;
      if (this.held || this.waiting.length >= MOST_WAITING) {
        this.again = true;
        break;
      }
      this.taken.add(id);
      this.waiting.push({ id, event_id: eventId, endpoint_id: endpointId, attempts: 0 });
    }
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
}
