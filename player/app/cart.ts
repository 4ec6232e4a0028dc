import { useEffect, useState } from 'react';
import { BuyFlow } from '../core/checkout/buy-flow.ts';
import { Cart } from '../core/checkout/cart.ts';
import { browserTimers } from '../core/timers.ts';
import { newId } from '../core/new-id.ts';
import { toast } from '../ui/toast.tsx';
import { useLiveConnection } from './live.ts';
import type { Services } from './services.ts';
import { useServices, useSession } from './use-services.ts';

interface Shared {
  cart: Cart;
  flow: BuyFlow;
}

const shared = new WeakMap<Services, Shared>();

/** The buyer's cart and the way through buying, the same on every page. Kept in step with log-in and with pushes. */
export function useBuying(): Shared {
  const services = useServices();
  const connection = useLiveConnection();
  const { status } = useSession();
  const [{ cart, flow }] = useState(() => sharedOf(services));
  useEffect(() => {
    if (status !== 'user') return cart.clear();
    void cart.load();
    flow.signedIn();
  }, [cart, flow, status]);
  useEffect(
    () =>
      connection.on('push', (push) => {
        if (push.type === 'order') flow.told(push.orderId);
        if (push.type !== 'hold') return;
        void cart.load();
        if (push.state === 'promoted') {
          toast('A unit came back and is held for you.', 'good', {
            label: 'Buy it',
            onPress: () => flow.openCart(),
          });
        }
      }),
    [connection, cart, flow],
  );
  return { cart, flow };
}

function sharedOf(services: Services): Shared {
  const known = shared.get(services);
  if (known) return known;
  const { api, clock, session } = services;
  const cart = new Cart({ api, clock, timers: browserTimers, newId });
  const isUser = () => session.get().status === 'user';
  const flow = new BuyFlow({ api, cart, timers: browserTimers, newId, isUser });
  const made = { cart, flow };
  shared.set(services, made);
  return made;
}
