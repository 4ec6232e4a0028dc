import { OctagonX } from 'lucide-react';
import { useState } from 'react';
import { emergencyStopEndpoint, type SaleView } from '#contracts';
import { useForm } from '../app/use-form.ts';
import { useServices } from '../app/use-services.ts';
import { problemText } from '../core/api/problems.ts';
import { newId } from '../core/new-id.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { TextField } from '../ui/field.tsx';
import { Notice } from '../ui/notice.tsx';

interface EmergencyStopProps {
  saleId: string;
  title: string;
  size?: 'sm' | 'md';
  onStopped: (sale: SaleView) => void;
}

/** Ends a sale at once and gives every unpaid unit back. It wants a reason, because buyers in the checkout lose theirs. */
export function EmergencyStop({ saleId, title, size = 'md', onStopped }: EmergencyStopProps) {
  const [asking, setAsking] = useState(false);
  return (
    <>
      <Button
        look="danger"
        size={size}
        icon={<OctagonX aria-hidden="true" />}
        aria-label={`Emergency stop of ${title}`}
        onClick={() => setAsking(true)}
      >
        Emergency stop
      </Button>
      {asking && (
        <AskReason
          saleId={saleId}
          onClose={() => setAsking(false)}
          onStopped={(sale) => {
            setAsking(false);
            onStopped(sale);
          }}
        />
      )}
    </>
  );
}

interface AskReasonProps {
  saleId: string;
  onClose: () => void;
  onStopped: (sale: SaleView) => void;
}

function AskReason({ saleId, onClose, onStopped }: AskReasonProps) {
  const { api } = useServices();
  // One id for every try: pressing again after a lost answer does not stop twice.
  const [commandId] = useState(newId);
  const form = useForm(async (field) => {
    const result = await api.call(emergencyStopEndpoint, {
      params: { saleId },
      body: { commandId, reason: field('reason').trim() },
    });
    if (!result.ok) return result.problem;
    onStopped(result.body);
    return null;
  });
  return (
    <Dialog open title="Stop the sale at once?" onClose={onClose}>
      <form className="stack" onSubmit={form.submit}>
        <p>
          Nobody can buy from it any more, and units that are held but not paid go back to the shelf at once.
          Orders that are paid stay.
        </p>
        {form.problem && <Notice tone="bad">{problemText(form.problem)}</Notice>}
        <TextField
          label="Why"
          name="reason"
          required
          maxLength={200}
          autoComplete="off"
          hint="Kept with the sale, for whoever asks later."
          error={form.fault('reason')}
        />
        <div className="row">
          <Button type="submit" look="danger" busy={form.busy}>
            Stop the sale
          </Button>
          <Button look="quiet" onClick={onClose}>
            Let it go on
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
