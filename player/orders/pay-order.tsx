import { useEffect, useState } from 'react';
import { getPaymentSettingsEndpoint, type OrderView } from '#contracts';
import { useResource } from '../app/use-resource.ts';
import { useServices } from '../app/use-services.ts';
import type { Payer } from '../core/checkout/payer.ts';
import { Purchase } from '../core/checkout/purchase.ts';
import { formatMoney } from '../core/money.ts';
import { browserTimers } from '../core/timers.ts';
import { newId } from '../core/new-id.ts';
import { Button } from '../ui/button.tsx';
import { Card } from '../ui/card.tsx';
import { Notice } from '../ui/notice.tsx';
import { useStore } from '../ui/use-store.ts';
import { HoldClock } from '../watch/buy/hold-clock.tsx';
import { PayForm } from '../watch/buy/pay-form.tsx';

/** Pays an order that was placed and not paid, as long as there is time: after a closed tab or a refused card. */
export function PayOrder({ order, onChanged }: { order: OrderView; onChanged: (order: OrderView) => void }) {
  const open =
    order.state === 'placed' && order.payment.clientSecret !== null && order.payment.state !== 'processing';
  if (order.state === 'placed' && order.queuePosition !== null) {
    return (
      <Notice tone="info">
        {order.queuePosition <= 1 ? 'Your order is next.' : `You are number ${order.queuePosition} in line.`}{' '}
        Its payment comes up by itself.
      </Notice>
    );
  }
  return open ? <PayOpen order={order} onChanged={onChanged} /> : null;
}

function PayOpen({ order, onChanged }: { order: OrderView; onChanged: (order: OrderView) => void }) {
  const { api } = useServices();
  const settings = useResource(getPaymentSettingsEndpoint, {});
  const [payer, setPayer] = useState<Payer | null>(null);
  const [purchase] = useState(
    () => new Purchase({ api, timers: browserTimers, newId, onPlaced: () => undefined }, order),
  );
  const state = useStore(purchase);
  useEffect(() => () => purchase.stop(), [purchase]);
  useEffect(() => {
    if (state.step === 'paid' || state.step === 'lost') onChanged(state.order);
  }, [state, onChanged]);
  const refusal = state.step === 'filling' ? (state.refusal ?? order.payment.failure?.message) : null;
  const { totals, payment } = order;
  return (
    <Card title="Pay this order">
      <HoldClock until={Date.parse(payment.payBy)} startedAt={Date.parse(order.placedAt)} />
      {settings.data && <PayForm settings={settings.data} totals={totals} onReady={setPayer} />}
      {refusal && <Notice tone="bad">{refusal}</Notice>}
      <Button
        look="volt"
        size="lg"
        wide
        busy={state.step !== 'filling'}
        disabled={!payer}
        onClick={() => payer && void purchase.pay(null, payer, () => location.href)}
      >
        Pay {formatMoney({ amount: totals.total, currency: totals.currency })}
      </Button>
    </Card>
  );
}
