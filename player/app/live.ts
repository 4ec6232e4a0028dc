import { useEffect, useState } from 'react';
import { LiveConnection } from '../core/live/connection.ts';
import { openSocket } from '../core/live/open-socket.ts';
import { browserTimers } from '../core/timers.ts';
import type { Services } from './services.ts';
import { useServices } from './use-services.ts';

interface Shared {
  connection: LiveConnection;
  users: number;
  cancelStop: () => void;
}

/** Going from one page to the next keeps the socket; leaving the last page that needs it closes it. */
const KEPT_MS = 5_000;
const shared = new WeakMap<Services, Shared>();

/** The socket of this page, open while somebody uses it. */
export function useLiveConnection(): LiveConnection {
  const services = useServices();
  const [{ connection }] = useState(() => sharedOf(services));
  useEffect(() => {
    const mine = sharedOf(services);
    mine.users += 1;
    mine.cancelStop();
    mine.connection.start();
    return () => {
      mine.users -= 1;
      mine.cancelStop = browserTimers.after(KEPT_MS, () => mine.users === 0 && mine.connection.stop());
    };
  }, [services]);
  return connection;
}

function sharedOf(services: Services): Shared {
  const known = shared.get(services);
  if (known) return known;
  const connection = new LiveConnection({
    open: openSocket,
    timers: browserTimers,
    random: Math.random,
    renew: services.renewSession,
  });
  let userId = services.session.get().account?.userId;
  services.session.subscribe(() => {
    const now = services.session.get().account?.userId;
    if (now === userId) return;
    userId = now;
    connection.restart(); // the handshake carries the cookies: another person needs another socket
  });
  window.addEventListener('online', () => connection.restart());
  const made = { connection, users: 0, cancelStop: () => undefined };
  shared.set(services, made);
  return made;
}
