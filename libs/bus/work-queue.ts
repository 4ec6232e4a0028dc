import { AckPolicy, RetentionPolicy, StorageType, type Consumer, type JsMsg } from '@nats-io/jetstream';
import type { Bus } from './bus.ts';

const RETRY_MS = 250;
const OPEN_ATTEMPTS = 40;
/** Jobs in hand at once over all workers. */
const MAX_IN_HAND = 10_000;

export interface WorkQueueOptions {
  /** JetStream stream, kept on disk. */
  stream: string;
  subject: string;
  /** Durable that all workers share. */
  consumer: string;
  /** A job whose worker has not said `working` for this long goes to another. */
  ackWaitMs: number;
}

/** A job in a worker's hand, until it is done, given back, or its worker falls silent. */
export interface TakenJob {
  /** The stored message; a redelivery has the same. */
  readonly id: number;
  readonly data: unknown;
  /** 1 for the first worker that gets it. */
  readonly delivery: number;
  /** Keeps the job; to be called well within `ackWaitMs`. */
  working(): void;
  /** The job will not come again. */
  done(): void;
  /** Gives the job to whoever asks next, after `delayMs`. */
  giveBack(delayMs?: number): void;
}

/** Jobs that outlive every process: one worker at a time has each. */
export interface WorkQueue {
  /** Stores a job; the same id within two minutes is stored once. */
  put(id: string, data: unknown): Promise<void>;
  /** The next job, or undefined when none came within `waitMs`. */
  take(waitMs: number): Promise<TakenJob | undefined>;
}

/** Opens the queue, creating its stream and consumer where they are missing. */
export async function openWorkQueue(bus: Bus, options: WorkQueueOptions): Promise<WorkQueue> {
  const consumer = await openConsumer(bus, options);
  return {
    async put(id, data) {
      await bus.js.publish(options.subject, JSON.stringify(data), { msgID: id });
    },
    async take(waitMs) {
      const message = await consumer.next({ expires: Math.max(waitMs, 1_000) });
      return message ? taken(message) : undefined;
    },
  };
}

async function openConsumer(bus: Bus, options: WorkQueueOptions): Promise<Consumer> {
  const { stream, subject, consumer, ackWaitMs } = options;
  for (let attempt = 1; ; attempt += 1) {
    try {
      await bus.jsm.streams.add({
        name: stream,
        subjects: [subject],
        retention: RetentionPolicy.Workqueue,
        storage: StorageType.File,
      });
      await bus.jsm.consumers.add(stream, {
        durable_name: consumer,
        ack_policy: AckPolicy.Explicit,
        ack_wait: ackWaitMs * 1_000_000,
        max_deliver: -1,
        max_ack_pending: MAX_IN_HAND,
      });
      return await bus.js.consumers.get(stream, consumer);
    } catch (error) {
      if (attempt >= OPEN_ATTEMPTS)
        throw new Error(`JetStream did not open queue ${stream}`, { cause: error });
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }
}

function taken(message: JsMsg): TakenJob {
  return {
    id: message.seq,
    data: message.json(),
    delivery: message.info.deliveryCount,
    working: () => message.working(),
    done: () => message.ack(),
    giveBack: (delayMs) => message.nak(delayMs),
  };
}
