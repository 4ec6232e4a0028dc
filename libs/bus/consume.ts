import { EventEnvelope, eventType, type EventDefinition, type EventOf } from '#contracts';
import type { ConsumerMessages, JsMsg } from '@nats-io/jetstream';
import type { Logger } from 'pino';
import type { Pool } from 'pg';
import { durableConfig, EVENTS_STREAM, type Bus } from './bus.ts';
import { inTransaction, type Query } from './query.ts';

/** Deliveries before an event is set aside: with the back-off below about eight minutes of trying. */
const MAX_DELIVERIES = 20;
const BACKOFF_FIRST_MS = 250;
const BACKOFF_MOST_MS = 30_000;
const RESTART_MS = 500;
/** The stream keeps seven days; an inbox row older than that can meet no redelivery. */
const INBOX_KEEP = '8 days';
const INBOX_SWEEP_MS = 60 * 60 * 1_000;

type Handled<E extends readonly EventDefinition[]> = { [K in keyof E]: EventOf<E[K]> }[number];

export interface ConsumerOptions<E extends readonly EventDefinition[]> {
  bus: Bus;
  /** Name that remembers what was read; all instances of a process share it. */
  durable: string;
  events: E;
  logger: Logger;
}

export interface Consumer {
  stop(): Promise<void>;
}

/**
 * Handles each event once: its id goes into the inbox in the same transaction as the effect, then it is
 * acknowledged. Events of one context arrive in order unless one fails and is tried again, so handlers compare
 * `version`. After `MAX_DELIVERIES` an event goes to the subject `dead.<durable>` with its reason.
 */
export function startConsumer<const E extends readonly EventDefinition[]>(
  options: ConsumerOptions<E> & { pool: Pool; handle: (event: Handled<E>, query: Query) => Promise<void> },
): Promise<Consumer> {
  const { pool, durable, handle } = options;
  const sweep = setInterval(() => void sweepInbox(pool, durable, options.logger), INBOX_SWEEP_MS).unref();
  return consume(
    options,
    (event) =>
      inTransaction(pool, async (query) => {
        const fresh = await query(
          'INSERT INTO inbox (consumer, event_id) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING event_id',
          [durable, event.id],
        );
        if (fresh.length > 0) await handle(event as Handled<E>, query);
      }),
    () => clearInterval(sweep),
  );
}

/** As `startConsumer` for a process without a database: at least once, so `handle` must bear repeats. */
export function startRepeatingConsumer<const E extends readonly EventDefinition[]>(
  options: ConsumerOptions<E> & { handle: (event: Handled<E>) => Promise<void> },
): Promise<Consumer> {
  return consume(options, (event) => options.handle(event as Handled<E>));
}

/** Every instance hears every event from now on, at most once: for caches and sockets, never for the truth. */
export function listen<const E extends readonly EventDefinition[]>(
  options: Omit<ConsumerOptions<E>, 'durable'> & { handle: (event: Handled<E>) => void },
): Consumer {
  const { bus, events, logger, handle } = options;
  const byType = new Map(events.map((event) => [eventType(event), event]));
  const subscriptions = events.map((event) =>
    bus.nc.subscribe(`v1.${eventType(event)}.*`, {
      callback: (error, message) => {
        if (error) return;
        try {
          const parsed = parseEvent(byType, message.string());
          if (parsed) handle(parsed as Handled<E>);
        } catch (err) {
          logger.error({ err, subject: message.subject }, 'a listener failed');
        }
      },
    }),
  );
  return {
    stop: async () => {
      for (const subscription of subscriptions) subscription.unsubscribe();
    },
  };
}

async function consume<E extends readonly EventDefinition[]>(
  { bus, durable, events, logger }: ConsumerOptions<E>,
  effect: (event: EventEnvelope) => Promise<void>,
  onStop: () => void = () => undefined,
): Promise<Consumer> {
  const contexts = Map.groupBy(events, (event) => event.context);
  const readers = await Promise.all(
    [...contexts].map(([context, defined]) =>
      readContext({
        bus,
        logger,
        effect,
        durable: `${durable}-${context}`,
        filter: `v1.${context}.>`,
        events: defined,
      }),
    ),
  );
  return {
    async stop() {
      onStop();
      await Promise.all(readers.map((stop) => stop()));
    },
  };
}

interface Reader {
  bus: Bus;
  durable: string;
  filter: string;
  events: readonly EventDefinition[];
  logger: Logger;
  effect: (event: EventEnvelope) => Promise<void>;
}

/** Reads one context until stopped; gives the function that stops it after the event in hand. */
async function readContext(reader: Reader): Promise<() => Promise<void>> {
  const { bus, durable, filter, logger } = reader;
  let running = true;
  let messages: ConsumerMessages | undefined;
  const open = async (): Promise<ConsumerMessages> => {
    await bus.jsm.consumers.add(EVENTS_STREAM, durableConfig(durable, filter));
    const consumer = await bus.js.consumers.get(EVENTS_STREAM, durable);
    return consumer.consume({ max_messages: 64, expires: 5_000, idle_heartbeat: 2_000 });
  };
  messages = await open();
  const loop = (async () => {
    while (running) {
      try {
        messages ??= await open();
        for await (const message of messages) {
          await handleMessage(reader, message);
          if (!running) break;
        }
      } catch (err) {
        if (running) logger.warn({ err, durable }, 'reading events was interrupted; starting again');
      }
      messages = undefined;
      if (running) await new Promise((resolve) => setTimeout(resolve, RESTART_MS));
    }
  })();
  return async () => {
    running = false;
    await messages?.close().catch(() => undefined);
    await loop;
  };
}

async function handleMessage(reader: Reader, message: JsMsg): Promise<void> {
  const { bus, durable, logger, effect } = reader;
  const byType = new Map(reader.events.map((event) => [eventType(event), event]));
  try {
    const event = parseEvent(byType, message.string());
    if (event) await effect(event);
    message.ack();
  } catch (err) {
    const deliveries = message.info.deliveryCount;
    const subject = message.subject;
    if (deliveries < MAX_DELIVERIES) {
      logger.warn({ err, durable, subject, deliveries }, 'an event could not be handled; it will come again');
      message.nak(Math.min(BACKOFF_FIRST_MS * 2 ** (deliveries - 1), BACKOFF_MOST_MS));
      return;
    }
    logger.error({ err, durable, subject, deliveries }, 'an event is set aside');
    bus.nc.publish(`dead.${durable}`, message.data);
    message.term('too many deliveries');
  }
}

/** The event, or undefined when it is of a type nobody here asked for; throws when it breaks its definition. */
export function parseEvent(byType: Map<string, EventDefinition>, json: string): EventEnvelope | undefined {
  const envelope = EventEnvelope.parse(JSON.parse(json));
  const definition = byType.get(envelope.type);
  return definition ? { ...envelope, data: definition.data.parse(envelope.data) } : undefined;
}

async function sweepInbox(pool: Pool, durable: string, logger: Logger): Promise<void> {
  await pool
    .query(`DELETE FROM inbox WHERE consumer = $1 AND handled_at < now() - interval '${INBOX_KEEP}'`, [
      durable,
    ])
    .catch((err: unknown) => logger.warn({ err, durable }, 'old inbox rows stay for now'));
}
