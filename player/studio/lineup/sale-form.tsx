import { Plus, X } from 'lucide-react';
import { useState } from 'react';
import { planSaleEndpoint, problemOf, type Problem, type ProductView } from '#contracts';
import { useForm } from '../../app/use-form.ts';
import { useServices } from '../../app/use-services.ts';
import { problemText } from '../../core/api/problems.ts';
import { formatMoney, moneyText, parseMoney } from '../../core/money.ts';
import { newId } from '../../core/new-id.ts';
import { Button, IconButton } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { SelectField, TextField } from '../../ui/field.tsx';
import { Notice } from '../../ui/notice.tsx';
import { useStudio } from '../studio-context.ts';

const DURATIONS = [
  { value: '30', label: '30 seconds' },
  { value: '60', label: '1 minute' },
  { value: '120', label: '2 minutes' },
  { value: '300', label: '5 minutes' },
  { value: '600', label: '10 minutes' },
  { value: '1800', label: '30 minutes' },
  { value: '3600', label: '1 hour' },
];

interface Choice {
  variantId: string;
  label: string;
  price: { amount: number; currency: string };
}

/** Plans a flash sale: what, how many, at which price, how long. */
export function SaleForm({ open, onClose }: { open: boolean; onClose: () => void }) {
  return (
    <Dialog open={open} title="Plan a flash sale" onClose={onClose} className="dialog--wide">
      {open && <PlanForm onClose={onClose} />}
    </Dialog>
  );
}

function PlanForm({ onClose }: { onClose: () => void }) {
  const { show, reload } = useStudio();
  const { api } = useServices();
  const choices = show.lineup.flatMap(choicesOf);
  const [rows, setRows] = useState<readonly number[]>([0]);
  const form = useForm(async (field): Promise<Problem | null> => {
    const items = rows.map((row) => readItem(field, row, choices));
    const wrong = items.find((item) => typeof item === 'string');
    if (typeof wrong === 'string') return problemOf('invalid_request', wrong);
    const result = await api.call(planSaleEndpoint, {
      params: { showId: show.showId },
      idempotencyKey: newId(),
      body: {
        title: field('title'),
        durationS: Number(field('durationS')),
        limitPerBuyer: Number(field('limitPerBuyer')),
        ...(field('startsAt') ? { startsAt: new Date(field('startsAt')).toISOString() } : {}),
        items: items.filter((item) => typeof item !== 'string'),
      },
    });
    if (!result.ok) return result.problem;
    reload();
    onClose();
    return null;
  });
  return (
    <form className="stack" onSubmit={form.submit}>
      {form.problem && <Notice tone="bad">{problemText(form.problem)}</Notice>}
      <TextField
        label="Title"
        name="title"
        required
        maxLength={120}
        defaultValue={`${show.lineup[0]?.title ?? 'Flash'}, flash price`}
        error={form.fault('title')}
      />
      {rows.map((row) => (
        <PlanItem
          key={row}
          row={row}
          choices={choices}
          onRemove={rows.length > 1 ? () => setRows(rows.filter((other) => other !== row)) : undefined}
        />
      ))}
      <div>
        <Button
          size="sm"
          look="quiet"
          icon={<Plus />}
          onClick={() => setRows([...rows, (rows.at(-1) ?? 0) + 1])}
        >
          Another variant
        </Button>
      </div>
      <div className="form-grid">
        <SelectField label="Runs for" name="durationS" defaultValue="300" options={DURATIONS} />
        <TextField
          label="At most per buyer"
          name="limitPerBuyer"
          type="number"
          min={1}
          max={1_000}
          defaultValue={1}
          required
          error={form.fault('limitPerBuyer')}
        />
        <TextField
          label="Starts (empty: with a button)"
          name="startsAt"
          type="datetime-local"
          error={form.fault('startsAt')}
        />
      </div>
      <Button type="submit" look="primary" size="lg" busy={form.busy}>
        Plan sale
      </Button>
    </form>
  );
}

interface PlanItemProps {
  row: number;
  choices: readonly Choice[];
  onRemove: (() => void) | undefined;
}

function PlanItem({ row, choices, onRemove }: PlanItemProps) {
  const [variantId, setVariantId] = useState(choices[0]?.variantId ?? '');
  const chosen = choices.find((choice) => choice.variantId === variantId);
  return (
    <fieldset className="plan-item">
      <legend className="sr-only">Variant {row + 1}</legend>
      <SelectField
        label="Variant"
        name={`variant${row}`}
        value={variantId}
        onChange={(event) => setVariantId(event.currentTarget.value)}
        options={choices.map(({ variantId: value, label }) => ({ value, label }))}
        className="plan-item__variant"
      />
      <TextField
        label="Units"
        name={`quantity${row}`}
        type="number"
        min={1}
        max={1_000_000}
        defaultValue={10}
        required
      />
      <TextField
        key={variantId}
        label="Flash price"
        name={`price${row}`}
        inputMode="decimal"
        required
        before={chosen?.price.currency}
        defaultValue={
          chosen
            ? moneyText({ ...chosen.price, amount: Math.max(1, Math.round(chosen.price.amount * 0.8)) })
            : ''
        }
        hint={chosen && `Regular ${formatMoney(chosen.price)}`}
      />
      {onRemove && (
        <IconButton label={`Remove variant ${row + 1}`} onClick={onRemove}>
          <X />
        </IconButton>
      )}
    </fieldset>
  );
}

type Item = { variantId: string; quantity: number; discount: { kind: 'price'; amount: number } };

/** One row of the form; a fault in words when the price is none. */
function readItem(field: (name: string) => string, row: number, choices: readonly Choice[]): Item | string {
  const variantId = field(`variant${row}`);
  const choice = choices.find((candidate) => candidate.variantId === variantId);
  const price = choice && parseMoney(field(`price${row}`), choice.price.currency);
  if (!price || price.amount < 1) return 'A flash price is not an amount.';
  return {
    variantId,
    quantity: Number(field(`quantity${row}`)),
    discount: { kind: 'price', amount: price.amount },
  };
}

function choicesOf(product: ProductView): Choice[] {
  return product.variants
    .filter(({ archived }) => !archived)
    .map(({ variantId, title, price }) => ({
      variantId,
      price,
      label: [product.title, title].filter(Boolean).join(', '),
    }));
}
