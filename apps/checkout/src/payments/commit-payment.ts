import type { Pool } from 'pg';
import { inTransaction, type Query } from '#bus';
import { orderCommitted, orderPaid } from '#contracts';
import type { PaymentDecision, ProviderPayment } from '#payments';
import { counter, histogram } from '#process';
import { createBatcher, type Batcher } from '../database/batcher.ts';
import { reach } from '../failpoints.ts';
import type { FollowUp, SettleHolds } from '../holds/settle-holds.ts';
import { changeOrders } from '../orders/change-orders.ts';
import { decideSeen, stateSeen, type PaymentRow } from './payment-row.ts';

/** How long the process that sold the goods may take to capture before a worker does. */
const CAPTURE_LEASE_S = 20;

const paid = counter('checkout_orders_paid_total', 'Orders whose money was taken.');
const batches = histogram(
  'checkout_commit_batch_size',
  'Payments committed in one transaction.',
  [],
  [1, 2, 4, 8, 16, 32, 64],
);

/** `lost`: the payment was decided otherwise before. `not_ours`: its holds are not pinned for it any more. */
export type CommitResult = 'committed' | 'lost' | 'not_ours';

interface ToCommit {
  paymentId: string;
  from: readonly PaymentDecision[];
  seen: ProviderPayment | undefined;
}

interface Captured {
  payment: PaymentRow;
  seen: ProviderPayment | undefined;
}

class HoldsChanged extends Error {
  override name = 'HoldsChanged';
}

/**
 * Sells the goods of payments that the provider holds money for (protocols 2 and 3): one transaction moves the
 * decision, the holds, the ledger and the order, and leaves a capture job. Many payments share a transaction.
 */
export class CommitPayment {
  private readonly pool: Pool;
  private readonly settle: SettleHolds;
  private readonly commits: Batcher<ToCommit, CommitResult>;
  private readonly captures: Batcher<Captured, void>;

  constructor(pool: Pool, settle: SettleHolds) {
    this.pool = pool;
    this.settle = settle;
    this.commits = createBatcher({ most: 64, lanes: 1, run: (items) => this.write(items) });
    this.captures = createBatcher({ most: 64, lanes: 2, run: (items) => this.writeCaptured(items) });
  }

  /** Sells, if the decision is still one of `from`. */
  async commit(
    paymentId: string,
    seen: ProviderPayment,
    from: readonly PaymentDecision[] = ['open'],
  ): Promise<CommitResult> {
    try {
      return await this.commits.add({ paymentId, from, seen });
    } catch (error) {
      if (error instanceof HoldsChanged) return 'not_ours';
      throw error;
    }
  }

  /** Sells what costs nothing: no provider, no capture. */
  async commitFree(payment: PaymentRow): Promise<void> {
    const result = await this.commits.add({ paymentId: payment.paymentId, from: ['open'], seen: undefined });
    if (result === 'committed') await this.captures.add({ payment, seen: undefined });
  }

  /** Records that the money was taken: `committing -> committed`, the order is paid. Repeating is fine. */
  recordCaptured(payment: PaymentRow, seen: ProviderPayment): Promise<void> {
    return this.captures.add({ payment, seen });
  }

  private async write(items: ToCommit[]): Promise<CommitResult[]> {
    batches.observe(items.length);
    const { results, after } = await inTransaction(this.pool, async (query) => {
      // A notice and the sweep may both bring one payment, each from where it saw it.
      const single = [...Map.groupBy(items, (item) => item.paymentId)].map(([paymentId, same]) => ({
        paymentId,
        from: same.flatMap((item) => item.from),
        state: same[0]?.seen?.state ?? ('authorized' as const),
      }));
      const decided = await decideSeen(query, single, 'committing');
      const won = new Map(decided.map((row) => [row.paymentId, row.orderId]));
      const after = await this.sell(query, won);
      return {
        results: items.map((item) => (won.has(item.paymentId) ? 'committed' : 'lost')) as CommitResult[],
        after,
      };
    });
    await this.settle.follow(after);
    await reach('commit.done');
    return results;
  }

  /** Holds, ledger, capture jobs and orders of the payments in `won` (payment id to order id). */
  private async sell(query: Query, won: Map<string, string>): Promise<FollowUp[]> {
    if (won.size === 0) return [];
    const orderIds = [...won.values()];
    const holds = await query<{ holdId: string; buyerId: string; orderId: string }>(
      `SELECT DISTINCT h.id AS "holdId", h.buyer_id AS "buyerId", h.order_id AS "orderId" FROM holds h
       WHERE h.order_id = ANY($1::uuid[]) AND h.state = 'paying'`,
      [orderIds],
    );
    if (new Set(holds.map((hold) => hold.orderId)).size !== won.size) throw new HoldsChanged();
    await query(
      `INSERT INTO payment_jobs (kind, subject_id, run_at)
       SELECT 'capture', id, clock_timestamp() + interval '${CAPTURE_LEASE_S} seconds' FROM unnest($1::uuid[]) AS id
       ON CONFLICT (kind, subject_id) DO NOTHING`,
      [[...won.keys()]],
    );
    await changeOrders(
      query,
      orderIds.map((orderId) => ({
        orderId,
        to: 'committed',
        entry: { kind: 'committed', actor: 'provider' },
        event: orderCommitted,
      })),
    );
    // Last, because everybody who holds or sells the same variant waits for its balance until this is committed. Who
    // locks one of these orders has locked its payment before, so orders before balances make no circle.
    const sold = await this.settle.commitSold(query, holds);
    if (sold.code === 'changed') throw new HoldsChanged();
    return sold.after;
  }

  private async writeCaptured(items: Captured[]): Promise<void[]> {
    await inTransaction(this.pool, async (query) => {
      // The capture and its notice may both be here: one of them is enough.
      const single = new Map(items.map((item) => [item.payment.paymentId, item]));
      const ids = [...single.keys()];
      const done = await decideSeen(
        query,
        [...single.values()].map(({ payment, seen }) => ({
          paymentId: payment.paymentId,
          from: ['committing'],
          state: seen ? stateSeen(seen) : 'captured',
          captured: seen?.capturedAmount ?? 0,
        })),
        'committed',
      );
      const now = done.flatMap((row) => single.get(row.paymentId) ?? []);
      if (now.length === 0) return;
      await query("DELETE FROM payment_jobs WHERE kind = 'capture' AND subject_id = ANY($1::uuid[])", [ids]);
      await changeOrders(
        query,
        now.map(({ payment, seen }) => ({
          orderId: payment.orderId,
          to: 'paid',
          entry: { kind: 'paid', actor: 'provider', data: { amount: seen?.capturedAmount ?? 0 } },
          event: orderPaid,
        })),
      );
      paid.inc(now.length);
    });
    return items.map(() => undefined);
  }
}
