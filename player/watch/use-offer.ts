import { useEffect, useState } from 'react';
import type { ProductView, VariantView } from '#contracts';
import { useServices } from '../app/use-services.ts';
import { leadOffer, nextTurn, offerFor, type Offer } from '../core/shop/offers.ts';
import type { ShowState } from '../core/live/show-state.ts';
import { useShowState } from './watch-context.ts';

/** Browsers fire longer timers at once. */
const LONGEST_WAIT_MS = 24 * 3_600_000;

/** How a variant can be bought now; looks again when a sale begins or ends by the clock. */
export function useOffer(variant: VariantView): Offer {
  const { sales, now } = useSalesByTheClock();
  return offerFor(variant, sales, now);
}

/** The variant that stands for a product right now, with its offer. */
export function useLeadOffer(product: ProductView): { variant: VariantView; offer: Offer } | undefined {
  const { sales, now } = useSalesByTheClock();
  return leadOffer(product.variants, sales, now);
}

/** The cheapest variant of a product, for pages that know of no sales. */
export function leadVariant(product: ProductView): VariantView | undefined {
  const sold = product.variants.filter((variant) => !variant.archived);
  return sold.toSorted((a, b) => a.price.amount - b.price.amount)[0];
}

function useSalesByTheClock(): { sales: ShowState['sales']; now: number } {
  const { clock } = useServices();
  const sales = useShowState((state) => state.sales);
  const [now, setNow] = useState(() => clock.now());
  useEffect(() => {
    const turn = nextTurn(sales, now);
    if (turn === null) return;
    const wait = Math.min(LONGEST_WAIT_MS, Math.max(0, turn - clock.now()));
    const timer = setTimeout(() => setNow(clock.now()), wait);
    return () => clearTimeout(timer);
  }, [sales, now, clock]);
  return { sales, now };
}
