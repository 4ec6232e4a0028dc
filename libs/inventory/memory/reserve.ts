import type * as port from '../hold-store.ts';
import { bareKey, byVariant, keyText, unitsOf, type SaleState } from './sale-state.ts';

export function reserve(sale: SaleState, request: port.ReserveRequest, now: number): port.ReserveAnswer {
  return repeat(sale, request, now) ?? notRunning(sale, now) ?? claim(sale, request, now);
}

/** The first answer again, for a key that was seen before. */
function repeat(sale: SaleState, request: port.ReserveRequest, now: number): port.ReserveAnswer | undefined {
  const known = sale.holds.get(keyText(request));
  if (!known) return undefined;
  if (known.lines.length > 0 && !sameLines(known.lines, request.lines))
    return { code: 'invalid', reason: 'other_lines' };
  const state = sale.stateOf(known, now);
  if (state === 'unknown') return undefined;
  if (state !== 'held' && state !== 'paying') return { code: 'ended', state };
  const { startedAt, expiresAt, lines } = known;
  return {
    code: 'held',
    replay: true,
    state,
    ...bareKey(known),
    startedAt,
    expiresAt,
    lines,
    ...noEffects(),
  };
}

function notRunning({ rules }: SaleState, now: number): port.ReserveAnswer | undefined {
  const { state, startsAt, endsAt } = rules;
  if (state === 'closed' || state === 'stopped') return { code: 'closed' };
  if (state !== 'open') return { code: 'not_open', startsAt, paused: true };
  if (startsAt !== null && startsAt > now) return { code: 'not_open', startsAt, paused: false };
  return endsAt !== null && endsAt <= now ? { code: 'closed' } : undefined;
}

function claim(sale: SaleState, request: port.ReserveRequest, now: number): port.ReserveAnswer {
  const lines = request.lines.toSorted(byVariant);
  if (!areWhole(lines)) return { code: 'invalid', reason: 'lines' };
  if (lines.some((line) => !sale.shelves.has(line.variantId)))
    return { code: 'invalid', reason: 'unknown_variant' };
  const effects = noEffects();
  for (const { variantId, quantity } of lines) {
    const shelf = sale.shelf(variantId);
    if (shelf.waiting.size > 0 || shelf.available < quantity) freeVariant(sale, variantId, now, effects);
  }
  const limit = sale.rules.limitPerBuyer;
  if (limit > 0 && !fitsLimit(sale, request.buyerId, unitsOf(request), now, effects)) {
    return { code: 'limit_reached', limit, units: sale.unitsOfBuyer(request.buyerId), ...effects };
  }
  const short = lines.find((line) => sale.shelf(line.variantId).available < line.quantity);
  if (short) {
    const outstanding = sale.shelf(short.variantId).held;
    return { code: 'sold_out', variantId: short.variantId, outstanding, ...effects };
  }
  const claimed = sale.claim('reserve', request, lines, now);
  if (limit > 0) sale.addToBuyer(request, unitsOf(request));
  return { code: 'held', replay: false, state: 'held', ...claimed, ...effects };
}

/** Ends holds of one variant that are past their time, and offers what came free to waiters. */
export function freeVariant(sale: SaleState, variantId: string, now: number, effects: port.Effects): void {
  sale.freeDue(now, effects, (hold) => hold.lines.some((line) => line.variantId === variantId));
  sale.promoteAll(now, effects);
}

export function fitsLimit(
  sale: SaleState,
  buyerId: string,
  units: number,
  now: number,
  effects: port.Effects,
): boolean {
  const fits = (): boolean => sale.unitsOfBuyer(buyerId) + units <= sale.rules.limitPerBuyer;
  if (fits()) return true;
  sale.freeDue(now, effects, (hold) => hold.buyerId === buyerId);
  sale.promoteAll(now, effects);
  return fits();
}

export function noEffects(): port.Effects {
  return { expired: [], promoted: [] };
}

function areWhole(lines: readonly port.HoldLine[]): boolean {
  const once = new Set(lines.map((line) => line.variantId)).size === lines.length;
  return (
    once &&
    lines.length > 0 &&
    lines.every(({ quantity }) => Number.isInteger(quantity) && quantity >= 1 && quantity < 1e7)
  );
}

function sameLines(a: readonly port.HoldLine[], b: readonly port.HoldLine[]): boolean {
  const text = (lines: readonly port.HoldLine[]): string =>
    lines
      .toSorted(byVariant)
      .map((line) => `${line.variantId}=${line.quantity}`)
      .join();
  return text(a) === text(b);
}
