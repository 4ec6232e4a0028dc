import { Plus, Trash2, Zap } from 'lucide-react';
import { useState } from 'react';
import { removeSalePlanEndpoint, type SalePlanView } from '#contracts';
import { useAction } from '../../app/use-action.ts';
import { useServices } from '../../app/use-services.ts';
import { formatMoment } from '../../core/when.ts';
import { Button, IconButton } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { Money } from '../../ui/money.tsx';
import { useStudio } from '../studio-context.ts';
import { useMay } from '../use-my-shops.ts';
import { SaleForm } from './sale-form.tsx';

/** The flash sales that are planned for the show; they are started from the control desk. */
export function SaleList() {
  const { show } = useStudio();
  const may = useMay(show.shopId);
  const [planning, setPlanning] = useState(false);
  return (
    <Card
      title="Flash sales"
      aside={
        may('shows:write') && (
          <Button icon={<Plus />} disabled={show.lineup.length === 0} onClick={() => setPlanning(true)}>
            Plan a sale
          </Button>
        )
      }
    >
      {show.salePlans.length === 0 && (
        <EmptyState icon={<Zap />} title="No flash sale planned">
          {show.lineup.length === 0
            ? 'Put a product into the line-up first.'
            : 'A sale has a price, a number of units and an end, and everybody is told its rule before it starts.'}
        </EmptyState>
      )}
      <ul role="list" className="lineup" aria-label="Flash sales">
        {show.salePlans.map((plan) => (
          <PlanRow key={plan.saleId} plan={plan} />
        ))}
      </ul>
      <SaleForm open={planning} onClose={() => setPlanning(false)} />
    </Card>
  );
}

function PlanRow({ plan }: { plan: SalePlanView }) {
  const { show, reload } = useStudio();
  const { api } = useServices();
  const remove = useAction(() =>
    api.call(removeSalePlanEndpoint, { params: { showId: show.showId, saleId: plan.saleId } }),
  );
  const nameOf = (variantId: string) => {
    for (const product of show.lineup) {
      const variant = product.variants.find((candidate) => candidate.variantId === variantId);
      if (variant) return [product.title, variant.title].filter(Boolean).join(', ');
    }
    return 'A product that left the line-up';
  };
  return (
    <li className="plan">
      <div className="row row--between">
        <b>{plan.title}</b>
        <IconButton
          label={`Withdraw ${plan.title}`}
          size="sm"
          busy={remove.busy}
          onClick={() => void remove.run().then(reload)}
        >
          <Trash2 />
        </IconButton>
      </div>
      <p className="muted">
        {plan.startsAt ? `Starts ${formatMoment(plan.startsAt)}` : 'Starts with a button'} ·{' '}
        {Math.round(plan.durationS / 60)} min · at most {plan.limitPerBuyer} per buyer · first come, first
        served
      </p>
      <ul role="list">
        {plan.items.map((item) => (
          <li key={item.variantId} className="row row--between plan__item">
            <span className="grow">
              {item.quantity} × {nameOf(item.variantId)}
            </span>
            <Money value={item.price} was={item.regularPrice} />
          </li>
        ))}
      </ul>
    </li>
  );
}
