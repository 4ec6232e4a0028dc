import { AsyncLocalStorage } from 'node:async_hooks';

/** Ids that follow a piece of work through its awaits and into every log line. */
export interface WorkContext {
  requestId?: string;
  showId?: string;
  orderId?: string;
}

const storage = new AsyncLocalStorage<WorkContext>();

/** Runs `work` with `context` added to what already holds. */
export function withContext<T>(context: WorkContext, work: () => T): T {
  return storage.run({ ...storage.getStore(), ...context }, work);
}

/** The ids of the present work; an empty object outside any. */
export function currentContext(): WorkContext {
  return storage.getStore() ?? {};
}
