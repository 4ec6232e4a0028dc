import {
  listHoldsEndpoint,
  placeHoldsEndpoint,
  releaseHoldEndpoint,
  type HoldView,
  type Problem,
} from '#contracts';
import type { Api } from '../api/api.ts';
import type { ServerClock } from '../clock.ts';
import { createEmitter } from '../emitter.ts';
import { createStore, type Readable } from '../store.ts';
import type { Timers } from '../timers.ts';

export type PlaceResult = { ok: true; hold: HoldView } | { ok: false; problem: Problem };

interface CartDeps {
  api: Api;
  clock: ServerClock;
  timers: Timers;
  newId: () => string;
}

/** An answer that never came is asked for again with the same hold id: the server gives the first answer. */
const ASK_AGAIN_MS = [400, 1_200, 3_000];

/** What the buyer holds right now. The server decides when a hold ends; the page only counts down to it. */
export class Cart implements Readable<readonly HoldView[]> {
  private readonly held = createStore<readonly HoldView[]>([]);
  private readonly events = createEmitter<{ expired: HoldView }>();
  private cancelExpiry = () => undefined as void;
  readonly get = this.held.get;
  readonly subscribe = this.held.subscribe;
  /** `expired`: a hold's time was up. */
  readonly on = this.events.on;
  private readonly deps: CartDeps;

  constructor(deps: CartDeps) {
    this.deps = deps;
  }

  /** Asks for what is held: after a reload, a log-in, or a push that a unit was promoted. */
  async load(): Promise<void> {
    const askedAt = this.deps.timers.now();
    const result = await this.deps.api.call(listHoldsEndpoint, {});
    if (!result.ok) return;
    this.measure(result.body.serverTime, askedAt);
    this.set(result.body.holds);
  }

  /** Claims units of one sale. */
  async place(saleId: string, variantId: string, quantity: number): Promise<PlaceResult> {
    const first = await this.tryPlace(this.deps.newId(), saleId, variantId, quantity);
    // The server gave the units back because it could not store the hold: that id is spent, the wish is not.
    const spent = !first.ok && first.problem.code === 'hold_not_stored';
    return spent ? this.tryPlace(this.deps.newId(), saleId, variantId, quantity) : first;
  }

  /** Gives units back. Whatever the answer, the hold is no longer shown: it ends by itself at the latest. */
  async release(holdId: string): Promise<void> {
    this.drop([holdId]);
    await this.deps.api.call(releaseHoldEndpoint, { params: { holdId } });
  }

  /** Holds that became an order are no longer in the cart. */
  drop(holdIds: readonly string[]): void {
    this.set(this.get().filter((hold) => !holdIds.includes(hold.holdId)));
  }

  clear(): void {
    this.set([]);
  }

  private async tryPlace(
    holdId: string,
    saleId: string,
    variantId: string,
    quantity: number,
  ): Promise<PlaceResult> {
    const body = { holds: [{ holdId, saleId, lines: [{ variantId, quantity }] }] };
    for (let attempt = 0; ; attempt += 1) {
      const askedAt = this.deps.timers.now();
      const result = await this.deps.api.call(placeHoldsEndpoint, { body });
      const wait = ASK_AGAIN_MS[attempt];
      if (!result.ok && result.problem.code === 'unavailable' && wait !== undefined) {
        await new Promise<void>((go) => this.deps.timers.after(wait, go));
        continue;
      }
      if (!result.ok) return { ok: false, problem: result.problem };
      this.measure(result.body.serverTime, askedAt);
      const hold = result.body.holds[0] as HoldView;
      this.set([...this.get().filter((other) => other.holdId !== hold.holdId), hold]);
      return { ok: true, hold };
    }
  }

  private set(holds: readonly HoldView[]): void {
    const held = holds.filter((hold) => hold.state === 'held');
    this.held.set(held.toSorted((a, b) => endOf(a) - endOf(b)));
    this.expireNext();
  }

  private expireNext(): void {
    this.cancelExpiry();
    const next = this.get()[0];
    if (!next) return;
    this.cancelExpiry = this.deps.timers.after(Math.max(0, endOf(next) - this.deps.clock.now()), () => {
      this.drop([next.holdId]);
      this.events.tell('expired', next);
    });
  }

  private measure(serverTime: string, askedAt: number): void {
    this.deps.clock.measured(Date.parse(serverTime), askedAt, this.deps.timers.now());
  }
}

/** When a hold ends, in milliseconds of the server's time. */
export function endOf(hold: Pick<HoldView, 'expiresAt'>): number {
  return Date.parse(hold.expiresAt);
}
