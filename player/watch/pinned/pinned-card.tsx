import { Zap } from 'lucide-react';
import type { ProductView, VariantView } from '#contracts';
import { useBuying } from '../../app/cart.ts';
import { useServices } from '../../app/use-services.ts';
import type { Offer } from '../../core/shop/offers.ts';
import { formatMoney } from '../../core/money.ts';
import { Button } from '../../ui/button.tsx';
import { Countdown } from '../../ui/countdown.tsx';
import { Money } from '../../ui/money.tsx';
import { StockWords } from '../shelf/offer-line.tsx';
import { ProductPicture } from '../shelf/product-picture.tsx';
import { useLeadOffer, useOffer } from '../use-offer.ts';
import { useWatch } from '../watch-context.ts';
import './pinned-card.css';

/** The product the host is showing, in time with the picture, with the one button this page is about. */
export function PinnedCard() {
  const { show, presentation } = useWatch();
  const pinned = presentation.product;
  const product = pinned && show.lineup.find(({ productId }) => productId === pinned.productId);
  const variant = product?.variants.find(({ variantId }) => variantId === pinned?.variantId);
  return (
    <div className="pinned-place" role="status" aria-label="On stage">
      {product && variant && <PinnedVariant key={variant.variantId} product={product} variant={variant} />}
      {product && !variant && <PinnedProduct key={product.productId} product={product} />}
    </div>
  );
}

function PinnedVariant({ product, variant }: { product: ProductView; variant: VariantView }) {
  return <Card product={product} variant={variant} offer={useOffer(variant)} chosen />;
}

function PinnedProduct({ product }: { product: ProductView }) {
  const lead = useLeadOffer(product);
  return lead && <Card product={product} {...lead} chosen={false} />;
}

interface CardProps {
  product: ProductView;
  variant: VariantView;
  offer: Offer;
  /** The host pinned this very variant. */
  chosen: boolean;
}

function Card({ product, variant, offer, chosen }: CardProps) {
  const { flow } = useBuying();
  const single = product.variants.filter(({ archived }) => !archived).length === 1;
  const { productId } = product;
  const { variantId } = variant;
  const { saleId } = offer;
  // With nothing to choose, the first tap holds the unit.
  const buy = () => {
    if (saleId && !offer.paused && (chosen || single))
      void flow.take({ productId, variantId, saleId, quantity: 1 });
    else flow.look(productId, chosen ? variantId : null);
  };
  return (
    <article className="pinned">
      <FlashBar offer={offer} />
      <div className="pinned__row">
        <span className="pinned__picture">
          <ProductPicture product={product} size="small" />
        </span>
        <div className="grow">
          <h2 className="pinned__title">{product.title}</h2>
          <p className="pinned__price">
            {!single && !chosen && <span>from </span>}
            <Money value={offer.price} was={offer.was} />
            <StockWords offer={offer} />
          </p>
        </div>
        <Button look="volt" aria-label={buyLabel(product.title, offer)} onClick={buy}>
          {offer.soldOut ? 'Sold out' : offer.paused ? 'One moment' : 'Buy'}
        </Button>
      </div>
    </article>
  );
}

function buyLabel(title: string, offer: Offer): string {
  if (offer.soldOut) return `Sold out: ${title}`;
  if (offer.paused) return `Paused for a moment: ${title}`;
  return `Buy ${title} for ${formatMoney(offer.price)}`;
}

function FlashBar({ offer }: { offer: Offer }) {
  const { clock } = useServices();
  if (offer.kind === 'flash' && offer.endsAt !== null) {
    return (
      <p className="pinned__flash">
        <Zap aria-hidden="true" />
        <span className="grow">
          Flash sale{offer.limitPerBuyer ? ` · ${offer.limitPerBuyer} each` : ''} · first come, first served
        </span>
        <Countdown until={offer.endsAt} now={clock.now} label="Flash sale ends in" urgentMs={0} />
      </p>
    );
  }
  if (!offer.comes) return null;
  return (
    <p className="pinned__flash pinned__flash--soon">
      <Zap aria-hidden="true" />
      <span className="grow">
        Flash sale {offer.comes.price ? `at ${formatMoney(offer.comes.price)} ` : ''}
        {offer.comes.opensAt === null ? 'comes up in this show' : 'starts in'}
      </span>
      {offer.comes.opensAt !== null && (
        <Countdown until={offer.comes.opensAt} now={clock.now} label="Flash sale starts in" urgentMs={0} />
      )}
    </p>
  );
}
