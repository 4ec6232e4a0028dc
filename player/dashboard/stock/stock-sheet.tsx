import { useState } from 'react';
import { Link } from 'react-router';
import {
  adjustStockEndpoint,
  allocateStockEndpoint,
  AdjustReason,
  receiveStockEndpoint,
  setLowStockThresholdEndpoint,
  type CallResult,
  type StockView,
} from '#contracts';
import { useForm } from '../../app/use-form.ts';
import { useServices } from '../../app/use-services.ts';
import type { Api } from '../../core/api/api.ts';
import { problemText } from '../../core/api/problems.ts';
import { newId } from '../../core/new-id.ts';
import { Button } from '../../ui/button.tsx';
import { Figure, Figures } from '../../ui/card.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { SelectField, TextField } from '../../ui/field.tsx';
import { Notice } from '../../ui/notice.tsx';
import { Table } from '../../ui/table.tsx';
import { Tabs } from '../../ui/tabs.tsx';
import { toast } from '../../ui/toast.tsx';
import { useShop } from '../shop-context.ts';
import { saleState, spell } from '../words.ts';

type Act = 'receive' | 'adjust' | 'allocate' | 'threshold';

const TABS: { key: Act; label: string }[] = [
  { key: 'receive', label: 'Receive' },
  { key: 'adjust', label: 'Correct' },
  { key: 'allocate', label: 'Move' },
  { key: 'threshold', label: 'Alert' },
];

interface SheetProps {
  stock: StockView;
  onClose: () => void;
  onChange: () => void;
}

/** One variant's stock and what can be done to it. */
export function StockSheet({ stock, onClose, onChange }: SheetProps) {
  const [act, setAct] = useState<Act>('receive');
  return (
    <Dialog open as="sheet" onClose={onClose} title={stock.title}>
      <div className="stack">
        <Figures>
          <Figure label="Warehouse" value={stock.warehouse} />
          <Figure label="Available" value={stock.available} />
          <Figure label="Held" value={stock.held} />
          <Figure label="Sold" value={stock.sold} />
          <Figure label="To inspect" value={stock.returned} />
        </Figures>
        {stock.sales.length > 0 && <PerSale stock={stock} />}
        <Link to={`/dashboard/stock/movements?variant=${stock.variantId}`}>Every movement of it</Link>
        <Tabs label="What to do" tabs={TABS} value={act} onChange={setAct}>
          <ActForm key={act} act={act} stock={stock} onChange={onChange} />
        </Tabs>
      </div>
    </Dialog>
  );
}

/** Where the units on sale are: the shelf and each flash sale. */
function PerSale({ stock }: { stock: StockView }) {
  return (
    <Table
      caption={`${stock.title} by sale`}
      rows={stock.sales}
      rowKey={(sale) => sale.saleId}
      columns={[
        {
          key: 'sale',
          title: 'On sale in',
          render: (sale) =>
            sale.kind === 'standing' ? 'Shelf' : `${sale.title} (${saleState(sale.state).label})`,
        },
        { key: 'available', title: 'Available', numeric: true, render: (sale) => sale.available },
        { key: 'held', title: 'Held', numeric: true, render: (sale) => sale.held },
        { key: 'sold', title: 'Sold', numeric: true, render: (sale) => sale.sold },
      ]}
    />
  );
}

function ActForm({ act, stock, onChange }: { act: Act; stock: StockView; onChange: () => void }) {
  const { shopId } = useShop();
  const { api } = useServices();
  const [changeId, setChangeId] = useState(newId);
  const form = useForm(async (field) => {
    const result = await send(api, act, { shopId, variantId: stock.variantId }, changeId, field);
    if (!result.ok) return result.problem;
    setChangeId(newId());
    toast('Booked.', 'good');
    onChange();
    return null;
  });
  return (
    <form className="stack" onSubmit={form.submit} noValidate>
      {form.problem && <Notice tone="bad">{problemText(form.problem)}</Notice>}
      <ActFields act={act} stock={stock} fault={form.fault} />
      <Button type="submit" look="primary" busy={form.busy}>
        {act === 'threshold' ? 'Save alert' : 'Book'}
      </Button>
    </form>
  );
}

const PLACES = [
  { value: 'shelf', label: 'Shelf (on sale)' },
  { value: 'warehouse', label: 'Warehouse' },
];

interface FieldsProps {
  act: Act;
  stock: StockView;
  fault: (name: string) => string | undefined;
}

function ActFields({ act, stock, fault }: FieldsProps) {
  const flash = stock.sales
    .filter((sale) => sale.kind === 'flash' && (sale.state === 'planned' || sale.state === 'open'))
    .map((sale) => ({ value: sale.saleId, label: `${sale.title} (${saleState(sale.state).label})` }));
  switch (act) {
    case 'receive':
      return (
        <>
          <Units label="Units that arrived" error={fault('quantity')} />
          <SelectField label="Put them" name="to" options={PLACES} />
          <TextField label="Note" name="note" maxLength={200} />
        </>
      );
    case 'adjust':
      return (
        <>
          <TextField
            label="Change"
            name="delta"
            type="number"
            required
            hint="For example −2 when two are broken."
            error={fault('delta')}
          />
          <SelectField label="Where" name="from" options={PLACES} />
          <SelectField
            label="Reason"
            name="reason"
            options={AdjustReason.options.map((reason) => ({ value: reason, label: spell(reason) }))}
          />
          <TextField label="Note" name="note" maxLength={200} />
        </>
      );
    case 'allocate':
      return (
        <>
          <Units label="Units to move" error={fault('quantity')} />
          <SelectField
            label="From"
            name="from"
            options={[...PLACES, { value: 'returned', label: 'To inspect' }, ...flash]}
          />
          <SelectField
            label="To"
            name="to"
            defaultValue="warehouse"
            options={[...PLACES, ...flash]}
            error={fault('to')}
          />
        </>
      );
    case 'threshold':
      return (
        <TextField
          label="Alert below"
          name="threshold"
          type="number"
          min={0}
          defaultValue={stock.lowStockThreshold ?? ''}
          hint="Available units; leave empty for no alert."
          error={fault('threshold')}
        />
      );
  }
}

function Units({ label, error }: { label: string; error: string | undefined }) {
  return <TextField label={label} name="quantity" type="number" min={1} required error={error} />;
}

function send(
  api: Api,
  act: Act,
  params: { shopId: string; variantId: string },
  changeId: string,
  field: (name: string) => string,
): Promise<CallResult<StockView>> {
  const quantity = Number(field('quantity'));
  switch (act) {
    case 'receive':
      return api.call(receiveStockEndpoint, {
        params,
        body: { changeId, quantity, to: field('to') as 'shelf' | 'warehouse', note: field('note') },
      });
    case 'adjust':
      return api.call(adjustStockEndpoint, {
        params,
        body: {
          changeId,
          delta: Number(field('delta')),
          from: field('from') as 'shelf' | 'warehouse',
          reason: AdjustReason.parse(field('reason')),
          note: field('note'),
        },
      });
    case 'allocate':
      return api.call(allocateStockEndpoint, {
        params,
        body: { changeId, quantity, from: field('from'), to: field('to') },
      });
    case 'threshold':
      return api.call(setLowStockThresholdEndpoint, {
        params,
        body: { threshold: field('threshold') === '' ? null : Number(field('threshold')) },
      });
  }
}
