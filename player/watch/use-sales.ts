import { useEffect } from 'react';
import type { ShowDetail } from '#contracts';
import { useServices } from '../app/use-services.ts';
import type { LiveShow } from '../core/live/live-show.ts';
import { readSales } from '../core/shop/sale-views.ts';

/** Offers are there with the page and do not wait for the room; the room's ticks keep them true. */
export function useSales(show: ShowDetail, live: LiveShow): void {
  const { api } = useServices();
  const { showId, shopId } = show;
  const variants = show.lineup
    .flatMap((product) => product.variants.map(({ variantId }) => variantId))
    .join(' ');
  useEffect(() => {
    let left = false;
    const read = async () => {
      const sales = await readSales(api, { showId, shopId, variantIds: variants.split(' ').filter(Boolean) });
      if (!left) live.takeSales(sales);
    };
    void read();
    return () => {
      left = true;
    };
  }, [api, live, showId, shopId, variants]);
}
