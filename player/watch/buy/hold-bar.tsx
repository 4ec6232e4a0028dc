import { ShoppingBag } from 'lucide-react';
import { useBuying } from '../../app/cart.ts';
import { useServices } from '../../app/use-services.ts';
import { endOf } from '../../core/checkout/cart.ts';
import { Countdown } from '../../ui/countdown.tsx';
import { useStore } from '../../ui/use-store.ts';

/** While something is held and the sheet is closed: the way back to it, with its clock. */
export function HoldBar() {
  const { cart, flow } = useBuying();
  const { clock } = useServices();
  const holds = useStore(cart);
  const open = useStore(flow, (state) => state.step !== 'closed');
  const [first] = holds;
  if (!first || open) return null;
  const units = holds.flatMap((hold) => hold.lines).reduce((sum, line) => sum + line.quantity, 0);
  return (
    <button type="button" className="hold-bar" onClick={() => flow.openCart()}>
      <ShoppingBag aria-hidden="true" />
      <span>{units === 1 ? '1 item held' : `${units} items held`}</span>
      <Countdown until={endOf(first)} now={clock.now} label="Hold ends in" urgentMs={0} />
      <b>Check out</b>
    </button>
  );
}
