import type * as port from '../hold-store.ts';
import { countersOf } from './change-stock.ts';
import { bareKey, type SaleState } from './sale-state.ts';

export function snapshotOf(sale: SaleState): port.SaleSnapshot {
  return {
    epoch: sale.epoch,
    rules: { ...sale.rules },
    variants: [...sale.shelves].map(([variantId, shelf]) => ({
      variantId,
      ...countersOf(shelf),
      terms: shelf.terms,
      waiting: shelf.waiting.size,
    })),
  };
}

export function detailOf(sale: SaleState): port.InspectedDetail {
  const holds = [...sale.holds.values()];
  const held = holds.filter((hold) => hold.state === 'held');
  return {
    holds: holds.map(({ askAt: _askAt, ...hold }) => structuredClone(hold)),
    index: [...sale.shelves.keys()].map((variantId) => ({
      variantId,
      keys: held.filter((hold) => hold.lines.some((line) => line.variantId === variantId)).map(bareKey),
    })),
    pinned: holds.filter((hold) => hold.state === 'paying').map(bareKey),
    buyers: [...sale.buyers].map(([buyerId, { units }]) => ({ buyerId, units })),
  };
}
