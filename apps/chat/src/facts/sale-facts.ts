import type { EntryType, SaleFacts, SaleState } from '#contracts';

/** Variants that are known of a shop's standing sale. */
const MOST_ITEMS = 5_000;

/** A sale as checkout tells it, in the words of the live page. */
export function saleStateOf(facts: SaleFacts, version: number): SaleState {
  return {
    saleId: facts.saleId,
    version,
    state: facts.state === 'stopped' ? 'closed' : facts.state,
    kind: facts.kind,
    title: facts.title.slice(0, 200),
    rule: facts.rule,
    items: facts.items.slice(0, MOST_ITEMS).map((item) => ({
      variantId: item.variantId,
      ...(item.productId ? { productId: item.productId } : {}),
      price: item.price,
      available: item.available,
      held: item.held,
      sold: item.sold,
      soldOut: item.soldOut,
    })),
    ...(facts.startsAt ? { opensAt: Date.parse(facts.startsAt) } : {}),
    ...(facts.endsAt ? { endsAt: Date.parse(facts.endsAt) } : {}),
    ...(facts.limitPerBuyer > 0 ? { limitPerBuyer: facts.limitPerBuyer } : {}),
  };
}

/** A standing sale's event names only what changed: the items that it does not name stay as they were. */
export function mergeItems(known: SaleState | undefined, next: SaleState): SaleState {
  if (!known || next.kind === 'flash') return next;
  const named = new Set(next.items.map((item) => item.variantId));
  const kept = known.items.filter((item) => !named.has(item.variantId));
  return { ...next, items: [...kept, ...next.items].slice(-MOST_ITEMS) };
}

/**
 * What a change of a sale is in the show log. It follows from the two states, not from the event that told of it, so that
 * a change is never missed because its own event came late or was overtaken.
 */
export function entryTypeOf(
  known: SaleState | undefined,
  next: SaleState,
): Extract<EntryType, 'sale_changed' | 'sold_out' | 'price_changed' | 'stock_changed'> {
  if (
    !known ||
    known.state !== next.state ||
    known.opensAt !== next.opensAt ||
    known.endsAt !== next.endsAt
  ) {
    return 'sale_changed';
  }
  const before = new Map(known.items.map((item) => [item.variantId, item]));
  const changed = next.items.map((item) => ({ item, was: before.get(item.variantId) }));
  if (changed.some(({ item, was }) => item.soldOut && !was?.soldOut)) return 'sold_out';
  if (changed.some(({ item, was }) => was?.soldOut && !item.soldOut)) return 'sale_changed';
  if (changed.some(({ item, was }) => was && JSON.stringify(item.price) !== JSON.stringify(was.price))) {
    return 'price_changed';
  }
  return 'stock_changed';
}
