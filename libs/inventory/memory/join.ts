import type * as port from '../hold-store.ts';
import { fitsLimit, freeVariant, noEffects } from './reserve.ts';
import { keyText, type SaleState } from './sale-state.ts';

export function join(sale: SaleState, waiter: port.Waiter, now: number): port.JoinAnswer {
  const shelf = sale.shelves.get(waiter.variantId);
  if (shelf?.waiting.has(keyText(waiter)) || sale.holds.has(keyText(waiter))) return { code: 'waiting' };
  if (!sale.isRunning(now)) return { code: 'closed' };
  if (!shelf) return { code: 'unknown_variant' };
  const effects = noEffects();
  freeVariant(sale, waiter.variantId, now, effects);
  if (shelf.available > 0) return { code: 'available' };
  if (shelf.held === 0) return { code: 'closed' };
  if (sale.limited && !fitsLimit(sale, waiter.buyerId, 1, now, effects)) return { code: 'limit_reached' };
  sale.putWaiter(waiter);
  return { code: 'waiting' };
}
