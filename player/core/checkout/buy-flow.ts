import {
  joinWaitlistEndpoint,
  type HoldView,
  type OrderView,
  type Problem,
  type WaitlistEntryView,
} from '#contracts';
import type { Api } from '../api/api.ts';
import { createStore, type Readable } from '../store.ts';
import type { Timers } from '../timers.ts';
import type { Cart } from './cart.ts';
import { Purchase } from './purchase.ts';

/** What the buyer wants to have. */
export interface Pick {
  productId: string;
  saleId: string;
  variantId: string;
  quantity: number;
}

/** Where the buyer is between seeing a product and owning it. */
export type BuyState =
  | { step: 'closed' }
  | { step: 'choose'; productId: string; variantId: string | null }
  | { step: 'sign_in'; pick: Pick }
  | { step: 'holding'; pick: Pick }
  | { step: 'refused'; pick: Pick; problem: Problem }
  | { step: 'waiting'; pick: Pick; entry: WaitlistEntryView }
  | { step: 'checkout' }
  /** The time of the hold was up before it was paid. */
  | { step: 'expired'; pick: Pick | null };

interface BuyFlowDeps {
  api: Api;
  cart: Cart;
  timers: Timers;
  newId: () => string;
  isUser: () => boolean;
}

/** From a tap on "Buy" to the checkout: choose, log in where needed, hold at once. */
export class BuyFlow implements Readable<BuyState> {
  private readonly store = createStore<BuyState>({ step: 'closed' });
  private last: Pick | null = null;
  private readonly deps: BuyFlowDeps;
  /** The purchase of what is in the cart; a new one begins after each order that came to an end. */
  purchase: Purchase;
  readonly get = this.store.get;
  readonly subscribe = this.store.subscribe;

  constructor(deps: BuyFlowDeps) {
    this.deps = deps;
    this.purchase = this.newPurchase();
    deps.cart.on('expired', (hold) => this.expired(hold));
  }

  /** A tap on a product without a choice of its variant. */
  look(productId: string, variantId: string | null = null): void {
    this.store.set({ step: 'choose', productId, variantId });
  }

  /** A tap on "Buy": the units are claimed at once, before anything is asked. */
  async take(pick: Pick): Promise<void> {
    this.last = pick;
    if (!this.deps.isUser()) return this.store.set({ step: 'sign_in', pick });
    this.store.set({ step: 'holding', pick });
    const result = await this.deps.cart.place(pick.saleId, pick.variantId, pick.quantity);
    if (this.get().step !== 'holding') return; // the buyer closed it meanwhile; the hold waits in the cart
    this.store.set(result.ok ? { step: 'checkout' } : { step: 'refused', pick, problem: result.problem });
  }

  /** The buyer has logged in: go on where they were. */
  signedIn(): void {
    const now = this.get();
    if (now.step === 'sign_in') void this.take(now.pick);
  }

  async wait(pick: Pick): Promise<Problem | null> {
    const { saleId, variantId } = pick;
    const result = await this.deps.api.call(joinWaitlistEndpoint, { params: { saleId, variantId } });
    if (!result.ok) return result.problem;
    this.store.set({ step: 'waiting', pick, entry: result.body });
    return null;
  }

  openCart(): void {
    this.store.set({ step: 'checkout' });
  }

  close(): void {
    this.store.set({ step: 'closed' });
    const { step } = this.purchase.get();
    if (step === 'paid' || step === 'lost') this.purchase = this.newPurchase();
  }

  /** A new purchase after one that came to nothing. */
  startOver(): void {
    this.purchase = this.newPurchase();
    const pick = this.last;
    if (pick) void this.take(pick);
    else this.close();
  }

  /** A push about an order or a hold of this buyer. */
  told(orderId: string): void {
    this.purchase.told(orderId);
  }

  private expired(hold: HoldView): void {
    if (this.get().step !== 'checkout' || this.deps.cart.get().length > 0) return;
    const { step } = this.purchase.get();
    if (step !== 'filling') return; // it is an order by now
    const mine = this.last !== null && hold.saleId === this.last.saleId;
    this.store.set({ step: 'expired', pick: mine ? this.last : null });
  }

  private newPurchase(): Purchase {
    const { api, timers, newId, cart } = this.deps;
    const onPlaced = (order: OrderView) => {
      const ordered = new Set(order.lines.map((line) => `${line.saleId} ${line.variantId}`));
      cart.drop(
        cart
          .get()
          .filter((hold) => hold.lines.some((line) => ordered.has(`${hold.saleId} ${line.variantId}`)))
          .map(({ holdId }) => holdId),
      );
    };
    return new Purchase({ api, timers, newId, onPlaced });
  }
}
