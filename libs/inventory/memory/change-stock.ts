import type * as port from '../hold-store.ts';
import { freeVariant, noEffects } from './reserve.ts';
import type { SaleState, Shelf } from './sale-state.ts';

export function adjust(sale: SaleState, change: port.StockChange, now: number): port.AdjustAnswer {
  const { changeId, variantId, delta, terms } = change;
  if (sale.changes.has(changeId) && sale.shelves.has(variantId)) {
    return { code: 'adjusted', replay: true, ...countersOf(sale.shelf(variantId)), ...noEffects() };
  }
  if (!sale.shelves.has(variantId)) {
    if (!terms || delta < 0) return { code: 'unknown_variant' };
    sale.putVariant({ variantId, terms, unsold: 0, sold: 0 });
  }
  const shelf = sale.shelf(variantId);
  const effects = noEffects();
  if (shelf.available < -delta) freeVariant(sale, variantId, now, effects);
  if (shelf.available < -delta) return { code: 'not_enough', available: shelf.available };
  shelf.stock += delta;
  shelf.available += delta;
  sale.changes.set(changeId, now);
  sale.recordStock('adjust', variantId, delta);
  sale.promoteAll(now, effects);
  return { code: 'adjusted', replay: false, ...countersOf(shelf), ...effects };
}

export function reverse(sale: SaleState, change: port.Reversal, now: number): port.AdjustAnswer {
  const { variantId, quantity, buyerId, to } = change;
  const shelf = sale.shelves.get(variantId);
  if (!shelf) return { code: 'unknown_variant' };
  const id = `${change.changeId}/${variantId}`;
  if (sale.changes.has(id)) return { code: 'adjusted', replay: true, ...countersOf(shelf), ...noEffects() };
  if (shelf.sold < quantity) return { code: 'not_enough', available: shelf.sold };
  shelf.sold -= quantity;
  if (to === 'available') shelf.available += quantity;
  else shelf.stock -= quantity;
  sale.changes.set(id, now);
  const buyer = buyerId === null ? undefined : sale.buyers.get(buyerId);
  if (buyer) buyer.units = Math.max(buyer.units - quantity, 0);
  if (buyerId !== null && buyer?.units === 0 && buyer.keys.size === 0) sale.buyers.delete(buyerId);
  sale.recordStock('reverse', variantId, quantity, to === 'outside');
  const effects = noEffects();
  sale.promoteAll(now, effects);
  return { code: 'adjusted', replay: false, ...countersOf(shelf), ...effects };
}

export function countersOf({ stock, available, held, sold }: Shelf): port.Counters {
  return { stock, available, held, sold };
}
