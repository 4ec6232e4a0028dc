import type { Logger } from '#process';
import { Changes, type Timer } from '../objects/changes.ts';
import { cancelPayment, settleProcessing } from '../objects/payment-intents.ts';
import { behaviourOf } from '../objects/payment-methods.ts';
import { openDispute, settleRefund } from '../objects/refunds.ts';
import type { Charge, PaymentIntent, PaymentMethod } from '../objects/shapes.ts';
import type { KeyedLock } from '../store/keyed-lock.ts';
import type { ObjectStore } from '../store/object-store.ts';
import type { SandboxClock } from './sandbox-clock.ts';

/** How often timers are looked at when nothing says that one is due. */
const TICK_MS = 500;

/** Answers under an idempotency key are kept for a day, as at Stripe. */
const ANSWER_LIFE_MS = 86_400_000;
const FORGET_EVERY_MS = 600_000;

/** The parts of the sandbox that timers need. */
interface TimedSandbox {
  store: ObjectStore;
  locks: KeyedLock;
  clock: SandboxClock;
  commit(changes: Changes): Promise<void>;
}

/** What happens by itself as the sandbox's time goes on: slow banks answer, authorisations lapse, refunds settle. */
export class Timers {
  private readonly sandbox: TimedSandbox;
  private readonly logger: Logger;
  private ticker: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;
  private again = false;
  private forgotAtMs = Date.now();

  constructor(sandbox: TimedSandbox, logger: Logger) {
    this.sandbox = sandbox;
    this.logger = logger;
  }

  start(): void {
    this.ticker = setInterval(() => this.wake(), TICK_MS);
    this.sandbox.clock.onAdvance(() => this.wake());
  }

  /** Runs what is due, soon. */
  wake(): void {
    this.again = true;
    this.running ??= this.run().finally(() => {
      this.running = undefined;
    });
  }

  /** Resolves when everything due at this moment has happened. */
  async settled(): Promise<void> {
    this.wake();
    await this.running;
  }

  async stop(): Promise<void> {
    clearInterval(this.ticker);
    await this.running;
  }

  private async run(): Promise<void> {
    try {
      while (this.again) {
        this.again = false;
        const due = await this.sandbox.store.dueTimers(this.sandbox.clock.now());
        for (const timer of due) await this.fire(timer);
        if (due.length > 0) this.again = true;
      }
      if (Date.now() - this.forgotAtMs > FORGET_EVERY_MS) {
        this.forgotAtMs = Date.now();
        await this.sandbox.store.forgetAnswers(this.sandbox.clock.now() - ANSWER_LIFE_MS);
      }
    } catch (err) {
      this.logger.warn({ err }, 'timers could not run; the next tick tries again');
    }
  }

  /** The effect first, the timer's row second: a kill between them repeats an effect that then finds itself done. */
  private async fire(timer: Timer): Promise<void> {
    const { store, locks } = this.sandbox;
    const refund = timer.kind === 'settle_refund' ? await store.get('refund', timer.objectId) : undefined;
    const release = await locks.acquire(refund?.payment_intent ?? timer.objectId);
    try {
      const changes = new Changes(this.sandbox.clock.now(), { id: null, idempotency_key: null }, null);
      await this.apply(timer, changes);
      if (changes.saved.size > 0) await this.sandbox.commit(changes);
      await store.dropTimer(timer);
    } finally {
      release();
    }
  }

  private async apply(timer: Timer, changes: Changes): Promise<void> {
    const { store } = this.sandbox;
    if (timer.kind === 'settle_refund') {
      const refund = await store.get('refund', timer.objectId);
      const charge = refund && (await store.get('charge', refund.charge));
      const method = charge && (await store.get('payment_method', charge.payment_method));
      if (refund && charge && method) settleRefund(changes, refund, charge, method);
      return;
    }
    const payment = await store.get('payment_intent', timer.objectId);
    if (!payment) return;
    const { charge, method } = await this.moneyOf(payment);
    if (timer.kind === 'settle_processing' && method) settleProcessing(changes, payment, method);
    if (timer.kind === 'expire_authorization' && payment.status === 'requires_capture') {
      cancelPayment(changes, payment, charge, 'automatic');
    }
    if (timer.kind === 'open_dispute' && charge && method) {
      openDispute(changes, charge, behaviourOf(method).dispute ?? 'fraudulent');
    }
  }

  private async moneyOf(
    payment: PaymentIntent,
  ): Promise<{ charge: Charge | undefined; method: PaymentMethod | undefined }> {
    const { store } = this.sandbox;
    return {
      charge: payment.latest_charge ? await store.get('charge', payment.latest_charge) : undefined,
      method: payment.payment_method ? await store.get('payment_method', payment.payment_method) : undefined,
    };
  }
}
