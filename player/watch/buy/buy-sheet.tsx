import { lazy, Suspense, useSyncExternalStore } from 'react';
import { useBuying } from '../../app/cart.ts';
import type { BuyState } from '../../core/checkout/buy-flow.ts';
import { Dialog } from '../../ui/dialog.tsx';
import { SkeletonLines } from '../../ui/skeleton.tsx';
import { useStore } from '../../ui/use-store.ts';
import './buy.css';

const EnterForms = lazy(async () => ({ default: (await import('../../app/log-in-form.tsx')).EnterForms }));
const Choose = lazy(async () => ({ default: (await import('./choose.tsx')).Choose }));
const Checkout = lazy(async () => ({ default: (await import('./checkout.tsx')).Checkout }));
const Refused = lazy(async () => ({ default: (await import('./refused.tsx')).Refused }));
const Expired = lazy(async () => ({ default: (await import('./refused.tsx')).Expired }));
const OnWaitlist = lazy(async () => ({ default: (await import('./refused.tsx')).OnWaitlist }));

/** Buying happens beside the show: the picture and the chat stay, the sheet asks what must be asked. */
export function BuySheet() {
  const { flow } = useBuying();
  const state = useStore(flow);
  return (
    <Dialog
      open={state.step !== 'closed'}
      as="sheet"
      modeless
      title={titleOf(state, useStep())}
      onClose={() => flow.close()}
      className="buy"
    >
      <Suspense fallback={<SkeletonLines lines={5} />}>
        <Step state={state} />
      </Suspense>
    </Dialog>
  );
}

function Step({ state }: { state: BuyState }) {
  switch (state.step) {
    case 'closed':
      return null;
    case 'choose':
      return <Choose key={state.productId} productId={state.productId} variantId={state.variantId} />;
    case 'sign_in':
      return (
        <div className="stack">
          <p className="muted">One step before it is yours. You stay in the show.</p>
          <EnterForms />
        </div>
      );
    case 'holding':
      return (
        <p className="buy__holding" role="status">
          <span className="button__spinner" aria-hidden="true" /> Holding it for you …
        </p>
      );
    case 'refused':
      return <Refused state={state} />;
    case 'waiting':
      return <OnWaitlist state={state} />;
    case 'expired':
      return <Expired state={state} />;
    case 'checkout':
      return <Checkout />;
  }
}

/** The step of the purchase under way. */
function useStep(): string {
  const { flow } = useBuying();
  const { purchase } = flow;
  return useSyncExternalStore(purchase.subscribe, () => purchase.get().step);
}

function titleOf({ step }: BuyState, purchase: string): string {
  if (step === 'choose') return 'Choose';
  if (step === 'sign_in') return 'Log in to buy';
  if (step === 'holding') return 'One moment';
  if (step === 'refused') return 'Not this time';
  if (step === 'waiting') return 'You are on the list';
  if (step === 'expired') return 'Time is up';
  if (step === 'checkout' && purchase === 'paid') return 'It is yours';
  if (step === 'checkout' && purchase === 'lost') return 'Order ended';
  return 'Checkout';
}
