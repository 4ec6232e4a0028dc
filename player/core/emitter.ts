/** Typed listeners; a module that hears things tells them on. */
export interface Emitter<Events> {
  on<Event extends keyof Events>(event: Event, act: (data: Events[Event]) => void): () => void;
  tell<Event extends keyof Events>(event: Event, data: Events[Event]): void;
}

/** Creates an emitter. Listeners run in the order in which they came. */
export function createEmitter<Events>(): Emitter<Events> {
  const listeners = new Map<keyof Events, Set<(data: never) => void>>();
  return {
    on(event, act) {
      const acts = listeners.get(event) ?? new Set();
      listeners.set(event, acts.add(act));
      return () => acts.delete(act);
    },
    tell(event, data) {
      for (const act of listeners.get(event) ?? []) act(data as never);
    },
  };
}
