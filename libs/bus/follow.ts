import { eventType, type EventDefinition, type EventOf } from '#contracts';
import { DeliverPolicy, type ConsumerMessages, type JsMsg } from '@nats-io/jetstream';
import type { Logger } from 'pino';
import { EVENTS_STREAM, type Bus } from './bus.ts';
import { parseEvent, type Consumer } from './consume.ts';

const RESTART_MS = 500;
const MS_NS = 1_000_000;
/** How long a start waits for what was published before it; whatever comes later is heard in its turn. */
const CAUGHT_UP_WITHIN_MS = 10_000;

export interface FollowOptions<E extends readonly EventDefinition[]> {
  bus: Bus;
  /** Of one context: its order is kept. */
  events: E;
  /** Events of the last so many milliseconds are heard first. */
  sinceMs: number;
  logger: Logger;
  /** Called in the order of the stream, also for events that an instance of this process handled before it started. */
  handle(event: { [K in keyof E]: EventOf<E[K]> }[number]): void;
}

/**
 * Every instance hears every event, those of the last `sinceMs` before its start included, and none is missed while NATS is
 * away: for what must reach every instance but is kept by none (ended sessions, clocks). Resolves once it has caught up.
 */
export async function followEvents<const E extends readonly EventDefinition[]>(
  options: FollowOptions<E>,
): Promise<Consumer> {
  const follower = new Follower(options as unknown as FollowOptions<readonly EventDefinition[]>);
  await follower.caughtUp();
  return follower;
}

class Follower implements Consumer {
  readonly #options: FollowOptions<readonly EventDefinition[]>;
  readonly #byType: Map<string, EventDefinition>;
  readonly #filter: string;
  readonly #loop: Promise<void>;
  readonly #caughtUp = Promise.withResolvers<void>();
  #messages: ConsumerMessages | undefined;
  #running = true;
  /** Where to go on: by time, because a stream that was made anew counts from one again. */
  #fromMs: number;
  #last = { seq: 0, atNs: 0 };

  constructor(options: FollowOptions<readonly EventDefinition[]>) {
    const contexts = new Set(options.events.map(({ context }) => context));
    if (contexts.size !== 1) throw new Error('the events that are followed together belong to one context');
    this.#options = options;
    this.#byType = new Map(options.events.map((event) => [eventType(event), event]));
    const [only] = options.events;
    this.#filter =
      options.events.length === 1 && only ? `v1.${eventType(only)}.*` : `v1.${[...contexts][0]}.>`;
    this.#fromMs = Date.now() - options.sinceMs;
    this.#loop = this.#follow();
    void this.#watchConnection();
  }

  async caughtUp(): Promise<void> {
    const timer = setTimeout(() => this.#caughtUp.resolve(), CAUGHT_UP_WITHIN_MS);
    await this.#caughtUp.promise;
    clearTimeout(timer);
  }

  async stop(): Promise<void> {
    this.#running = false;
    this.#messages?.stop();
    await this.#loop;
  }

  async #follow(): Promise<void> {
    const { logger } = this.#options;
    while (this.#running) {
      try {
        await this.#read();
      } catch (err) {
        if (this.#running) logger.warn({ err, filter: this.#filter }, 'following events was interrupted');
      }
      if (this.#running) await new Promise((resolve) => setTimeout(resolve, RESTART_MS));
    }
    this.#caughtUp.resolve();
  }

  /** A reader that lived through an outage may wait for what never comes: after one it is opened anew. */
  async #watchConnection(): Promise<void> {
    for await (const { type } of this.#options.bus.nc.status()) {
      if (!this.#running) return;
      if (type === 'reconnect') this.#messages?.stop();
    }
  }

  async #read(): Promise<void> {
    const consumer = await this.#options.bus.js.consumers.get(EVENTS_STREAM, {
      filter_subjects: this.#filter,
      deliver_policy: DeliverPolicy.StartTime,
      opt_start_time: new Date(this.#fromMs).toISOString(),
    });
    if ((await consumer.info()).num_pending === 0) this.#caughtUp.resolve();
    this.#messages = await consumer.consume({ max_messages: 256, expires: 5_000, idle_heartbeat: 2_000 });
    if (!this.#running) this.#messages.stop();
    for await (const message of this.#messages) {
      this.#take(message);
      if (message.info.pending === 0) this.#caughtUp.resolve();
      if (!this.#running) break;
    }
  }

  #take(message: JsMsg): void {
    const { logger, handle } = this.#options;
    const { streamSequence: seq, timestampNanos: atNs } = message.info;
    // Going on by time repeats the last event.
    if (seq <= this.#last.seq && atNs <= this.#last.atNs) return;
    this.#last = { seq, atNs };
    this.#fromMs = Math.floor(atNs / MS_NS);
    const [, context, name] = message.subject.split('.');
    if (!this.#byType.has(`${context}.${name}`)) return;
    try {
      const event = parseEvent(this.#byType, message.string());
      if (event) handle(event as EventOf<EventDefinition>);
    } catch (err) {
      logger.error({ err, subject: message.subject }, 'a follower failed');
    }
  }
}
