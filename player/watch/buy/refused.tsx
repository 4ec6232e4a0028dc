import { Clock, Frown, ListOrdered } from 'lucide-react';
import { useBuying } from '../../app/cart.ts';
import { useAction } from '../../app/use-action.ts';
import { problemText } from '../../core/api/problems.ts';
import type { BuyState } from '../../core/checkout/buy-flow.ts';
import { Button } from '../../ui/button.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';

type StateOf<Step extends BuyState['step']> = Extract<BuyState, { step: Step }>;

/** Why it could not be held, and what can be done about it. */
export function Refused({ state }: { state: StateOf<'refused'> }) {
  const { flow } = useBuying();
  const { pick, problem } = state;
  const soldOut = problem.code === 'sold_out';
  const join = useAction(async () => {
    const refused = await flow.wait(pick);
    return refused
      ? { ok: false as const, status: refused.status, problem: refused }
      : { ok: true as const, status: 200, body: undefined, headers: new Headers() };
  });
  return (
    <div role="alert" className="stack">
      <EmptyState icon={<Frown />} title={soldOut ? 'Sold out' : problemText(problem)}>
        {soldOut
          ? 'Somebody was faster. Units that are held and not paid come back: on the waitlist you get the next one, in your turn.'
          : helpFor(problem.code)}
      </EmptyState>
      {soldOut && (
        <Button look="volt" size="lg" wide busy={join.busy} onClick={() => void join.run()}>
          Join the waitlist
        </Button>
      )}
      {!soldOut && <Button onClick={() => void flow.take(pick)}>Try again</Button>}
      <Button look="quiet" onClick={() => flow.look(pick.productId)}>
        Back to the product
      </Button>
    </div>
  );
}

function helpFor(code: string): string {
  if (code === 'limit_reached') return 'What you hold and what you bought in this sale count together.';
  if (code === 'sale_not_open') return 'The countdown on the product tells when it begins.';
  if (code === 'sale_closed') return 'The product may still be on the shelf at its regular price.';
  return 'Nothing was taken from you. Try again in a moment.';
}

/** The buyer's place on the waitlist. */
export function OnWaitlist({ state }: { state: StateOf<'waiting'> }) {
  const { flow } = useBuying();
  const { ahead } = state.entry;
  return (
    <div className="stack">
      <EmptyState
        icon={<ListOrdered />}
        title={ahead === 0 ? 'You are next' : ahead === null ? 'You are on the list' : `${ahead} before you`}
      >
        When a unit comes back it is held for you and this page tells you at once. Nothing is charged until
        you pay.
      </EmptyState>
      <Button onClick={() => flow.close()}>Back to the show</Button>
    </div>
  );
}

/** The hold ended before it was paid. */
export function Expired({ state }: { state: StateOf<'expired'> }) {
  const { flow } = useBuying();
  return (
    <div role="alert" className="stack">
      <EmptyState icon={<Clock />} title="The hold has ended">
        The unit went back for others. Nothing was charged.
      </EmptyState>
      {state.pick && (
        <Button look="volt" size="lg" wide onClick={() => flow.startOver()}>
          Try to hold it again
        </Button>
      )}
      <Button look="quiet" onClick={() => flow.close()}>
        Back to the show
      </Button>
    </div>
  );
}
