import { useState } from 'react';
import { cancelOrderEndpoint, type OrderView } from '#contracts';
import { useAction } from '../app/use-action.ts';
import { useServices } from '../app/use-services.ts';
import { maySelfCancel } from '../core/shop/order-words.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { toast } from '../ui/toast.tsx';

/** Cancels what has not been shipped; a paid order is refunded in full. Asked once more, since it cannot be undone. */
export function CancelOrder({
  order,
  onChanged,
}: {
  order: OrderView;
  onChanged: (order: OrderView) => void;
}) {
  const { api } = useServices();
  const [asking, setAsking] = useState(false);
  const cancel = useAction(() =>
    api.call(cancelOrderEndpoint, { params: { orderId: order.orderId }, body: {} }),
  );
  if (!maySelfCancel(order.state) || order.shipments.length > 0) return null;
  const confirm = async () => {
    const changed = await cancel.run();
    setAsking(false);
    if (!changed) return;
    onChanged(changed);
    toast('The order is cancelled.', 'good');
  };
  return (
    <>
      <Button look="danger" onClick={() => setAsking(true)}>
        Cancel order
      </Button>
      <Dialog
        open={asking}
        title="Cancel this order?"
        onClose={() => setAsking(false)}
        footer={
          <>
            <Button onClick={() => setAsking(false)}>Keep it</Button>
            <Button look="danger" busy={cancel.busy} onClick={() => void confirm()}>
              Cancel order
            </Button>
          </>
        }
      >
        <p>
          {order.paidAt ? 'Your money goes back to your card. ' : ''}
          The units go back to the shop, and others can buy them.
        </p>
      </Dialog>
    </>
  );
}
