import { useState } from 'react';
import { useParams } from 'react-router';
import {
  addSaleStockEndpoint,
  extendSaleEndpoint,
  getSaleEndpoint,
  listStockEndpoint,
  startSaleEndpoint,
  stopSaleEndpoint,
  type CallResult,
  type SaleView,
} from '#contracts';
import { LoadError } from '../../app/page-error.tsx';
import { useAction } from '../../app/use-action.ts';
import { usePages, useResource } from '../../app/use-resource.ts';
import { useServices } from '../../app/use-services.ts';
import { newId } from '../../core/new-id.ts';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { Card, Figure, Figures } from '../../ui/card.tsx';
import { Countdown } from '../../ui/countdown.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { TextField } from '../../ui/field.tsx';
import { EmergencyStop } from '../../sales/emergency-stop.tsx';
import { Meter } from '../../ui/meter.tsx';
import { Money } from '../../ui/money.tsx';
import { SkeletonLines } from '../../ui/skeleton.tsx';
import { useShop } from '../shop-context.ts';
import { useSteadyReload } from '../stock/use-steady-reload.ts';
import { dayOf, saleState, timeOfDay } from '../words.ts';

/** Seconds that one press of "extend" adds. */
const EXTENSION_S = 60;

/** `/dashboard/sales/:saleId`: the console of one flash sale, with counters of this second. */
export function SalePage() {
  const { saleId = '' } = useParams();
  const sale = useResource(getSaleEndpoint, { params: { saleId } });
  useSteadyReload(sale.reload, 1_000);
  if (sale.problem && !sale.data) return <LoadError problem={sale.problem} retry={sale.reload} />;
  if (!sale.data) return <SkeletonLines lines={8} />;
  const { label, tone } = saleState(sale.data.state);
  return (
    <>
      <header className="dashboard__head">
        <div className="row">
          <h1>{sale.data.title || 'Flash sale'}</h1>
          <Badge tone={tone} pulse={sale.data.state === 'open'}>
            {label}
          </Badge>
        </div>
        <SaleActs sale={sale.data} onChange={sale.replace} />
      </header>
      <SaleFigures sale={sale.data} />
      <SaleItems sale={sale.data} onChange={sale.replace} />
    </>
  );
}

interface SalePartProps {
  sale: SaleView;
  onChange: (sale: SaleView) => void;
}

function SaleActs({ sale, onChange }: SalePartProps) {
  const { may } = useShop();
  const { api } = useServices();
  const params = { saleId: sale.saleId };
  const command = useAction((send: () => Promise<CallResult<SaleView>>) => send());
  const run = async (send: () => Promise<CallResult<SaleView>>) => {
    const changed = await command.run(send);
    if (changed) onChange(changed);
  };
  if (!may('sales:run')) return null;
  const running = sale.state === 'open' || sale.state === 'paused';
  return (
    <div className="dashboard__tools">
      {sale.state === 'planned' && (
        <Button
          look="volt"
          busy={command.busy}
          onClick={() =>
            void run(() => api.call(startSaleEndpoint, { params, body: { commandId: newId() } }))
          }
        >
          Start sale
        </Button>
      )}
      {sale.state === 'open' && (
        <Button
          busy={command.busy}
          onClick={() =>
            void run(() =>
              api.call(extendSaleEndpoint, { params, body: { commandId: newId(), seconds: EXTENSION_S } }),
            )
          }
        >
          One minute more
        </Button>
      )}
      {running && (
        <Button
          busy={command.busy}
          onClick={() => void run(() => api.call(stopSaleEndpoint, { params, body: { commandId: newId() } }))}
        >
          End sale
        </Button>
      )}
      {running && (
        <EmergencyStop saleId={sale.saleId} title={sale.title || 'this sale'} onStopped={onChange} />
      )}
    </div>
  );
}

function SaleFigures({ sale }: { sale: SaleView }) {
  const sum = (figure: 'available' | 'held' | 'sold') =>
    sale.items.reduce((total, item) => total + item[figure], 0);
  return (
    <Figures>
      <Figure label="Available" value={<span data-testid="sale-available">{sum('available')}</span>} />
      <Figure label="Held" value={<span data-testid="sale-held">{sum('held')}</span>} />
      <Figure label="Sold" value={<span data-testid="sale-sold">{sum('sold')}</span>} />
      <SaleEnd sale={sale} />
      <Figure label="For each buyer" value={sale.limitPerBuyer || 'no limit'} />
    </Figures>
  );
}

/** While the sale runs, the time that is left; else the end it has or had. */
function SaleEnd({ sale }: { sale: SaleView }) {
  const { clock } = useServices();
  if (!sale.endsAt) return <Figure label="Ends" value="–" />;
  if (sale.state !== 'open')
    return <Figure label="Planned end" value={timeOfDay(sale.endsAt)} note={dayOf(sale.endsAt)} />;
  return (
    <Figure
      label="Time left"
      value={<Countdown until={Date.parse(sale.endsAt)} now={clock.now} label="Sale ends in" />}
      note={`until ${timeOfDay(sale.endsAt)}`}
    />
  );
}

function SaleItems({ sale, onChange }: SalePartProps) {
  const { shopId, may } = useShop();
  const stock = usePages(listStockEndpoint, { params: { shopId }, query: { limit: 100 } });
  const [adding, setAdding] = useState<string | null>(null);
  const titleOf = (variantId: string) =>
    stock.items.find((entry) => entry.variantId === variantId)?.title ?? 'Variant';
  return (
    <div className="sale-counters">
      {sale.items.map((item) => {
        const all = item.available + item.held + item.sold;
        return (
          <Card
            key={item.variantId}
            title={titleOf(item.variantId)}
            aside={
              may('sales:run') &&
              sale.state === 'open' && (
                <Button size="sm" onClick={() => setAdding(item.variantId)}>
                  Add units
                </Button>
              )
            }
          >
            <Meter
              label="Sold"
              value={item.sold}
              max={all}
              text={`${item.sold} of ${all} sold, ${item.held} held`}
            />
            <p>
              <Money value={item.price} />
            </p>
          </Card>
        );
      })}
      {adding && (
        <AddUnits sale={sale} variantId={adding} onChange={onChange} onClose={() => setAdding(null)} />
      )}
    </div>
  );
}

function AddUnits({
  sale,
  variantId,
  onChange,
  onClose,
}: SalePartProps & { variantId: string; onClose: () => void }) {
  const { api } = useServices();
  const [commandId] = useState(newId);
  const add = useAction((quantity: number) =>
    api.call(addSaleStockEndpoint, {
      params: { saleId: sale.saleId },
      body: { commandId, variantId, quantity },
    }),
  );
  return (
    <Dialog open onClose={onClose} title="Add units to the sale">
      <form
        className="stack"
        onSubmit={async (event) => {
          event.preventDefault();
          const changed = await add.run(Number(new FormData(event.currentTarget).get('quantity')));
          if (!changed) return;
          onChange(changed);
          onClose();
        }}
      >
        <TextField
          label="Units from the shelf"
          name="quantity"
          type="number"
          min={1}
          required
          defaultValue={1}
        />
        <Button type="submit" look="primary" busy={add.busy}>
          Add units
        </Button>
      </form>
    </Dialog>
  );
}
