import { useState } from 'react';
import { fulfilOrderEndpoint, type OrderView } from '#contracts';
import { useForm } from '../../app/use-form.ts';
import { useServices } from '../../app/use-services.ts';
import { problemText } from '../../core/api/problems.ts';
import { newId } from '../../core/new-id.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { TextField } from '../../ui/field.tsx';
import { Notice } from '../../ui/notice.tsx';
import { toast } from '../../ui/toast.tsx';

interface FulfilProps {
  order: OrderView;
  onClose: () => void;
  onDone: () => void;
}

/** Hands goods to a carrier: everything that is left, or fewer units of some lines. */
export function FulfilDialog({ order, onClose, onDone }: FulfilProps) {
  const { api } = useServices();
  const [idempotencyKey] = useState(newId);
  const left = order.lines
    .map((line) => ({ ...line, left: line.quantity - line.shippedQuantity - line.refundedQuantity }))
    .filter((line) => line.left > 0);
  const form = useForm(async (field) => {
    const lines = left
      .map((line) => ({ lineId: line.lineId, quantity: Number(field(line.lineId)) }))
      .filter((line) => line.quantity > 0);
    const result = await api.call(fulfilOrderEndpoint, {
      idempotencyKey,
      params: { orderId: order.orderId },
      body: {
        carrier: field('carrier'),
        ...(field('trackingNumber') ? { trackingNumber: field('trackingNumber') } : {}),
        ...(field('trackingUrl') ? { trackingUrl: field('trackingUrl') } : {}),
        lines,
      },
    });
    if (!result.ok) return result.problem;
    toast('The parcel is on its way.', 'good');
    onDone();
    onClose();
    return null;
  });
  return (
    <Dialog open onClose={onClose} title="Ship goods">
      <form className="stack" onSubmit={form.submit} noValidate>
        {form.problem && <Notice tone="bad">{problemText(form.problem)}</Notice>}
        {left.map((line) => (
          <TextField
            key={line.lineId}
            label={line.title}
            name={line.lineId}
            type="number"
            min={0}
            max={line.left}
            defaultValue={line.left}
            after={`of ${line.left}`}
          />
        ))}
        <TextField label="Carrier" name="carrier" required maxLength={80} error={form.fault('carrier')} />
        <TextField
          label="Tracking number"
          name="trackingNumber"
          maxLength={120}
          error={form.fault('trackingNumber')}
        />
        <TextField label="Tracking address" name="trackingUrl" type="url" error={form.fault('trackingUrl')} />
        <Button type="submit" look="primary" busy={form.busy}>
          Mark as shipped
        </Button>
      </form>
    </Dialog>
  );
}
