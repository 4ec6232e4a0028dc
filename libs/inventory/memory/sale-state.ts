import type * as port from '../hold-store.ts';
import { DUE_PER_CALL } from '../hold-store.ts';
import { applyEntry, type Entry } from '../replay-journal.ts';

export interface Shelf extends port.Counters {
  terms: string;
  /** Waiters by key; the smallest rank is next. */
  waiting: Map<string, port.Waiter>;
}

export interface MemoryHold extends port.StoredHold {
  /** When a sweep may name this hold, if it is pinned. */
  askAt: number;
}

/** What counts against a buyer's limit: units held, bought and waited for, and the keys of live holds and waits. */
interface Buyer {
  units: number;
  keys: Set<string>;
}

/** One sale in memory, with the steps that its commands are made of. */
export class SaleState {
  rules: port.SaleRules;
  readonly epoch: number;
  readonly shelves = new Map<string, Shelf>();
  readonly holds = new Map<string, MemoryHold>();
  readonly buyers = new Map<string, Buyer>();
  /** Changes of stock that were made, by their id. */
  readonly changes = new Map<string, number>();
  readonly base = new Map<string, port.Counters>();
  journal: Entry[] = [];
  private position = 0;

  constructor(epoch: number, rules: port.SaleRules) {
    this.epoch = epoch;
    this.rules = rules;
  }

  get limited(): boolean {
    return this.rules.limitPerBuyer > 0;
  }

  shelf(variantId: string): Shelf {
    const shelf = this.shelves.get(variantId);
    if (!shelf) throw new Error(`the sale has no variant ${variantId}`);
    return shelf;
  }

  isRunning(now: number): boolean {
    const { state, startsAt, endsAt } = this.rules;
    return state === 'open' && (startsAt ?? 0) <= now && (endsAt === null || now < endsAt);
  }

  /** A held hold past its time is over, even while nobody has ended it. */
  stateOf(key: port.HoldKey, now: number): port.LiveState | port.HoldEnd | 'unknown' {
    const hold = this.holds.get(keyText(key));
    if (!hold) return 'unknown';
    return hold.state === 'held' && hold.expiresAt <= now ? 'expired' : hold.state;
  }

  putVariant({ variantId, terms, unsold, sold }: port.SaleVariant): void {
    const counters = { stock: unsold + sold, available: unsold, held: 0, sold };
    this.shelves.set(variantId, { ...counters, terms, waiting: new Map() });
    this.base.set(variantId, { ...counters });
  }

  putHold(stored: port.StoredHold): void {
    this.holds.set(keyText(stored), { ...stored, askAt: stored.expiresAt });
    if (!isLive(stored)) return;
    for (const { variantId, quantity } of stored.lines) {
      for (const counters of [this.shelves.get(variantId), this.base.get(variantId)]) {
        if (!counters) continue;
        counters.available -= quantity;
        counters.held += quantity;
      }
    }
    if (this.limited) this.addToBuyer(stored, unitsOf(stored));
  }

  putWaiter(waiter: port.Waiter): void {
    this.shelves.get(waiter.variantId)?.waiting.set(keyText(waiter), waiter);
    if (this.limited) this.addToBuyer(waiter, 1);
  }

  /** Moves units from available to held; the caller has checked everything. */
  claim(
    kind: 'reserve' | 'promote',
    key: port.HoldKey,
    wanted: readonly port.HoldLine[],
    now: number,
  ): port.Claim {
    const lines = wanted.toSorted(byVariant).map(({ variantId, quantity }) => {
      const shelf = this.shelf(variantId);
      shelf.available -= quantity;
      shelf.held += quantity;
      return { variantId, quantity, terms: shelf.terms };
    });
    const expiresAt = now + this.rules.holdTtlMs;
    const claim = { ...bareKey(key), startedAt: now, expiresAt, lines };
    this.holds.set(keyText(key), { ...claim, state: 'held', endedAt: null, askAt: expiresAt });
    this.record(kind, claim);
    return claim;
  }

  finish(hold: MemoryHold, to: port.HoldEnd, now: number, effects: port.Effects): void {
    for (const { variantId, quantity } of hold.lines) {
      const shelf = this.shelf(variantId);
      shelf.held -= quantity;
      shelf[to === 'sold' ? 'sold' : 'available'] += quantity;
    }
    hold.state = to;
    hold.endedAt = now;
    if (this.limited) this.takeFromBuyer(hold, to === 'sold' ? 0 : unitsOf(hold));
    if (to === 'expired') effects.expired.push(bareKey(hold));
    this.record(to === 'sold' ? 'confirm' : to === 'released' ? 'release' : 'expire', hold);
  }

  /** Ends holds past their time that satisfy `test`, the oldest first. */
  freeDue(now: number, effects: port.Effects, test: (hold: MemoryHold) => boolean): void {
    const due = [...this.holds.values()].filter(
      (hold) => hold.state === 'held' && hold.expiresAt <= now && test(hold),
    );
    for (const hold of due.toSorted(byEnd).slice(0, DUE_PER_CALL)) this.finish(hold, 'expired', now, effects);
  }

  /** Gives free units to waiters before anyone else, one each, in the order of their ranks. */
  promoteAll(now: number, effects: port.Effects): void {
    if (!this.isRunning(now)) return;
    for (const [variantId, shelf] of this.shelves) {
      const inOrder = [...shelf.waiting.values()].toSorted((a, b) => a.rank - b.rank);
      for (const waiter of inOrder.slice(0, shelf.available)) {
        shelf.waiting.delete(keyText(waiter));
        effects.promoted.push(this.claim('promote', waiter, [{ variantId, quantity: 1 }], now));
      }
    }
  }

  unitsOfBuyer(buyerId: string): number {
    return this.buyers.get(buyerId)?.units ?? 0;
  }

  addToBuyer(key: port.HoldKey, units: number): void {
    const buyer = this.buyers.get(key.buyerId) ?? { units: 0, keys: new Set() };
    buyer.units += units;
    buyer.keys.add(keyText(key));
    this.buyers.set(key.buyerId, buyer);
  }

  takeFromBuyer(key: port.HoldKey, units: number): void {
    const buyer = this.buyers.get(key.buyerId);
    if (!buyer) return;
    buyer.units = Math.max(buyer.units - units, 0);
    buyer.keys.delete(keyText(key));
    if (buyer.units === 0 && buyer.keys.size === 0) this.buyers.delete(key.buyerId);
  }

  record(kind: port.JournalKind, { startedAt, expiresAt, lines, ...key }: port.Claim): void {
    this.position += 1;
    const copy = lines.map((line) => ({ ...line }));
    const position = String(this.position);
    this.journal.push({
      position,
      kind,
      outside: false,
      hold: bareKey(key),
      startedAt,
      expiresAt,
      lines: copy,
    });
  }

  recordStock(kind: 'adjust' | 'reverse', variantId: string, quantity: number, outside = false): void {
    this.position += 1;
    const lines = [{ variantId, quantity, terms: '' }];
    const position = String(this.position);
    this.journal.push({ position, kind, outside, hold: null, startedAt: 0, expiresAt: 0, lines });
  }

  trim(until: number): void {
    for (const entry of this.journal) if (Number(entry.position) <= until) applyEntry(this.base, entry);
    this.journal = this.journal.filter((entry) => Number(entry.position) > until);
  }
}

export function keyText({ holdId, buyerId }: port.HoldKey): string {
  return `${holdId}/${buyerId}`;
}

export function bareKey({ holdId, buyerId }: port.HoldKey): port.HoldKey {
  return { holdId, buyerId };
}

export function isLive({ state }: { state: string }): boolean {
  return state === 'held' || state === 'paying';
}

export function unitsOf({ lines }: { lines: readonly port.HoldLine[] }): number {
  return lines.reduce((sum, line) => sum + line.quantity, 0);
}

export function byEnd(a: { expiresAt: number }, b: { expiresAt: number }): number {
  return a.expiresAt - b.expiresAt;
}

export function byVariant(a: port.HoldLine, b: port.HoldLine): number {
  return a.variantId < b.variantId ? -1 : 1;
}
