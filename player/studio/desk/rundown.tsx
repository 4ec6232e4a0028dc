import { ArrowRight, Pin, PinOff } from 'lucide-react';
import { Link } from 'react-router';
import type { ProductView, SalePlanView } from '#contracts';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { cx } from '../../ui/cx.ts';
import { EmptyState } from '../../ui/empty-state.tsx';
import { Money } from '../../ui/money.tsx';
import { ProductPicture } from '../../watch/shelf/product-picture.tsx';
import { useLeadOffer } from '../../watch/use-offer.ts';
import { useShowState, useWatch } from '../../watch/watch-context.ts';
import { useCommand, useMayOrder, useStudio } from '../studio-context.ts';
import { SaleControls } from './sale-controls.tsx';

/** The line-up as a rundown: one press pins, the next press goes on, sales start where their product is. */
export function Rundown() {
  const { show } = useStudio();
  const { presentation } = useWatch();
  const command = useCommand();
  const mayOrder = useMayOrder();
  const pinned = presentation.product;
  return (
    <Card
      title="Rundown"
      aside={
        mayOrder('pin') && (
          <div className="row">
            {pinned && (
              <Button size="sm" icon={<PinOff />} onClick={() => void command({ type: 'unpin' })}>
                Unpin
              </Button>
            )}
            <Button
              size="sm"
              look="primary"
              icon={<ArrowRight />}
              disabled={show.lineup.length === 0}
              onClick={() => void command({ type: 'next' })}
            >
              Next product
            </Button>
          </div>
        )
      }
    >
      {show.lineup.length === 0 ? (
        <EmptyState
          title="The line-up is empty"
          action={<Link to={`/studio/shows/${show.showId}/line-up`}>Choose products</Link>}
        />
      ) : (
        <ol role="list" className="rundown" aria-label="Rundown">
          {show.lineup.map((product, index) => (
            <RundownEntry
              key={product.productId}
              position={index + 1}
              product={product}
              onStage={pinned?.productId === product.productId}
              plans={show.salePlans.filter((plan) =>
                plan.items.some(({ productId }) => productId === product.productId),
              )}
            />
          ))}
        </ol>
      )}
    </Card>
  );
}

interface RundownEntryProps {
  position: number;
  product: ProductView;
  onStage: boolean;
  plans: readonly SalePlanView[];
}

function RundownEntry({ position, product, onStage, plans }: RundownEntryProps) {
  const command = useCommand();
  const mayOrder = useMayOrder();
  const lead = useLeadOffer(product);
  const left = useAvailable(product);
  return (
    <li className={cx('rundown__one', onStage && 'rundown__one--stage')}>
      <span className="rundown__position num">{position}</span>
      <span className="rundown__picture">
        <ProductPicture product={product} size="small" />
      </span>
      <div className="grow">
        <b className="rundown__title">{product.title}</b>
        <p className="rundown__note">
          {lead && <Money value={lead.offer.price} was={lead.offer.was} />}
          {left !== null && (
            <Badge tone={left === 0 ? 'bad' : left <= 5 ? 'hot' : 'plain'}>
              {left === 0 ? 'Sold out' : `${left} left`}
            </Badge>
          )}
        </p>
      </div>
      {onStage ? (
        <Badge tone="volt">On stage</Badge>
      ) : (
        mayOrder('pin') && (
          <Button
            size="sm"
            icon={<Pin />}
            aria-label={`Pin ${product.title}`}
            onClick={() =>
              void command({
                type: 'pin',
                productId: product.productId,
                ...(plans[0] ? { saleId: plans[0].saleId } : {}),
              })
            }
          >
            Pin
          </Button>
        )
      )}
      {mayOrder('start_sale') && plans.map((plan) => <SaleControls key={plan.saleId} plan={plan} />)}
    </li>
  );
}

/** Units that can be had now, over every sale the product is in; null while nothing is known. */
function useAvailable(product: ProductView): number | null {
  return useShowState((state) => {
    const ids = new Set(product.variants.map(({ variantId }) => variantId));
    const items = Object.values(state.sales)
      .filter((sale) => sale.state === 'open' || sale.state === 'paused')
      .flatMap((sale) => sale.items.filter(({ variantId }) => ids.has(variantId)));
    const known = items.filter(({ available }) => available !== undefined);
    return known.length === 0 ? null : known.reduce((sum, { available }) => sum + (available ?? 0), 0);
  });
}
