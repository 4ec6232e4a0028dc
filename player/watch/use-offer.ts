import { useEffect, useState } from 'react';
import type { ProductView, VariantView } from '#contracts';
import { useServices } from '../app/use-services.ts';
import { offerFor, type Offer } from '../core/shop/offers.ts';
import { useShowState } from './watch-context.ts';

/** How a variant can be bought now; looks again when a sale begins or ends by the clock. */
export function useOffer(variant: VariantView): Offer {
  const { clock } = useServices();
  const sales = useShowState((state) => state.sales);
  const [now, setNow] = useState(() => clock.now());
  const offer = offerFor(variant, sales, Math.max(now, 0));
  const turn = offer.endsAt ?? offer.comes?.opensAt ?? null;
  useEffect(() => {
    const timer = setTimeout(() => setNow(clock.now()), turn === null ? 0 : Math.max(0, turn - clock.now()));
    return () => clearTimeout(timer);
  }, [turn, sales, clock]); // oxlint-disable-line react/exhaustive-effect-dependencies -- a told sale sets the clock too
  return offer;
}

/** The variant that stands for a product: the cheapest one that can be had. */
export function leadVariant(product: ProductView): VariantView | undefined {
  const sold = product.variants.filter((variant) => !variant.archived);
  return sold.toSorted((a, b) => a.price.amount - b.price.amount)[0];
}
