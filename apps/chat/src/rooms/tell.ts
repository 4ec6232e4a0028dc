import type { Bus } from '#bus';

/** Publishes a notice that may be lost: nobody waits for it, and a closing connection does not take it. */
export function tell(bus: Bus, subject: string, body: unknown): void {
  if (bus.nc.isClosed() || bus.nc.isDraining()) return;
  bus.nc.publish(subject, JSON.stringify(body));
}

/** Calls back for every notice on `subject` until the function returned is called; what is not JSON is passed over. */
export function hear<T>(bus: Bus, subject: string, onNotice: (body: T) => void): () => void {
  const subscription = bus.nc.subscribe(subject, {
    callback: (error, message) => {
      if (error) return;
      let body: T;
      try {
        body = message.json<T>();
      } catch {
        return;
      }
      onNotice(body);
    },
  });
  return () => subscription.unsubscribe();
}
