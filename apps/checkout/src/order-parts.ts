import type { Pool } from 'pg';
import { queryOf, type Query } from '#bus';
import { PaymentsAway, type PaymentKeys, type PaymentProvider } from '#payments';
import type { Logger } from '#process';
import { FulfilOrder } from './fulfilment/fulfil-order.ts';
import { ShippingRates } from './fulfilment/shipping-rates.ts';
import type { SettleHolds } from './holds/settle-holds.ts';
import { CancelOrder } from './orders/cancel-order.ts';
import { OrderAccess } from './orders/order-access.ts';
import type { OrderSettings } from './orders/order-settings.ts';
import { PlaceOrder } from './orders/place-order.ts';
import { PriceOrder } from './orders/price-order.ts';
import { QuoteOrder } from './orders/quote-order.ts';
import { AdvancePayment } from './payments/advance-payment.ts';
import { CapturePayment } from './payments/capture-payment.ts';
import { CommitPayment } from './payments/commit-payment.ts';
import { JobRunner } from './payments/job-runner.ts';
import { LateMoney, type WantedHold } from './payments/late-money.ts';
import { LetGo } from './payments/let-go.ts';
import { readPayment } from './payments/payment-row.ts';
import { SetUpPayment } from './payments/set-up-payment.ts';
import { StopOrders } from './payments/stop-orders.ts';
import { SweepPayments } from './payments/sweep-payments.ts';
import { OrderQueue } from './queue/order-queue.ts';
import { RefundOrder } from './refunds/refund-order.ts';
import { SettleRefund } from './refunds/settle-refund.ts';
import type { SaleGate } from './sales/sale-gate.ts';
import { HandleNotice } from './webhooks/handle-notice.ts';
import { NoticeInbox } from './webhooks/notice-inbox.ts';

export interface OrderPartsOptions {
  pool: Pool;
  settle: SettleHolds;
  gate: SaleGate;
  /** Claims goods for a buyer as any request would. */
  holdAgain: (buyerId: string, holds: WantedHold[]) => Promise<boolean>;
  provider: PaymentProvider;
  keys: PaymentKeys;
  settings: OrderSettings;
  logger: Logger;
}

const CAPTURE_LANES = 8;
const REFUND_LANES = 4;

/** Everything about orders after the hold, put together once; controllers pick what they serve from here. */
export class OrderParts {
  readonly query: Query;
  readonly keys: PaymentKeys;
  readonly provider: PaymentProvider;
  readonly access: OrderAccess;
  readonly placeOrder: PlaceOrder;
  readonly quoteOrder: QuoteOrder;
  readonly cancelOrder: CancelOrder;
  readonly refundOrder: RefundOrder;
  readonly fulfilOrder: FulfilOrder;
  readonly shippingRates: ShippingRates;
  readonly inbox: NoticeInbox;
  readonly queue: OrderQueue;
  readonly sweep: SweepPayments;
  readonly advance: AdvancePayment;
  private readonly refunds: SettleRefund;
  private readonly captureJobs: JobRunner;
  private readonly refundJobs: JobRunner;
  private readonly logger: Logger;

  constructor(options: OrderPartsOptions) {
    const { pool, settle, gate, provider, settings, logger } = options;
    this.logger = logger;
    this.query = queryOf(pool);
    this.keys = options.keys;
    this.provider = provider;
    this.access = new OrderAccess(pool);
    this.shippingRates = new ShippingRates(this.query);
    const pricing = new PriceOrder(this.query, this.shippingRates, settings.platformFeeBp);
    const commit = new CommitPayment(pool, settle);
    const letGo = new LetGo(pool, provider, settle);
    const capture = new CapturePayment(pool, provider, commit, settle, logger);
    const late = new LateMoney({ pool, provider, settle, commit, holdAgain: options.holdAgain, logger });
    this.advance = new AdvancePayment({ pool, provider, commit, capture, letGo, late, logger });
    const stopped = new StopOrders(pool, letGo, this.advance, logger);
    this.sweep = new SweepPayments({ pool, provider, advance: this.advance, letGo, late, stopped, logger });
    this.queue = new OrderQueue(
      pool,
      new SetUpPayment(pool, provider, commit, letGo, logger),
      settings,
      logger,
    );
    this.refunds = new SettleRefund(pool, provider, logger);
    this.refundOrder = new RefundOrder(pool, settle);
    this.cancelOrder = new CancelOrder(pool, letGo, this.advance, settle);
    this.fulfilOrder = new FulfilOrder(pool);
    this.quoteOrder = new QuoteOrder(pool, pricing);
    const withProvider = { ...settings, provider: provider.name };
    this.placeOrder = new PlaceOrder({
      pool,
      settle,
      gate,
      pricing,
      queue: this.queue,
      settings: withProvider,
    });
    const notices = new HandleNotice(pool, this.advance, capture, this.refunds);
    this.inbox = new NoticeInbox(pool, (notice) => notices.handle(notice), logger);
    const job = { pool, logger };
    this.captureJobs = new JobRunner({
      ...job,
      kind: 'capture',
      lanes: CAPTURE_LANES,
      run: (id) => capture.run(id),
    });
    this.refundJobs = new JobRunner({
      ...job,
      kind: 'refund',
      lanes: REFUND_LANES,
      run: (id) => this.refunds.make(id),
    });
  }

  start(): void {
    for (const worker of this.workers()) worker.start();
  }

  /** Lets what is under way end; what is left is in Postgres. */
  async stop(): Promise<void> {
    await Promise.all(this.workers().map((worker) => worker.stop()));
  }

  /** Asks the provider about a payment now. */
  async refresh(paymentId: string): Promise<void> {
    const payment = await readPayment(this.query, paymentId);
    if (payment) await this.advance.advance(payment);
  }

  /** Makes a refund now; when the provider is away its job does it later. */
  async refundNow(refundId: string): Promise<void> {
    try {
      await this.refunds.make(refundId);
    } catch (err) {
      if (!(err instanceof PaymentsAway)) throw err;
      this.logger.warn({ err, refundId }, 'a refund is left to the worker');
    }
  }

  private workers(): { start(): void; stop(): Promise<void> }[] {
    return [this.inbox, this.queue, this.sweep, this.captureJobs, this.refundJobs];
  }
}
