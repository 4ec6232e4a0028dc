import type { Pool } from 'pg';
import { queryOf } from '#bus';
import { PaymentsAway } from '#payments';
import type { Logger } from '#process';
import type { AdvancePayment } from './advance-payment.ts';
import type { LetGo } from './let-go.ts';
import { readPayments } from './payment-row.ts';

/** Orders that one round lets go; more wait for the next. */
const BATCH = 50;

/** A sale is `drained` once none of its units is on its way any more, so this looks at few sales however many there were. */
const OF_STOPPED_SALES = `
SELECT DISTINCT p.id FROM sales s JOIN holds h ON h.sale_id = s.id AND h.state = 'paying'
  JOIN payments p ON p.order_id = h.order_id
WHERE s.state = 'stopped' AND s.drained_at IS NULL AND p.decision = 'open' LIMIT ${BATCH}`;

/**
 * Lets unpaid orders of an emergency-stopped sale go (protocols 7): such a sale is a mistake, so nobody is to pay for
 * goods of it any more. Who was faster than the stop has bought; the shop may call that off with a refund.
 */
export class StopOrders {
  private readonly pool: Pool;
  private readonly letGo: LetGo;
  private readonly advance: AdvancePayment;
  private readonly logger: Logger;

  constructor(pool: Pool, letGo: LetGo, advance: AdvancePayment, logger: Logger) {
    this.pool = pool;
    this.letGo = letGo;
    this.advance = advance;
    this.logger = logger;
  }

  /** One round; gives how many orders it found. What the provider cannot end now the sweep ends later. */
  async round(): Promise<number> {
    const query = queryOf(this.pool);
    const found = await query<{ id: string }>(OF_STOPPED_SALES);
    if (found.length === 0) return 0;
    const payments = await readPayments(
      query,
      found.map((row) => row.id),
    );
    await Promise.all(
      payments.map(async (payment) => {
        try {
          if (!(await this.letGo.begin(payment, 'sale_stopped'))) return;
          await this.advance.giveUp({ ...payment, decision: 'cancelling' }, 'sale_stopped');
        } catch (err) {
          const level = err instanceof PaymentsAway ? 'warn' : 'error';
          this.logger[level]({ err, orderId: payment.orderId }, 'an order of a stopped sale ends later');
        }
      }),
    );
    return found.length;
  }
}
