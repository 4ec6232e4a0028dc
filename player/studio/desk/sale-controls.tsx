import { ChevronDown, Plus, Square, Tag, Zap } from 'lucide-react';
import { useState } from 'react';
import { startSaleEndpoint, type SalePlanView, type SaleState } from '#contracts';
import { useAction } from '../../app/use-action.ts';
import { useServices } from '../../app/use-services.ts';
import { newId } from '../../core/new-id.ts';
import { saleState } from '../../core/shop/sale-views.ts';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { Countdown } from '../../ui/countdown.tsx';
import { Menu } from '../../ui/menu.tsx';
import { toast } from '../../ui/toast.tsx';
import { useShowState } from '../../watch/watch-context.ts';
import { EmergencyStop } from '../../sales/emergency-stop.tsx';
import { useCommand, useStudio } from '../studio-context.ts';
import { useMay } from '../use-my-shops.ts';
import { PriceChange } from './price-change.tsx';

const EXTENSION_S = 60;
const STARTS_IN = [10, 30, 60];

/** One flash sale: starts at once or after a public countdown, stops, goes on longer. */
export function SaleControls({ plan }: { plan: SalePlanView }) {
  const { clock } = useServices();
  const sale = useShowState((state) => state.sales[plan.saleId]);
  const left = sale?.items.reduce((sum, { available }) => sum + (available ?? 0), 0);
  const open = sale?.state === 'open' || sale?.state === 'paused';
  const soldOut = open && sale.items.every((item) => item.soldOut);
  return (
    <div className="sale" role="group" aria-label={`Flash sale ${plan.title}`}>
      <Zap aria-hidden="true" />
      <span className="grow sale__title">
        {plan.title}
        <span className="sale__note">
          {plan.items.reduce((sum, { quantity }) => sum + quantity, 0)} units ·{' '}
          {plan.durationS >= 60 ? `${Math.round(plan.durationS / 60)} min` : `${plan.durationS} s`} ·{' '}
          {plan.limitPerBuyer} each
        </span>
      </span>
      {sale?.state === 'closed' && <Badge>Over</Badge>}
      {sale?.state === 'paused' && <Badge tone="warn">Paused, goes on by itself</Badge>}
      {open && <Badge tone={soldOut ? 'bad' : 'hot'}>{soldOut ? 'Sold out' : `${left} left`}</Badge>}
      {open && sale.endsAt !== undefined && (
        <Countdown until={sale.endsAt} now={clock.now} label="Flash sale ends in" urgentMs={30_000} />
      )}
      {sale?.state === 'planned' && sale.opensAt !== undefined && (
        <Countdown until={sale.opensAt} now={clock.now} label="Flash sale starts in" />
      )}
      {open && <RunningSale plan={plan} sale={sale} />}
      {!open && sale?.state !== 'closed' && <StartSale plan={plan} />}
    </div>
  );
}

/** What a host may do to a sale that runs. */
function RunningSale({ plan, sale }: { plan: SalePlanView; sale: SaleState }) {
  const { live, show } = useStudio();
  const may = useMay(show.shopId);
  const command = useCommand();
  const [pricing, setPricing] = useState(false);
  const { saleId } = plan;
  return (
    <div className="sale__acts">
      <Button
        size="sm"
        icon={<Plus />}
        onClick={() => void command({ type: 'extend_sale', saleId, seconds: EXTENSION_S }, 'One minute more')}
      >
        1 min
      </Button>
      <Button
        size="sm"
        icon={<Tag />}
        aria-label={`Change price of ${plan.title}`}
        disabled={sale.state === 'paused'}
        onClick={() => setPricing(true)}
      >
        Price
      </Button>
      <Button
        size="sm"
        icon={<Square />}
        aria-label={`Stop sale ${plan.title}`}
        onClick={() => void command({ type: 'stop_sale', saleId }, 'Sale stopped')}
      >
        Stop
      </Button>
      {may('sales:run') && (
        <EmergencyStop
          saleId={saleId}
          title={plan.title}
          size="sm"
          onStopped={(stopped) => {
            live.takeSales([saleState(stopped)]);
            toast('Stopped. Unpaid units are back on the shelf.', 'good');
          }}
        />
      )}
      {pricing && <PriceChange sale={sale} onClose={() => setPricing(false)} />}
    </div>
  );
}

function StartSale({ plan }: { plan: SalePlanView }) {
  const { api } = useServices();
  const command = useCommand();
  const { saleId } = plan;
  const later = useAction((inSeconds: number) =>
    api.call(startSaleEndpoint, { params: { saleId }, body: { commandId: newId(), inSeconds } }),
  );
  const startIn = async (seconds: number) => {
    if (await later.run(seconds)) toast(`Starts for everybody in ${seconds} seconds`, 'good');
  };
  return (
    <span className="sale__start">
      <Button
        size="sm"
        look="volt"
        aria-label={`Start sale ${plan.title}`}
        onClick={() => void command({ type: 'start_sale', saleId }, 'The sale is open')}
      >
        Start sale
      </Button>
      <Menu
        label={`Start sale ${plan.title} after a countdown`}
        icon={<ChevronDown />}
        size="sm"
        items={STARTS_IN.map((seconds) => ({
          key: String(seconds),
          label: `In ${seconds} seconds`,
          onSelect: () => void startIn(seconds),
        }))}
      />
    </span>
  );
}
