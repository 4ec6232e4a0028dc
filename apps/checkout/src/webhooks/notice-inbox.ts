import type { Pool } from 'pg';
import { queryOf, type Query } from '#bus';
import type { ProviderNotice } from '#payments';
import { counter, type Logger } from '#process';
import { createBatcher, type Batcher } from '../database/batcher.ts';

/** The process that took a notice handles it within this time; else another does. */
const LEASE_S = 20;
const POLL_MS = 500;
const BATCH = 100;
/** Notices handled at once: as many share each transaction that follows from them. */
const LANES = 96;

/** Most notices kept in memory between being stored and being handled; the rest are read again from the table. */
const MOST_AT_HAND = 2_000;

/** That a notice is done is written down with others of this time: until then its lease keeps everybody off it. */
const FINISH_WITHIN_MS = 50;
const WAITS_S = [1, 2, 5, 10, 30, 60, 300, 900, 3_600];

/** After this long a notice about something we never knew is put aside. */
const GIVE_UP = '3 days';

const received = counter('checkout_provider_notices_total', 'Notices of the payment provider.', ['outcome']);

/**
 * The inbox of the provider's notices: stored by their ids before they are answered, handled afterwards, at least
 * once, in any order. What a notice is about is asked of the provider, so order and repeats do not matter.
 */
export class NoticeInbox {
  private readonly query: Query;
  private readonly handle: (notice: StoredNotice) => Promise<'done' | 'unknown'>;
  private readonly logger: Logger;
  private readonly batcher: Batcher<ProviderNotice, boolean>;
  private readonly finished: Batcher<StoredNotice, void>;
  private readonly atHand: StoredNotice[] = [];
  private busy = 0;
  private running = false;
  private ticker: NodeJS.Timeout | undefined;
  private idlers: (() => void)[] = [];

  constructor(pool: Pool, handle: (notice: StoredNotice) => Promise<'done' | 'unknown'>, logger: Logger) {
    this.query = queryOf(pool);
    this.handle = handle;
    this.logger = logger;
    this.batcher = createBatcher({ most: 200, lanes: 2, run: (notices) => this.store(notices) });
    this.finished = createBatcher({
      most: 200,
      lanes: 1,
      gatherMs: FINISH_WITHIN_MS,
      run: (notices) => this.finish(notices),
    });
  }

  start(): void {
    this.running = true;
    this.ticker = setInterval(() => void this.readMore(), POLL_MS);
  }

  async stop(): Promise<void> {
    this.running = false;
    clearInterval(this.ticker);
    this.atHand.length = 0;
    if (this.busy > 0) await new Promise<void>((resolve) => void this.idlers.push(resolve));
    await this.finished.idle();
  }

  /** Resolves when the notice is durable; it is handled afterwards. */
  async take(notice: ProviderNotice): Promise<void> {
    const fresh = await this.batcher.add(notice);
    received.inc({ outcome: fresh ? 'new' : 'repeat' });
    if (!fresh || !this.running || this.atHand.length >= MOST_AT_HAND) return;
    this.atHand.push({ ...notice, attempts: 1 });
    this.pump();
  }

  private async store(notices: ProviderNotice[]): Promise<boolean[]> {
    const unique = [...new Map(notices.map((notice) => [notice.eventId, notice])).values()];
    const rows = await this.query<{ id: string }>(
      `INSERT INTO provider_notices (event_id, type, created_at, provider_payment_id, provider_refund_id, attempts, run_at)
       SELECT n.*, 1, clock_timestamp() + interval '${LEASE_S} seconds'
       FROM unnest($1::text[], $2::text[], $3::timestamptz[], $4::text[], $5::text[]) AS n
       ON CONFLICT (event_id) DO NOTHING RETURNING event_id AS id`,
      [
        unique.map((notice) => notice.eventId),
        unique.map((notice) => notice.type),
        unique.map((notice) => new Date(notice.createdMs)),
        unique.map((notice) => notice.providerPaymentId),
        unique.map((notice) => notice.providerRefundId),
      ],
    );
    const fresh = new Set(rows.map((row) => row.id));
    return notices.map((notice) => fresh.delete(notice.eventId));
  }

  /** Takes over notices that nobody finished in time. */
  private async readMore(): Promise<void> {
    if (!this.running || this.atHand.length > 0) return;
    try {
      const rows = await this.query<StoredNotice & { createdAt: Date }>(
        `UPDATE provider_notices SET attempts = attempts + 1,
           run_at = clock_timestamp() + interval '${LEASE_S} seconds'
         WHERE event_id IN (
           SELECT event_id FROM provider_notices WHERE handled_at IS NULL AND run_at <= clock_timestamp()
           ORDER BY run_at LIMIT ${BATCH} FOR UPDATE SKIP LOCKED)
         RETURNING event_id AS "eventId", type, created_at AS "createdAt", attempts,
           provider_payment_id AS "providerPaymentId", provider_refund_id AS "providerRefundId"`,
      );
      this.atHand.push(...rows.map((row) => ({ ...row, createdMs: row.createdAt.getTime() })));
      this.pump();
    } catch (err) {
      this.logger.warn({ err }, 'notices cannot be read; trying again');
    }
  }

  private pump(): void {
    while (this.running && this.busy < LANES) {
      const notice = this.atHand.shift();
      if (!notice) return;
      this.busy += 1;
      void this.work(notice).finally(() => {
        this.busy -= 1;
        this.pump();
        if (this.busy === 0) for (const resolve of this.idlers.splice(0)) resolve();
      });
    }
  }

  private async work(notice: StoredNotice): Promise<void> {
    try {
      if ((await this.handle(notice)) === 'done') return this.finishSoon(notice);
      await this.postpone(notice, 'about nothing that is known here yet');
    } catch (err) {
      this.logger.warn({ err, eventId: notice.eventId, type: notice.type }, 'a notice will be handled again');
      await this.postpone(notice, err instanceof Error ? err.message : String(err)).catch(() => undefined);
    }
  }

  /** Does not wait: a notice that is handled twice does no harm. */
  private finishSoon(notice: StoredNotice): void {
    this.finished.add(notice).catch((err: unknown) => {
      this.logger.warn({ err, eventId: notice.eventId }, 'a handled notice will be handled again');
    });
  }

  private async finish(notices: StoredNotice[]): Promise<void[]> {
    await this.query(
      'UPDATE provider_notices SET handled_at = clock_timestamp() WHERE event_id = ANY($1::text[])',
      [notices.map((notice) => notice.eventId)],
    );
    return notices.map(() => undefined);
  }

  private async postpone({ eventId, attempts }: StoredNotice, reason: string): Promise<void> {
    const waitS = WAITS_S[Math.min(attempts, WAITS_S.length) - 1];
    await this.query(
      `UPDATE provider_notices SET last_error = $2, run_at = clock_timestamp() + make_interval(secs => $3),
         handled_at = CASE WHEN received_at < clock_timestamp() - interval '${GIVE_UP}' THEN clock_timestamp() END
       WHERE event_id = $1`,
      [eventId, reason, waitS],
    );
  }
}

/** A notice out of the inbox. */
export interface StoredNotice extends ProviderNotice {
  attempts: number;
}
