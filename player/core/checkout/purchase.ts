import {
  getOrderEndpoint,
  placeOrderEndpoint,
  refreshPaymentEndpoint,
  type CallResult,
  type OrderView,
  type Problem,
  type RequestOf,
} from '#contracts';
import type { Api } from '../api/api.ts';
import { problemText } from '../api/problems.ts';
import { createStore, type Readable, type Store } from '../store.ts';
import type { Timers } from '../timers.ts';
import type { Payer } from './payer.ts';

export type OrderBody = RequestOf<typeof placeOrderEndpoint>['body'];

/** A purchase from "pay" to the shop's word that it is paid. */
export type PurchaseState =
  /** The buyer fills in; after a refusal with the reason. `order` is set once placed: the card may be tried again. */
  | { step: 'filling'; order: OrderView | null; refusal: string | null; problem: Problem | null }
  /** The card form is checked and the order placed. */
  | { step: 'ordering'; order: OrderView | null }
  /** Many buy at once: the order is taken, its payment is set up when its turn comes. */
  | { step: 'in_line'; order: OrderView }
  | { step: 'paying'; order: OrderView }
  /** The provider accepted; the shop confirms. */
  | { step: 'confirming'; order: OrderView }
  | { step: 'paid'; order: OrderView }
  /** It came to nothing, and no money was taken. */
  | { step: 'lost'; order: OrderView };

interface PurchaseDeps {
  api: Api;
  timers: Timers;
  newId: () => string;
  /** Told once when the holds have become an order. */
  onPlaced: (order: OrderView) => void;
}

/** A push on the socket says at once when something changed; asking is for when it does not come through. */
const LOOK_EVERY_MS = 1_500;
/** After so many looks without a verdict the server is asked to ask the provider. */
const LOOKS_BEFORE_REFRESH = 3;

/** Carries a purchase through: order, place in line, payment, verdict. Every step can be repeated without paying twice. */
export class Purchase implements Readable<PurchaseState> {
  private readonly store = createStore<PurchaseState>({
    step: 'filling',
    order: null,
    refusal: null,
    problem: null,
  });
  private key: { body: string; id: string } | null = null;
  private looks = 0;
  private cancelLook = () => undefined as void;
  private payer: Payer | null = null;
  readonly get: Store<PurchaseState>['get'];
  readonly subscribe: Store<PurchaseState>['subscribe'];
  private readonly deps: PurchaseDeps;

  /** `placed` goes on with an order that is not paid yet. */
  constructor(deps: PurchaseDeps, placed: OrderView | null = null) {
    this.deps = deps;
    this.store = createStore<PurchaseState>({ step: 'filling', order: placed, refusal: null, problem: null });
    this.get = this.store.get;
    this.subscribe = this.store.subscribe;
  }

  /** The press on "Pay"; `body` is needed until the order is placed. */
  async pay(body: OrderBody | null, payer: Payer, returnUrl: (order: OrderView) => string): Promise<void> {
    const now = this.get();
    if (now.step !== 'filling') return;
    this.payer = payer;
    this.store.set({ step: 'ordering', order: now.order });
    const fault = await payer.check();
    if (fault) return this.refuse(now.order, fault);
    const order = now.order ?? (body && (await this.place(body)));
    if (order) await this.payFor(order, returnUrl);
  }

  /** Something about this order changed, a push says. */
  told(orderId: string): void {
    const now = this.get();
    if ('order' in now && now.order?.orderId === orderId && !isOver(now)) void this.look(orderId);
  }

  stop(): void {
    this.cancelLook();
  }

  private async place(body: OrderBody): Promise<OrderView | null> {
    const result = await this.deps.api.call(placeOrderEndpoint, {
      headers: { 'idempotency-key': this.keyFor(body) },
      body,
    });
    if (!result.ok) {
      this.store.set({
        step: 'filling',
        order: null,
        refusal: problemText(result.problem),
        problem: result.problem,
      });
      return null;
    }
    this.store.set({ step: 'ordering', order: result.body });
    this.deps.onPlaced(result.body);
    return result.body;
  }

  /** The same wish keeps its key over all tries, so that an answer that was lost is given again. */
  private keyFor(body: OrderBody): string {
    const text = JSON.stringify(body);
    if (this.key?.body !== text) this.key = { body: text, id: this.deps.newId() };
    return this.key.id;
  }

  private async payFor(placed: OrderView, returnUrl: (order: OrderView) => string): Promise<void> {
    const order = placed.payment.clientSecret ? placed : await this.turnOf(placed);
    const secret = order.payment.clientSecret;
    if (!secret) return this.settle(order);
    this.store.set({ step: 'paying', order });
    const refusal = await this.payer
      ?.confirm(secret, returnUrl(order))
      .catch(() => 'The payment provider does not answer. Try again.');
    if (refusal) return this.refuse(order, refusal);
    this.store.set({ step: 'confirming', order });
    this.looks = 0;
    await this.look(order.orderId);
  }

  /** Waits until the order's payment has been set up, or the order has ended. */
  private async turnOf(placed: OrderView): Promise<OrderView> {
    let order = placed;
    while (!order.payment.clientSecret && order.state === 'placed') {
      this.store.set({ step: 'in_line', order });
      await new Promise<void>((go) => {
        this.cancelLook = this.deps.timers.after(LOOK_EVERY_MS, go);
      });
      const result = await this.ask(order.orderId);
      if (result.ok) order = result.body;
    }
    return order;
  }

  private async look(orderId: string): Promise<void> {
    if (this.get().step !== 'confirming') return;
    this.cancelLook();
    this.looks += 1;
    const stuck = this.looks % LOOKS_BEFORE_REFRESH === 0;
    const result = stuck
      ? await this.deps.api.call(refreshPaymentEndpoint, { params: { orderId } })
      : await this.ask(orderId);
    if (this.get().step !== 'confirming') return; // a push brought the verdict meanwhile
    if (result.ok) this.settle(result.body);
    if (this.get().step === 'confirming')
      this.cancelLook = this.deps.timers.after(LOOK_EVERY_MS, () => void this.look(orderId));
  }

  private settle(order: OrderView): void {
    const verdict = verdictOf(order);
    if (verdict === 'open') return this.store.set({ step: 'confirming', order });
    if (verdict === 'again')
      return this.refuse(
        order,
        order.payment.failure?.message ?? 'The payment was refused. Try another card.',
      );
    this.store.set({ step: verdict, order });
  }

  private refuse(order: OrderView | null, refusal: string): void {
    this.store.set({ step: 'filling', order, refusal, problem: null });
  }

  private ask(orderId: string): Promise<CallResult<OrderView>> {
    return this.deps.api.call(getOrderEndpoint, { params: { orderId } });
  }
}

function isOver(state: PurchaseState): boolean {
  return state.step === 'paid' || state.step === 'lost';
}

/** What an order's state means to the buyer who has just pressed "Pay". */
export function verdictOf(order: Pick<OrderView, 'state' | 'payment'>): 'open' | 'again' | 'paid' | 'lost' {
  switch (order.state) {
    case 'paid':
    case 'partially_shipped':
    case 'shipped':
      return 'paid';
    case 'payment_failed':
    case 'expired':
    case 'cancelled':
      return 'lost';
    case 'placed':
      return order.payment.failure && order.payment.state === 'created' ? 'again' : 'open';
    case 'committed':
      return 'open';
  }
}
