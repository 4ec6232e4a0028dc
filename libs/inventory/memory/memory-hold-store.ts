import type * as port from '../hold-store.ts';
import { DUE_PER_CALL, ENDED_KEPT_MS } from '../hold-store.ts';
import { replay } from '../replay-journal.ts';
import { adjust, reverse } from './change-stock.ts';
import { detailOf, snapshotOf } from './inspect.ts';
import { join } from './join.ts';
import { freeVariant, noEffects, reserve } from './reserve.ts';
import { bareKey, byEnd, isLive, keyText, SaleState, type MemoryHold } from './sale-state.ts';

/** A pinned hold that a sweep named is not named again for this long. */
const ASK_AGAIN_MS = 5_000;
const STALE = { code: 'stale_epoch' } as const;

/**
 * The engine in plain TypeScript, for tests: it lives and dies with its process. Methods finish before they return
 * control, which makes each one atomic.
 */
export class MemoryHoldStore implements port.HoldStore {
  private readonly sales = new Map<string, SaleState>();
  private readonly now: () => number;

  constructor(now: () => number = Date.now) {
    this.now = now;
  }

  async open(
    { saleId, epoch }: port.SaleRef,
    rules: port.SaleRules,
    variants: readonly port.SaleVariant[],
  ): Promise<void> {
    if ((this.sales.get(saleId)?.epoch ?? 0) >= epoch) return;
    const sale = new SaleState(epoch, { ...rules });
    for (const variant of variants) sale.putVariant(variant);
    this.sales.set(saleId, sale);
  }

  async reserve(request: port.ReserveRequest): Promise<port.ReserveAnswer> {
    const sale = this.find(request);
    if (!sale) return STALE;
    return reserve(sale, request, this.now());
  }

  async pin(ref: port.SaleRef, keys: readonly port.HoldKey[]): Promise<port.PinAnswer> {
    const sale = this.find(ref);
    if (!sale) return STALE;
    if (sale.rules.state === 'stopped') return { code: 'closed' };
    for (const key of keys) {
      const state = sale.stateOf(key, this.now());
      if (state !== 'held' && state !== 'paying') return { code: 'not_held', ...bareKey(key), state };
    }
    for (const key of keys) {
      const hold = sale.holds.get(keyText(key));
      if (hold?.state === 'held') Object.assign(hold, { state: 'paying', askAt: hold.expiresAt });
    }
    return { code: 'pinned' };
  }

  async extend(ref: port.SaleRef, key: port.HoldKey, until: number): Promise<port.ExtendAnswer> {
    const sale = this.find(ref);
    if (!sale) return STALE;
    const state = sale.stateOf(key, this.now());
    const hold = sale.holds.get(keyText(key));
    if (!hold || (state !== 'held' && state !== 'paying')) {
      return { code: 'not_held', state: state === 'held' || state === 'paying' ? 'unknown' : state };
    }
    hold.expiresAt = Math.max(hold.expiresAt, until);
    hold.askAt = Math.max(hold.askAt, until);
    return { code: 'extended', expiresAt: hold.expiresAt };
  }

  async confirm(ref: port.SaleRef, keys: readonly port.HoldKey[]): Promise<port.SettleAnswer> {
    const sale = this.find(ref);
    if (!sale) return STALE;
    const effects = noEffects();
    const missing = keys.filter((key) => {
      const hold = sale.holds.get(keyText(key));
      if (hold && isLive(hold)) sale.finish(hold, 'sold', this.now(), effects);
      return hold?.state !== 'sold';
    });
    return { code: 'done', missing: missing.map(bareKey), ...effects };
  }

  async release(ref: port.SaleRef, keys: readonly port.HoldKey[]): Promise<port.SettleAnswer> {
    const sale = this.find(ref);
    if (!sale) return STALE;
    const now = this.now();
    const effects = noEffects();
    const missing: port.HoldKey[] = [];
    for (const key of keys) {
      const hold = sale.holds.get(keyText(key));
      if (!hold) sale.holds.set(keyText(key), tombstone(key, now));
      else if (isLive(hold)) sale.finish(hold, 'released', now, effects);
      else if (hold.state === 'sold') missing.push(bareKey(key));
    }
    sale.promoteAll(now, effects);
    return { code: 'done', missing, ...effects };
  }

  async expire(ref: port.SaleRef, key: port.HoldKey): Promise<port.ExpireAnswer> {
    const sale = this.find(ref);
    if (!sale) return STALE;
    const now = this.now();
    const hold = sale.holds.get(keyText(key));
    if (!hold) return { code: 'not_held', state: 'unknown' };
    if (hold.state === 'paying') return { code: 'pinned' };
    if (hold.state !== 'held') return { code: 'not_held', state: hold.state };
    if (hold.expiresAt > now) return { code: 'not_due', expiresAt: hold.expiresAt };
    const effects = noEffects();
    sale.finish(hold, 'expired', now, effects);
    sale.promoteAll(now, effects);
    return { code: 'done', ...effects };
  }

  async sweep(ref: port.SaleRef): Promise<port.SweepAnswer> {
    const sale = this.find(ref);
    if (!sale) return STALE;
    const now = this.now();
    const effects = noEffects();
    sale.freeDue(now, effects, () => true);
    const more = effects.expired.length === DUE_PER_CALL;
    sale.promoteAll(now, effects);
    for (const [key, hold] of sale.holds) {
      if (!isLive(hold) && (hold.endedAt ?? now) <= now - ENDED_KEPT_MS) sale.holds.delete(key);
    }
    for (const [id, at] of sale.changes) if (at <= now - ENDED_KEPT_MS) sale.changes.delete(id);
    const duePinned = [...sale.holds.values()].filter((hold) => hold.state === 'paying' && hold.askAt <= now);
    for (const hold of duePinned) hold.askAt = now + ASK_AGAIN_MS;
    return { code: 'done', duePinned: duePinned.map(bareKey), more, ...effects };
  }

  async adjust(ref: port.SaleRef, change: port.StockChange): Promise<port.AdjustAnswer> {
    const sale = this.find(ref);
    return sale ? adjust(sale, change, this.now()) : STALE;
  }

  async reverse(ref: port.SaleRef, change: port.Reversal): Promise<port.AdjustAnswer> {
    const sale = this.find(ref);
    return sale ? reverse(sale, change, this.now()) : STALE;
  }

  async change(
    ref: port.SaleRef,
    { prices = [], ...rules }: port.RuleChange,
  ): Promise<{ code: 'changed' } | port.Stale> {
    const sale = this.find(ref);
    if (!sale) return STALE;
    const given = Object.entries(rules).filter(([, value]) => value !== undefined);
    sale.rules = { ...sale.rules, ...Object.fromEntries(given) };
    for (const { variantId, terms } of prices) {
      const shelf = sale.shelves.get(variantId);
      if (shelf && versionOf(shelf.terms) <= versionOf(terms)) shelf.terms = terms;
    }
    return { code: 'changed' };
  }

  async join(ref: port.SaleRef, waiter: port.Waiter): Promise<port.JoinAnswer> {
    const sale = this.find(ref);
    return sale ? join(sale, waiter, this.now()) : STALE;
  }

  async leave(ref: port.SaleRef, waiter: port.Waiter): Promise<{ code: 'left' } | port.Stale> {
    const sale = this.find(ref);
    if (!sale) return STALE;
    const left = sale.shelves.get(waiter.variantId)?.waiting.delete(keyText(waiter));
    if (left && sale.limited) sale.takeFromBuyer(waiter, 1);
    return { code: 'left' };
  }

  async promote(
    ref: port.SaleRef,
    variantId: string,
  ): Promise<({ code: 'done' } & port.Effects) | port.Stale> {
    const sale = this.find(ref);
    if (!sale) return STALE;
    const effects = noEffects();
    freeVariant(sale, variantId, this.now(), effects);
    return { code: 'done', ...effects };
  }

  async close(ref: port.SaleRef, how: 'closed' | 'stopped'): Promise<port.CloseAnswer> {
    const sale = this.find(ref);
    if (!sale) return STALE;
    sale.rules = { ...sale.rules, state: how };
    for (const shelf of sale.shelves.values()) shelf.waiting.clear();
    const held = [...sale.holds.values()].filter((hold) => hold.state === 'held').toSorted(byEnd);
    const released = how === 'stopped' ? held.slice(0, DUE_PER_CALL) : [];
    for (const hold of released) sale.finish(hold, 'released', this.now(), noEffects());
    return { code: 'closed', released: released.map(bareKey), more: released.length === DUE_PER_CALL };
  }

  async rebuild({ saleId, epoch }: port.SaleRef, memory: port.SaleMemory): Promise<{ replid: string }> {
    if ((this.sales.get(saleId)?.epoch ?? 0) >= epoch) throw new Error(`memory already has epoch ${epoch}`);
    const sale = new SaleState(epoch, { ...memory.rules });
    for (const variant of memory.variants) sale.putVariant(variant);
    for await (const holds of memory.holds) for (const hold of holds) sale.putHold(structuredClone(hold));
    for (const buyers of memory.bought) {
      for (const { buyerId, units } of buyers) {
        const buyer = sale.buyers.get(buyerId) ?? { units: 0, keys: new Set<string>() };
        sale.buyers.set(buyerId, { ...buyer, units: buyer.units + units });
      }
    }
    for (const waiters of memory.waiting) for (const waiter of waiters) sale.putWaiter(waiter);
    this.sales.set(saleId, sale);
    return { replid: 'memory' };
  }

  async drop(saleId: string): Promise<void> {
    this.sales.delete(saleId);
  }

  async known(saleId: string, keys: readonly port.HoldKey[]): Promise<boolean[]> {
    const holds = this.sales.get(saleId)?.holds;
    return keys.map((key) => holds?.has(keyText(key)) ?? false);
  }

  async read(
    ref: port.SaleRef,
    variantIds: readonly string[] | 'all',
  ): Promise<port.SaleSnapshot | port.Stale> {
    const sale = this.find(ref);
    if (!sale) return STALE;
    const snapshot = snapshotOf(sale);
    if (variantIds === 'all') return snapshot;
    return {
      ...snapshot,
      variants: snapshot.variants.filter((variant) => variantIds.includes(variant.variantId)),
    };
  }

  async inspect(saleId: string, depth: 'counters' | 'holds'): Promise<port.SaleInspection | undefined> {
    const sale = this.sales.get(saleId);
    if (!sale) return undefined;
    const replayed = replay(sale.base, sale.journal);
    return { ...snapshotOf(sale), replayed, ...(depth === 'holds' ? { detail: detailOf(sale) } : {}) };
  }

  async readJournal(saleId: string, limit: number): Promise<port.JournalEntry[]> {
    return this.sales.get(saleId)?.journal.slice(0, limit) ?? [];
  }

  async trimJournal(saleId: string, position: string): Promise<void> {
    this.sales.get(saleId)?.trim(Number(position));
  }

  private find({ saleId, epoch }: port.SaleRef): SaleState | undefined {
    const sale = this.sales.get(saleId);
    return sale?.epoch === epoch ? sale : undefined;
  }
}

/** A released hold without lines: the key can never become a hold any more. */
function tombstone(key: port.HoldKey, now: number): MemoryHold {
  return {
    ...bareKey(key),
    state: 'released',
    startedAt: 0,
    expiresAt: 0,
    endedAt: now,
    lines: [],
    askAt: 0,
  };
}

/** Terms end with the version of the price: a lower one never replaces a higher one. */
function versionOf(terms: string): number {
  return Number(/(\d+)$/.exec(terms)?.[1] ?? 0);
}
