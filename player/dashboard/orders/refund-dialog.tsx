import { useState } from 'react';
import { problemOf, refundOrderEndpoint, type OrderView } from '#contracts';
import { useForm } from '../../app/use-form.ts';
import { useServices } from '../../app/use-services.ts';
import { problemText } from '../../core/api/problems.ts';
import { formatMoney, parseMoney } from '../../core/money.ts';
import { newId } from '../../core/new-id.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { CheckField, SelectField, TextField } from '../../ui/field.tsx';
import { Notice } from '../../ui/notice.tsx';
import { Segmented } from '../../ui/segmented.tsx';
import { toast } from '../../ui/toast.tsx';

type Kind = 'all' | 'lines' | 'amount';

const KINDS: { value: Kind; label: string }[] = [
  { value: 'all', label: 'Everything left' },
  { value: 'lines', label: 'By goods' },
  { value: 'amount', label: 'An amount' },
];

const RESTOCK = [
  { value: 'no', label: 'The buyer keeps them' },
  { value: 'sale', label: 'Back on sale' },
  { value: 'returned', label: 'To be inspected' },
] as const;

const REASONS = [
  { value: 'requested_by_customer', label: 'The buyer asked for it' },
  { value: 'damaged', label: 'Damaged' },
  { value: 'not_received', label: 'Never arrived' },
  { value: 'out_of_stock', label: 'Out of stock' },
  { value: 'goodwill', label: 'Goodwill' },
  { value: 'other', label: 'Other' },
] as const;

interface RefundProps {
  order: OrderView;
  onClose: () => void;
  onDone: () => void;
}

/** Gives money back: all of it, for some of the goods, or an amount; never more than was captured. */
export function RefundDialog({ order, onClose, onDone }: RefundProps) {
  const { api } = useServices();
  const [idempotencyKey] = useState(newId);
  const [kind, setKind] = useState<Kind>('all');
  const { currency } = order.totals;
  const left = order.payment.capturedAmount - order.payment.refundedAmount;
  const form = useForm(async (field, data) => {
    const amount = kind === 'amount' ? parseMoney(field('amount'), currency) : null;
    if (kind === 'amount' && !amount) {
      return {
        ...problemOf('invalid_request'),
        faults: [{ at: 'body.amount', message: `An amount in ${currency}` }],
      };
    }
    const restock = RESTOCK.find(({ value }) => value === field('restock'))?.value ?? 'no';
    const lines = order.lines
      .map((line) => ({ lineId: line.lineId, quantity: Number(field(line.lineId)), restock }))
      .filter((line) => line.quantity > 0);
    const result = await api.call(refundOrderEndpoint, {
      idempotencyKey,
      params: { orderId: order.orderId },
      body: {
        lines: kind === 'lines' ? lines : [],
        ...(amount ? { amount: amount.amount } : {}),
        shipping: kind === 'all' || data.has('shipping'),
        reason: REASONS.find(({ value }) => value === field('reason'))?.value ?? 'other',
        note: field('note'),
      },
    });
    if (!result.ok) return result.problem;
    toast(`${formatMoney({ amount: result.body.amount, currency })} are on their way back.`, 'good');
    onDone();
    onClose();
    return null;
  });
  return (
    <Dialog open onClose={onClose} title="Refund">
      <form className="stack" onSubmit={form.submit} noValidate>
        {form.problem && <Notice tone="bad">{problemText(form.problem)}</Notice>}
        <p>{formatMoney({ amount: left, currency })} can still be given back.</p>
        <Segmented label="What to refund" options={KINDS} value={kind} onChange={setKind} />
        {kind === 'lines' && <RefundLines order={order} />}
        {kind === 'amount' && (
          <TextField
            label="Amount"
            name="amount"
            inputMode="decimal"
            before={currency}
            error={form.fault('amount')}
          />
        )}
        <SelectField label="Reason" name="reason" options={REASONS} />
        <TextField label="Note" name="note" maxLength={500} />
        <Button type="submit" look="primary" busy={form.busy}>
          Refund
        </Button>
      </form>
    </Dialog>
  );
}

function RefundLines({ order }: { order: OrderView }) {
  return (
    <>
      {order.lines
        .map((line) => ({ ...line, left: line.quantity - line.refundedQuantity }))
        .filter((line) => line.left > 0)
        .map((line) => (
          <TextField
            key={line.lineId}
            label={line.title}
            name={line.lineId}
            type="number"
            min={0}
            max={line.left}
            defaultValue={0}
            after={`of ${line.left}`}
          />
        ))}
      <SelectField label="The goods" name="restock" options={RESTOCK} />
      <CheckField label="Give the shipping back too" name="shipping" />
    </>
  );
}
