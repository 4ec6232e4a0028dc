import { Trash2 } from 'lucide-react';
import type { HoldView } from '#contracts';
import { useBuying } from '../../app/cart.ts';
import { IconButton } from '../../ui/button.tsx';
import { Money } from '../../ui/money.tsx';
import { ProductPicture } from '../shelf/product-picture.tsx';
import { useWatch } from '../watch-context.ts';

/** What is held, at the price it was held at. */
export function HeldLines({ holds }: { holds: readonly HoldView[] }) {
  const { cart } = useBuying();
  const { show } = useWatch();
  const findProduct = (variantId: string) =>
    show.lineup.find((product) => product.variants.some((variant) => variant.variantId === variantId));
  return (
    <ul role="list" className="lines" aria-label="Held items">
      {holds.flatMap((hold) =>
        hold.lines.map((line, index) => {
          const product = findProduct(line.variantId);
          const variant = product?.variants.find(({ variantId }) => variantId === line.variantId);
          const name = [product?.title ?? 'Item', variant?.title].filter(Boolean).join(', ');
          return (
            <li key={`${hold.holdId} ${line.variantId}`} className="lines__one">
              <span className="lines__picture">
                {product && <ProductPicture product={product} size="small" />}
              </span>
              <span className="grow">
                <b>{product?.title ?? 'Item'}</b>
                <span className="lines__note">
                  {[variant?.title, line.quantity > 1 ? `${line.quantity} pieces` : null]
                    .filter(Boolean)
                    .join(' · ')}
                </span>
              </span>
              <Money value={{ ...line.price, amount: line.price.amount * line.quantity }} />
              {index === 0 && (
                <IconButton
                  label={`Give back ${name}`}
                  size="sm"
                  onClick={() => void cart.release(hold.holdId)}
                >
                  <Trash2 />
                </IconButton>
              )}
            </li>
          );
        }),
      )}
    </ul>
  );
}
