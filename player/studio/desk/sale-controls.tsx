import { ChevronDown, Plus, Square, Zap } from 'lucide-react';
import { startSaleEndpoint, type SalePlanView } from '#contracts';
import { useAction } from '../../app/use-action.ts';
import { useServices } from '../../app/use-services.ts';
import { newId } from '../../core/new-id.ts';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { Countdown } from '../../ui/countdown.tsx';
import { Menu } from '../../ui/menu.tsx';
import { toast } from '../../ui/toast.tsx';
import { useShowState } from '../../watch/watch-context.ts';
import { useCommand } from '../studio-context.ts';

const EXTENSION_S = 60;
const STARTS_IN = [10, 30, 60];

/** One flash sale: starts at once or after a public countdown, stops, goes on longer. */
export function SaleControls({ plan }: { plan: SalePlanView }) {
  const { clock } = useServices();
  const sale = useShowState((state) => state.sales[plan.saleId]);
  const command = useCommand();
  const { saleId } = plan;
  const left = sale?.items.reduce((sum, { available }) => sum + (available ?? 0), 0);
  const open = sale?.state === 'open';
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
      {open && <Badge tone={soldOut ? 'bad' : 'hot'}>{soldOut ? 'Sold out' : `${left} left`}</Badge>}
      {open && sale.endsAt !== undefined && (
        <Countdown until={sale.endsAt} now={clock.now} label="Flash sale ends in" urgentMs={30_000} />
      )}
      {sale?.state === 'planned' && sale.opensAt !== undefined && (
        <Countdown until={sale.opensAt} now={clock.now} label="Flash sale starts in" />
      )}
      {open ? (
        <>
          <Button
            size="sm"
            icon={<Plus />}
            onClick={() =>
              void command({ type: 'extend_sale', saleId, seconds: EXTENSION_S }, 'One minute more')
            }
          >
            1 min
          </Button>
          <Button
            size="sm"
            look="danger"
            icon={<Square />}
            aria-label={`Stop sale ${plan.title}`}
            onClick={() => void command({ type: 'stop_sale', saleId }, 'Sale stopped')}
          >
            Stop
          </Button>
        </>
      ) : (
        sale?.state !== 'closed' && <StartSale plan={plan} />
      )}
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
