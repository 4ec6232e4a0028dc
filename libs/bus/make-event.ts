import { eventType, type EventDefinition, type EventOf } from '#contracts';
import { v7 } from 'uuid';
import type { z } from 'zod';

export interface EventParts<D> {
  aggregateId: string;
  /** Version of the aggregate after the change. */
  version: number;
  causeId?: string | null;
  data: D;
}

/** A new event with its id and time; `data` must fit the definition, else this throws (a bug of the publisher). */
export function makeEvent<T extends EventDefinition>(
  event: T,
  parts: EventParts<z.input<T['data']>>,
): EventOf<T> {
  return {
    id: v7(),
    type: eventType(event),
    at: new Date().toISOString(),
    causeId: parts.causeId ?? null,
    aggregateId: parts.aggregateId,
    version: parts.version,
    data: event.data.parse(parts.data) as EventOf<T>['data'],
  };
}
