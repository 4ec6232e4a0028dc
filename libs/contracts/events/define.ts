import { z } from 'zod';
import { Id, Moment } from '../values.ts';
import type { ProcessName } from '../endpoint.ts';

/** Something that happened, worth telling other processes: one definition per event, in the past tense. */
export interface EventDefinition<D extends z.ZodType = z.ZodType> {
  context: string;
  name: string;
  /** What `aggregateId` names and `version` counts, e.g. `show`. */
  aggregate: string;
  publisher: ProcessName;
  consumers: readonly ProcessName[];
  /** When it is published, in one sentence. */
  doc: string;
  data: D;
}

/** Declares an event; literal types are kept. */
export function defineEvent<const T extends EventDefinition>(event: T): T {
  return event;
}

/** What every event carries besides its data. */
export const EventEnvelope = z.object({
  id: Id,
  /** `<context>.<name>` */
  type: z.string(),
  at: Moment,
  /** Id of the request, command or event that caused it. */
  causeId: z.string().nullable(),
  aggregateId: z.string(),
  /** Grows by one or more with each change of the aggregate; consumers drop what is not newer. */
  version: z.int().min(0),
  data: z.unknown(),
});
export type EventEnvelope = z.infer<typeof EventEnvelope>;

export type EventOf<T extends EventDefinition> = Omit<EventEnvelope, 'data'> & { data: z.output<T['data']> };

/** `<context>.<name>`, the event's type. */
export function eventType(event: EventDefinition): string {
  return `${event.context}.${event.name}`;
}

/** The NATS subject of an event about `aggregateId`; `*` for all of them. */
export function eventSubject(event: EventDefinition, aggregateId = '*'): string {
  return `v1.${eventType(event)}.${aggregateId}`;
}
