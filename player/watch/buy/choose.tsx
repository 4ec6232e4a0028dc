import { Minus, Plus } from 'lucide-react';
import { useState } from 'react';
import type { ProductView, VariantView } from '#contracts';
import { useBuying } from '../../app/cart.ts';
import { formatMoney } from '../../core/money.ts';
import { Button, IconButton } from '../../ui/button.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { Segmented } from '../../ui/segmented.tsx';
import { OfferLine } from '../shelf/offer-line.tsx';
import { ProductPicture } from '../shelf/product-picture.tsx';
import { useLeadOffer, useOffer } from '../use-offer.ts';
import { useWatch } from '../watch-context.ts';

const MOST_PIECES = 10;

/** A product with its pictures and variants; "Buy" claims the units. */
export function Choose({ productId, variantId }: { productId: string; variantId: string | null }) {
  const { show } = useWatch();
  const product = show.lineup.find((candidate) => candidate.productId === productId);
  if (!product) return <GoneProduct />;
  return <ChooseVariant product={product} first={variantId} />;
}

function ChooseVariant({ product, first }: { product: ProductView; first: string | null }) {
  const lead = useLeadOffer(product);
  const [chosen, setChosen] = useState(
    product.variants.find(({ variantId }) => variantId === first) ?? lead?.variant,
  );
  if (!chosen) return <GoneProduct />;
  return (
    <div className="choose">
      <div className="choose__picture">
        <ProductPicture product={product} size="large" />
      </div>
      <h3 className="choose__title">{product.title}</h3>
      <Options product={product} chosen={chosen} onChoose={setChosen} />
      <BuyRow key={chosen.variantId} product={product} variant={chosen} />
      {product.description && <p className="choose__text">{product.description}</p>}
    </div>
  );
}

function GoneProduct() {
  return <EmptyState title="This product is not in the show any more" />;
}

interface OptionsProps {
  product: ProductView;
  chosen: VariantView;
  onChoose: (variant: VariantView) => void;
}

function Options({ product, chosen, onChoose }: OptionsProps) {
  const sold = product.variants.filter((variant) => !variant.archived);
  return product.options.map(({ name, values }) => (
    <div key={name} className="stack" style={{ '--gap': 'var(--s-2)' } as React.CSSProperties}>
      <p className="field__label">{name}</p>
      <Segmented
        label={name}
        value={chosen.options[name] ?? ''}
        options={values.map((value) => ({
          value,
          label: value,
          disabled: !nearest(sold, chosen, name, value),
        }))}
        onChange={(value) => {
          const next = nearest(sold, chosen, name, value);
          if (next) onChoose(next);
        }}
      />
    </div>
  ));
}

/** The variant with this value that keeps most of what was chosen before. */
function nearest(
  variants: readonly VariantView[],
  chosen: VariantView,
  name: string,
  value: string,
): VariantView | undefined {
  const kept = (variant: VariantView) =>
    Object.entries(chosen.options).filter(
      ([option, was]) => option !== name && variant.options[option] === was,
    ).length;
  return variants
    .filter((variant) => variant.options[name] === value)
    .toSorted((a, b) => kept(b) - kept(a))[0];
}

function BuyRow({ product, variant }: { product: ProductView; variant: VariantView }) {
  const { flow } = useBuying();
  const offer = useOffer(variant);
  const [quantity, setQuantity] = useState(1);
  const most = Math.min(MOST_PIECES, offer.limitPerBuyer ?? MOST_PIECES, offer.available ?? MOST_PIECES);
  const pieces = Math.max(1, Math.min(quantity, most));
  const total = { ...offer.price, amount: offer.price.amount * pieces };
  const { saleId } = offer;
  const take = () =>
    saleId &&
    void flow.take({ productId: product.productId, variantId: variant.variantId, saleId, quantity: pieces });
  return (
    <>
      <OfferLine offer={offer} />
      {offer.limitPerBuyer !== null && offer.limitPerBuyer > 0 && (
        <p className="muted">At most {offer.limitPerBuyer} per buyer.</p>
      )}
      <div className="choose__act">
        {most > 1 && (
          <div className="stepper" role="group" aria-label="Quantity">
            <IconButton
              label="Fewer"
              size="sm"
              disabled={pieces <= 1}
              onClick={() => setQuantity(pieces - 1)}
            >
              <Minus />
            </IconButton>
            <output className="num">{pieces}</output>
            <IconButton
              label="More"
              size="sm"
              disabled={pieces >= most}
              onClick={() => setQuantity(pieces + 1)}
            >
              <Plus />
            </IconButton>
          </div>
        )}
        <Button look="volt" size="lg" wide disabled={!saleId || offer.paused} onClick={take}>
          {!saleId
            ? 'Not on sale right now'
            : offer.soldOut
              ? 'Ask for one'
              : offer.paused
                ? 'Paused for a moment'
                : `Buy · ${formatMoney(total)}`}
        </Button>
      </div>
      {offer.paused && (
        <p className="muted" role="status">
          The sale is catching its breath and goes on by itself. Nobody is ahead of you because of it.
        </p>
      )}
      {offer.soldOut && (
        <p className="muted">
          Sold out. When a unit comes back, those on the waitlist get it in their order.
        </p>
      )}
    </>
  );
}
