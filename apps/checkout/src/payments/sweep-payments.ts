import type { Pool } from 'pg';
import { queryOf } from '#bus';
import { PaymentsAway, type PaymentProvider } from '#payments';
import { counter, type Logger } from '#process';
import { reach } from '../failpoints.ts';
import type { AdvancePayment } from './advance-payment.ts';
import type { LateMoney } from './late-money.ts';
import type { LetGo, LetGoReason } from './let-go.ts';
import type { StopOrders } from './stop-orders.ts';
import { readPayments, type PaymentRow } from './payment-row.ts';

const EVERY_MS = 500;
const BATCH = 50;

/** Waits between looks at a payment that is still open after its time: the provider is slow, or away. */
const WAITS_S = [5, 10, 20, 40, 60, 120, 300, 600];

const looked = counter('checkout_payment_checks_total', 'Payments that the sweep asked the provider about.');

export interface SweepParts {
  pool: Pool;
  provider: PaymentProvider;
  advance: AdvancePayment;
  letGo: LetGo;
  late: LateMoney;
  stopped: StopOrders;
  logger: Logger;
}

/**
 * Looks after payments whose time is up (protocols 2): asks the provider first, sells what was paid, waits for what
 * is being processed, and lets the rest go; then after orders of stopped sales. So lost notices cost time, never money.
 */
export class SweepPayments {
  private readonly pool: Pool;
  private readonly parts: SweepParts;
  private ticker: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;

  constructor(parts: SweepParts) {
    this.pool = parts.pool;
    this.parts = parts;
  }

  start(): void {
    this.ticker = setInterval(() => this.wake(), EVERY_MS);
  }

  wake(): void {
    this.running ??= this.sweep()
      .then(() => undefined)
      .catch((err: unknown) => this.parts.logger.warn({ err }, 'the payment sweep was interrupted'))
      .finally(() => {
        this.running = undefined;
      });
  }

  async stop(): Promise<void> {
    clearInterval(this.ticker);
    await this.running;
  }

  /** One round; gives how many payments it looked at. */
  async sweep(): Promise<number> {
    const due = await this.claim();
    looked.inc(due.length);
    await Promise.all(due.map((payment) => this.guarded(payment, () => this.check(payment))));
    await this.parts.stopped.round();
    const late = await this.parts.late.unsettled();
    for (const payment of late) await this.guarded(payment, () => this.parts.advance.advance(payment));
    return due.length;
  }

  /** Takes payments that are due, so that no other process looks at them until their next turn. */
  private async claim(): Promise<PaymentRow[]> {
    const query = queryOf(this.pool);
    const rows = await query<{ id: string }>(
      `UPDATE payments SET checks = checks + 1,
         check_at = clock_timestamp() + make_interval(secs => ($1::integer[])[least(checks + 1, $2)])
       WHERE id IN (
         SELECT id FROM payments WHERE check_at <= clock_timestamp() ORDER BY check_at LIMIT ${BATCH}
         FOR UPDATE SKIP LOCKED)
       RETURNING id`,
      [WAITS_S, WAITS_S.length],
    );
    return rows.length === 0
      ? []
      : readPayments(
          query,
          rows.map((row) => row.id),
        );
  }

  private async check(payment: PaymentRow): Promise<void> {
    const { advance, letGo, provider } = this.parts;
    if (payment.decision !== 'open' && payment.decision !== 'cancelling') return advance.advance(payment);
    if (!payment.providerId) {
      await letGo.letGo(payment, (payment.reason ?? 'not_paid_in_time') as LetGoReason, { actor: 'system' });
      return;
    }
    const seen = await provider.retrievePayment(payment.providerId);
    if (!seen) throw new Error(`the provider does not know payment ${payment.paymentId}`);
    await reach('sweep.seen');
    if (seen.state !== 'created' && seen.state !== 'requires_action' && seen.state !== 'failed') {
      return advance.act(payment, seen);
    }
    await advance.giveUp(payment, (payment.reason ?? 'not_paid_in_time') as LetGoReason);
  }

  private async guarded(payment: PaymentRow, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (err) {
      const level = err instanceof PaymentsAway ? 'warn' : 'error';
      this.parts.logger[level](
        { err, orderId: payment.orderId },
        'a payment could not be checked; its turn comes again',
      );
    }
  }
}
