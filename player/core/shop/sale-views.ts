import { getSaleEndpoint, listSalesEndpoint, type SaleState, type SaleView } from '#contracts';
import type { Api } from '../api/api.ts';

const STATES: Record<SaleView['state'], SaleState['state']> = {
  planned: 'planned',
  open: 'open',
  paused: 'paused',
  closed: 'closed',
  stopped: 'closed',
};

/** A sale as checkout tells it, in the form in which the show's ticks tell it. */
export function saleState(sale: SaleView): SaleState {
  return {
    saleId: sale.saleId,
    version: sale.version,
    state: STATES[sale.state],
    kind: sale.kind,
    items: sale.items.map(({ variantId, productId, price, available, soldOut }) => ({
      variantId,
      ...(productId ? { productId } : {}),
      price,
      available,
      soldOut,
    })),
    ...(sale.startsAt ? { opensAt: Date.parse(sale.startsAt) } : {}),
    ...(sale.endsAt ? { endsAt: Date.parse(sale.endsAt) } : {}),
    ...(sale.limitPerBuyer > 0 ? { limitPerBuyer: sale.limitPerBuyer } : {}),
    rule: sale.rule,
  };
}

/** At most this many variants are asked for at once. */
const MOST_VARIANTS = 100;

interface Wanted {
  showId: string;
  shopId: string;
  variantIds: readonly string[];
}

/** What can be bought in a show right now, asked once: its flash sales and the shop's shelf. Ticks keep it up to date. */
export async function readSales(api: Api, { showId, shopId, variantIds }: Wanted): Promise<SaleState[]> {
  const [flash, shelf] = await Promise.all([
    api.call(listSalesEndpoint, { query: { showId, kind: 'flash', limit: 100 } }),
    api.call(listSalesEndpoint, { query: { shopId, kind: 'standing', limit: 1 } }),
  ]);
  const shelfId = shelf.ok ? shelf.body.items[0]?.saleId : undefined;
  const variantId = variantIds.slice(0, MOST_VARIANTS);
  const stocked =
    shelfId && variantId.length > 0
      ? await api.call(getSaleEndpoint, { params: { saleId: shelfId }, query: { variantId: [...variantId] } })
      : null;
  return [...(flash.ok ? flash.body.items : []), ...(stocked?.ok ? [stocked.body] : [])].map(saleState);
}
