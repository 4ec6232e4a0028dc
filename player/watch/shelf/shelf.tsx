import { ShoppingBag } from 'lucide-react';
import type { ProductView } from '#contracts';
import { useBuying } from '../../app/cart.ts';
import { Badge } from '../../ui/badge.tsx';
import { cx } from '../../ui/cx.ts';
import { EmptyState } from '../../ui/empty-state.tsx';
import { useLeadOffer } from '../use-offer.ts';
import { useWatch } from '../watch-context.ts';
import { OfferLine } from './offer-line.tsx';
import { ProductPicture } from './product-picture.tsx';
import './shelf.css';

/** Every product of the show, the one on stage marked. */
export function Shelf({ layout = 'grid' }: { layout?: 'grid' | 'list' }) {
  const { show, presentation } = useWatch();
  if (show.lineup.length === 0) {
    return (
      <EmptyState icon={<ShoppingBag />} title="No products yet">
        The host has not put anything into this show so far.
      </EmptyState>
    );
  }
  return (
    <ul role="list" className={cx('shelf', `shelf--${layout}`)} aria-label="Products in this show">
      {show.lineup.map((product) => (
        <ProductCard
          key={product.productId}
          product={product}
          onStage={presentation.product?.productId === product.productId}
        />
      ))}
    </ul>
  );
}

function ProductCard({ product, onStage }: { product: ProductView; onStage: boolean }) {
  const { flow } = useBuying();
  const lead = useLeadOffer(product);
  if (!lead) return null;
  const several = product.variants.filter((variant) => !variant.archived).length > 1;
  return (
    <li>
      <button
        type="button"
        className={cx('product-card', onStage && 'product-card--stage')}
        onClick={() => flow.look(product.productId)}
      >
        <span className="product-card__picture">
          <ProductPicture product={product} />
          {onStage && (
            <span className="product-card__mark">
              <Badge tone="volt">On stage</Badge>
            </span>
          )}
        </span>
        <span className="product-card__words">
          <span className="product-card__title">{product.title}</span>
          <OfferLine offer={lead.offer} from={several} />
        </span>
      </button>
    </li>
  );
}
