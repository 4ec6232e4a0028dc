import { useState } from 'react';
import { getPaymentSettingsEndpoint, quoteOrderEndpoint, type HoldView, type OrderTotals } from '#contracts';
import { useBuying } from '../../app/cart.ts';
import { useResource } from '../../app/use-resource.ts';
import { problemText } from '../../core/api/problems.ts';
import { endOf } from '../../core/checkout/cart.ts';
import type { Payer } from '../../core/checkout/payer.ts';
import type { OrderBody } from '../../core/checkout/purchase.ts';
import { formatMoney } from '../../core/money.ts';
import { Button, ButtonLink } from '../../ui/button.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { Notice } from '../../ui/notice.tsx';
import { SkeletonLines } from '../../ui/skeleton.tsx';
import { useStore } from '../../ui/use-store.ts';
import { useWatch } from '../watch-context.ts';
import { useDelivery, type Delivery } from './use-delivery.ts';
import { DeliveryForm } from './delivery-form.tsx';
import { HeldLines } from './held-lines.tsx';
import { HoldClock } from './hold-clock.tsx';
import { OrderLines, OrderOutcome, OrderProgress } from './order-outcome.tsx';
import { PayForm } from './pay-form.tsx';
import { Totals } from './totals.tsx';

/** Pays for what is held: where it goes, what it costs, the card, one press. */
export function Checkout() {
  const { cart, flow } = useBuying();
  const state = useStore(flow.purchase);
  const { show } = useWatch();
  const holds = useStore(cart).filter((hold) => hold.shopId === show.shopId);
  const delivery = useDelivery();
  if (state.step === 'paid' || state.step === 'lost') return <OrderOutcome state={state} />;
  if (state.step === 'confirming') return <OrderProgress state={state} />;
  if (holds.length === 0 && !state.order && state.step === 'filling') {
    return (
      <EmptyState
        title="Nothing is held"
        action={<Button onClick={() => flow.close()}>Back to the show</Button>}
      />
    );
  }
  const inLine = state.step === 'in_line';
  return (
    <>
      {inLine && <OrderProgress state={state} />}
      {/* The card that was typed stays in its form until it is charged. */}
      <div hidden={inLine}>
        <Filling holds={holds} delivery={delivery} />
      </div>
    </>
  );
}

function Filling({ holds, delivery }: { holds: readonly HoldView[]; delivery: Delivery }) {
  const { flow } = useBuying();
  const { show } = useWatch();
  const state = useStore(flow.purchase);
  const [payer, setPayer] = useState<Payer | null>(null);
  const placed = 'order' in state ? state.order : null;
  const settings = useResource(getPaymentSettingsEndpoint, {});
  const holdIds = holds.map(({ holdId }) => holdId);
  const { country, shipping } = delivery.chosen;
  const quote = useResource(
    quoteOrderEndpoint,
    placed || holdIds.length === 0 ? null : { body: { holdIds, country, shipping, showId: show.showId } },
  );
  const totals = placed?.totals ?? quote.data;
  const shown = useLast(totals);
  const busy = state.step === 'ordering' || state.step === 'paying';
  const pay = (form: HTMLFormElement) => {
    const address = delivery.read(form);
    if (!payer || !(address || placed)) return;
    const body: OrderBody = {
      holdIds,
      address: address ?? placed?.address ?? ({} as never),
      shipping,
      showId: show.showId,
    };
    void flow.purchase.pay(body, payer, (order) => `${location.origin}/orders/${order.orderId}`);
  };
  const refusal = state.step === 'filling' ? state.refusal : null;
  const problem = state.step === 'filling' ? state.problem : null;
  return (
    <form
      className="checkout"
      noValidate
      onInput={(event) => delivery.keep(event.currentTarget)}
      onSubmit={(event) => {
        event.preventDefault();
        pay(event.currentTarget);
      }}
    >
      <Clock holds={holds} payBy={placed?.payment.payBy} placedAt={placed?.placedAt} />
      {placed ? <OrderLines order={placed} /> : <HeldLines holds={holds} />}
      <DeliveryForm
        delivery={delivery}
        locked={placed !== null || busy}
        problem={problem ?? quote.problem ?? null}
      />
      {shown ? (
        <Totals totals={shown} />
      ) : quote.problem ? (
        <Notice tone="bad">{problemText(quote.problem)}</Notice>
      ) : (
        <SkeletonLines lines={2} label="Adding up" />
      )}
      {settings.problem && (
        <Notice
          tone="bad"
          action={
            <Button size="sm" onClick={settings.reload}>
              Try again
            </Button>
          }
        >
          {problemText(settings.problem)}
        </Notice>
      )}
      {settings.data && shown && <PayForm settings={settings.data} totals={shown} onReady={setPayer} />}
      {refusal && <Notice tone="bad">{refusal}</Notice>}
      <p className="checkout__note">
        The card is charged once the shop has put the unit aside for you for good.
      </p>
      <PayButton totals={totals} busy={busy} ready={payer !== null} />
      {placed && (
        <ButtonLink to={`/orders/${placed.orderId}`} look="quiet">
          See order {placed.number}
        </ButtonLink>
      )}
    </form>
  );
}

/** The last value there was, while a newer one is on its way: the card form must not vanish with each new sum. */
function useLast<T>(value: T | undefined): T | undefined {
  const [last, setLast] = useState(value);
  if (value !== undefined && value !== last) setLast(value);
  return value ?? last;
}

function PayButton({
  totals,
  busy,
  ready,
}: {
  totals: OrderTotals | undefined;
  busy: boolean;
  ready: boolean;
}) {
  return (
    <div className="checkout__pay">
      <Button type="submit" look="volt" size="lg" wide busy={busy} disabled={!totals || !ready}>
        {totals ? `Pay ${formatMoney({ amount: totals.total, currency: totals.currency })}` : 'Pay'}
      </Button>
    </div>
  );
}

function Clock({
  holds,
  payBy,
  placedAt,
}: {
  holds: readonly HoldView[];
  payBy: string | undefined;
  placedAt: string | undefined;
}) {
  const [first] = holds;
  if (payBy && placedAt) return <HoldClock until={Date.parse(payBy)} startedAt={Date.parse(placedAt)} />;
  return first ? <HoldClock until={endOf(first)} startedAt={Date.parse(first.startedAt)} /> : null;
}
