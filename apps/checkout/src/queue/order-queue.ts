import type { Pool } from 'pg';
import { inTransaction, queryOf } from '#bus';
import { orderMovedUp } from '#contracts';
import { gauge, type Logger } from '#process';
import { changeOrders } from '../orders/change-orders.ts';
import type { OrderSettings } from '../orders/order-settings.ts';
import { JobRunner } from '../payments/job-runner.ts';
import type { PaymentRow } from '../payments/payment-row.ts';
import type { SetUpPayment } from '../payments/set-up-payment.ts';

const LOOK_MS = 1_000;

/** Moves told at a time; a longer line hears less often. */
const TOLD_AT_ONCE = 200;

const length = gauge(
  'checkout_order_queue_length',
  'Orders that stand in line for their payment to be set up.',
);

/**
 * The line of orders whose payment is not set up yet (protocols 9). It lives in Postgres as jobs, in the order of
 * acceptance; a request takes a slot and serves its own order at once while there are slots.
 */
export class OrderQueue {
  private readonly pool: Pool;
  private readonly setUp: SetUpPayment;
  private readonly settings: OrderSettings;
  private readonly logger: Logger;
  private readonly runner: JobRunner;
  private used = 0;
  private waiting = 0;
  private looker: NodeJS.Timeout | undefined;

  constructor(pool: Pool, setUp: SetUpPayment, settings: OrderSettings, logger: Logger) {
    this.pool = pool;
    this.setUp = setUp;
    this.settings = settings;
    this.logger = logger;
    this.runner = new JobRunner({
      pool,
      kind: 'set_up',
      lanes: Math.max(1, Math.ceil(settings.slots / 2)),
      logger,
      run: (paymentId) => setUp.run(paymentId),
    });
  }

  start(): void {
    this.runner.start();
    this.looker = setInterval(() => {
      this.look().catch((err: unknown) =>
        this.logger.warn({ err }, 'the order queue could not be looked at'),
      );
    }, LOOK_MS);
  }

  async stop(): Promise<void> {
    clearInterval(this.looker);
    await this.runner.stop();
  }

  /** Whether so many stand in line that no more are taken. */
  get full(): boolean {
    return this.waiting >= this.settings.queueLimit;
  }

  /** A slot for serving one order at once, as the function that gives it back; undefined when all are taken. */
  takeSlot(): (() => void) | undefined {
    if (this.used >= this.settings.slots) return undefined;
    this.used += 1;
    let held = true;
    return () => {
      if (held) this.used -= 1;
      held = false;
    };
  }

  /** Sets up a payment that was written a moment ago; when that fails, its job is still there and a worker will. */
  async setUpNow(payment: PaymentRow): Promise<void> {
    const { paymentId } = payment;
    try {
      await this.setUp.make(payment);
    } catch (err) {
      this.logger.warn({ err, paymentId }, 'a payment could not be set up at once; it stands in line');
      await this.runner.release(paymentId).catch(() => undefined); // its lease ends by itself too
    }
  }

  wake(): void {
    this.runner.wake();
  }

  /** Tells buyers in line how far they got, when that is news: a tenth of the way nearer. */
  private async look(): Promise<void> {
    const [row] = await queryOf(this.pool)<{ count: number }>(
      "SELECT count(*) FROM payment_jobs WHERE kind = 'set_up'",
    );
    this.waiting = Number(row?.count ?? 0);
    length.set(this.waiting);
    if (this.waiting > 0) await this.tellMoves();
  }

  private async tellMoves(): Promise<void> {
    await inTransaction(this.pool, async (query) => {
      const moved = await query<{ orderId: string; place: number }>(
        `WITH line AS (
           SELECT position, subject_id, told_position, run_at,
             row_number() OVER (ORDER BY position)::integer AS place
           FROM payment_jobs WHERE kind = 'set_up'
         ), news AS (
           SELECT position, subject_id, place FROM line
           WHERE run_at <= clock_timestamp() AND (told_position IS NULL OR place <= told_position * 0.9)
           ORDER BY position LIMIT ${TOLD_AT_ONCE}
         )
         UPDATE payment_jobs j SET told_position = n.place FROM news n JOIN payments p ON p.id = n.subject_id
         WHERE j.position = n.position RETURNING p.order_id AS "orderId", n.place`,
      );
      await changeOrders(
        query,
        moved.map(({ orderId, place }) => ({
          orderId,
          entry: { kind: 'moved_up', actor: 'system', data: { place } },
          event: orderMovedUp,
          queuePosition: place,
        })),
      );
    });
  }
}
