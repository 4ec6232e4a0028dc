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
import { leadVariant, useOffer } from '../use-offer.ts';
import { useWatch } from '../watch-context.ts';
import './pinned-card.css';

/** The product the host is showing, in time with the picture, with the one button this page is about. */
export function PinnedCard() {
  const { show, presentation } = useWatch();
  const pinned = presentation.product;
  const product = pinned && show.lineup.find(({ productId }) => productId === pinned.productId);
  const variant =
    product &&
    (product.variants.find(({ variantId }) => variantId === pinned.variantId) ?? leadVariant(product));
  return (
    <div className="pinned-place" role="status" aria-label="On stage">
      {product && variant && (
        <Card
          key={product.productId}
          product={product}
          variant={variant}
          chosen={pinned.variantId !== undefined}
        />
      )}
    </div>
  );
}

function Card({ product, variant, chosen }: { product: ProductView; variant: VariantView; chosen: boolean }) {
  const { flow } = useBuying();
  const offer = useOffer(variant);
  const single = product.variants.filter(({ archived }) => !archived).length === 1;
  const { productId } = product;
  const { variantId } = variant;
  const { saleId } = offer;
  // With nothing to choose, the first tap holds the unit.
  const buy = () => {
    if (saleId && (chosen || single)) void flow.take({ productId, variantId, saleId, quantity: 1 });
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
        <Button
          look="volt"
          aria-label={
            offer.soldOut
              ? `Sold out: ${product.title}`
              : `Buy ${product.title} for ${formatMoney(offer.price)}`
          }
          onClick={buy}
        >
          {offer.soldOut ? 'Sold out' : 'Buy'}
        </Button>
      </div>
    </article>
  );
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
