import { CheckCircle2, CircleX, PackageCheck } from 'lucide-react';
import type { OrderView } from '#contracts';
import { useBuying } from '../../app/cart.ts';
import type { PurchaseState } from '../../core/checkout/purchase.ts';
import { Button, ButtonLink } from '../../ui/button.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { Money } from '../../ui/money.tsx';
import { Totals } from './totals.tsx';

type StateOf<Step extends PurchaseState['step']> = Extract<PurchaseState, { step: Step }>;

/** While the order waits in line or its payment is confirmed. */
export function OrderProgress({ state }: { state: StateOf<'in_line'> | StateOf<'confirming'> }) {
  const position = state.order.queuePosition;
  return (
    <div className="stack" role="status">
      <EmptyState
        icon={<span className="button__spinner" />}
        title={state.step === 'in_line' ? placeInLine(position) : 'Confirming your payment'}
      >
        {state.step === 'in_line'
          ? 'Your order is in. Many are buying right now; its payment comes up in a moment. The unit stays yours meanwhile.'
          : 'Your card was accepted. The shop puts the unit aside for good, then the card is charged.'}
      </EmptyState>
      <OrderLines order={state.order} />
    </div>
  );
}

function placeInLine(position: number | null): string {
  if (position === null || position <= 1) return 'You are next';
  return `You are number ${position} in line`;
}

/** How the purchase ended. */
export function OrderOutcome({ state }: { state: StateOf<'paid'> | StateOf<'lost'> }) {
  const { flow } = useBuying();
  const { order } = state;
  if (state.step === 'lost') {
    return (
      <div className="stack" role="alert">
        <EmptyState icon={<CircleX />} title="This order came to nothing">
          {order.payment.failure?.message ?? order.reason ?? 'The time to pay was over.'} No money was taken.
        </EmptyState>
        <Button look="volt" size="lg" wide onClick={() => flow.startOver()}>
          Try to buy it again
        </Button>
        <Button look="quiet" onClick={() => flow.close()}>
          Back to the show
        </Button>
      </div>
    );
  }
  return (
    <div className="stack">
      <div className="outcome" role="status">
        <CheckCircle2 aria-hidden="true" />
        <p className="outcome__title">Paid. It is yours.</p>
        <p>
          Order <b>{order.number}</b> is with the shop now.
        </p>
      </div>
      <OrderLines order={order} />
      <Totals totals={order.totals} />
      <ButtonLink to={`/orders/${order.orderId}`} look="primary" size="lg" wide icon={<PackageCheck />}>
        Follow the order
      </ButtonLink>
      <Button look="quiet" onClick={() => flow.close()}>
        Back to the show
      </Button>
    </div>
  );
}

/** The lines of an order that is placed. */
export function OrderLines({ order }: { order: Pick<OrderView, 'lines' | 'totals'> }) {
  return (
    <ul role="list" className="lines" aria-label="Ordered items">
      {order.lines.map((line) => (
        <li key={line.lineId} className="lines__one">
          <span className="grow">
            <b>{line.title}</b>
            <span className="lines__note">
              {[
                ...Object.values(line.options).filter((value) => !line.title.includes(value)),
                line.quantity > 1 ? `${line.quantity} pieces` : null,
              ]
                .filter(Boolean)
                .join(' · ')}
            </span>
          </span>
          <Money value={{ amount: line.amount, currency: order.totals.currency }} />
        </li>
      ))}
    </ul>
  );
}
