import type { Query } from '#bus';
import type { SaleState, ShowFacts } from '#contracts';
import { leaveInput } from './leave-input.ts';

/** Variants of a sale that one room is told of: those of the line-up first. */
const MOST_ITEMS = 100;

/** Leaves a sale for a room, with at most as many variants as a frame carries. */
export async function leaveSale(query: Query, showId: string, slot: string, sale: SaleState): Promise<void> {
  const [row] = await query<{ product_ids: string[] }>('SELECT product_ids FROM line_up WHERE show_id = $1', [
    showId,
  ]);
  const presented = new Set(row?.product_ids);
  const first = sale.items.filter(({ productId }) => productId !== undefined && presented.has(productId));
  const rest = sale.items.filter((item) => !first.includes(item));
  const items = [...first, ...rest].slice(0, MOST_ITEMS);
  await leaveInput(query, showId, slot, { kind: 'sale', sale: { ...sale, items } });
}

/**
 * Leaves every sale that viewers of a show can buy from: the shop's standing sale and the show's own. A room that opened
 * before or after them then knows them, although nothing about them changes; what it knows already it passes over.
 */
export async function leaveSales(
  query: Query,
  show: Pick<ShowFacts, 'showId' | 'shopId' | 'state'>,
): Promise<void> {
  if (show.state === 'ended') return;
  const rows = await query<{ state: SaleState }>(
    'SELECT state FROM sale WHERE shop_id = $1 AND (show_id IS NULL OR show_id = $2)',
    [show.shopId, show.showId],
  );
  for (const { state } of rows) await leaveSale(query, show.showId, `stock.${state.saleId}`, state);
}
