import { Zap } from 'lucide-react';
import { useServices } from '../../app/use-services.ts';
import type { Offer } from '../../core/shop/offers.ts';
import { Badge } from '../../ui/badge.tsx';
import { Countdown } from '../../ui/countdown.tsx';
import { Money } from '../../ui/money.tsx';
import './offer-line.css';

/** Under this many left a count is worth saying. */
const FEW = 20;

/** The price and what limits it: time, units. */
export function OfferLine({ offer, from }: { offer: Offer; from?: boolean }) {
  const { clock } = useServices();
  return (
    <span className="offer">
      <span className="offer__price">
        {from && <span className="muted">from </span>}
        <Money value={offer.price} was={offer.was} />
      </span>
      {offer.kind === 'flash' && offer.endsAt !== null && !offer.soldOut && (
        <Badge tone="hot">
          <Zap aria-hidden="true" />
          <Countdown until={offer.endsAt} now={clock.now} label="Flash sale ends in" />
        </Badge>
      )}
      <StockWords offer={offer} />
    </span>
  );
}

/** "3 left", "Sold out", "Paused for a moment", or nothing while there are plenty. */
export function StockWords({ offer }: { offer: Offer }) {
  if (offer.soldOut) return <Badge tone="bad">Sold out</Badge>;
  if (offer.paused) return <Badge tone="warn">Paused for a moment</Badge>;
  if (offer.available === null || offer.available > FEW) return null;
  return <Badge tone={offer.available <= 5 ? 'hot' : 'plain'}>{offer.available} left</Badge>;
}
