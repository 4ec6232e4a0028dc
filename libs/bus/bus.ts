import type { EventEnvelope } from '#contracts';
import {
  AckPolicy,
  jetstream,
  jetstreamManager,
  RetentionPolicy,
  StorageType,
  type JetStreamClient,
  type JetStreamManager,
} from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import type { Logger } from 'pino';

/** The one stream of domain events. */
export const EVENTS_STREAM = 'EVENTS';

const DAY_NS = 24 * 60 * 60 * 1_000_000_000;
/** A process that was away for a week still hears everything. */
const EVENTS_MAX_AGE_NS = 7 * DAY_NS;
const EVENTS_MAX_BYTES = 2 * 1024 ** 3;
const RECONNECT_WAIT_MS = 250;
const PUBLISH_TIMEOUT_MS = 5_000;

export interface BusOptions {
  /** NATS servers, separated by commas; `nats://user:password@host:port` where they ask for it. */
  url: string;
  /** Shown in NATS's own monitoring. */
  name: string;
  logger: Logger;
}

/** A connection to NATS that comes back by itself. */
export interface Bus {
  readonly nc: NatsConnection;
  readonly js: JetStreamClient;
  readonly jsm: JetStreamManager;
  readonly logger: Logger;
  /**
   * Resolves when JetStream has stored the event; the event's id makes a repeat harmless for two minutes. `text` is the
   * event as JSON where that is at hand.
   */
  publish(event: EventEnvelope, text?: string): Promise<void>;
  /** Fails when NATS is out of reach at this moment. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

/** Connects (waiting for NATS as long as it takes) and makes sure that the event stream exists. */
export async function connectBus({ url, name, logger }: BusOptions): Promise<Bus> {
  const nc = await connect({
    ...serversOf(url),
    name,
    maxReconnectAttempts: -1,
    reconnectTimeWait: RECONNECT_WAIT_MS,
    reconnectJitter: RECONNECT_WAIT_MS,
    waitOnFirstConnect: true,
    pingInterval: 5_000,
    maxPingOut: 2,
    // A stack trace for every request that might fail costs as much as the request.
    noAsyncTraces: true,
  });
  void logStatus(nc, logger);
  const jsm = await jetstreamManager(nc, { checkAPI: false });
  await ensureEventsStream(jsm);
  const js = jetstream(nc, { timeout: PUBLISH_TIMEOUT_MS });
  return {
    nc,
    js,
    jsm,
    logger,
    async publish(event, text = JSON.stringify(event)) {
      await js.publish(`v1.${event.type}.${event.aggregateId}`, text, { msgID: event.id });
    },
    async ping() {
      await nc.flush();
    },
    close: () => nc.drain().catch(() => nc.close()),
  };
}

/** The client takes credentials apart from addresses, while everybody else writes `nats://user:password@host:port`. */
function serversOf(url: string): { servers: string[]; user?: string; pass?: string } {
  const addresses = url.split(',').map((text) => new URL(text.includes('://') ? text : `nats://${text}`));
  const { username, password } = addresses[0] ?? {};
  return {
    servers: addresses.map((address) => address.host),
    ...(username ? { user: decodeURIComponent(username), pass: decodeURIComponent(password ?? '') } : {}),
  };
}

/** Creates the stream or brings an existing one up to these settings; safe when several processes start at once. */
async function ensureEventsStream(jsm: JetStreamManager): Promise<void> {
  const config = {
    name: EVENTS_STREAM,
    subjects: ['v1.>'],
    storage: StorageType.File,
    retention: RetentionPolicy.Limits,
    max_age: EVENTS_MAX_AGE_NS,
    max_bytes: EVENTS_MAX_BYTES,
  };
  for (let attempt = 1; ; attempt += 1) {
    try {
      await jsm.streams.add(config);
      return;
    } catch (error) {
      if (attempt >= 40) throw new Error('JetStream did not take the event stream', { cause: error });
      await new Promise((resolve) => setTimeout(resolve, RECONNECT_WAIT_MS));
    }
  }
}

async function logStatus(nc: NatsConnection, logger: Logger): Promise<void> {
  for await (const status of nc.status()) {
    if (status.type === 'disconnect') logger.warn('NATS is out of reach; trying again');
    if (status.type === 'reconnect') logger.info('NATS is back');
    if (status.type === 'slowConsumer') logger.error('NATS says that this process reads too slowly');
  }
}

/** Settings of a durable that one context's events are read with, in the order they were published. */
export function durableConfig(durable: string, filter: string) {
  return {
    durable_name: durable,
    filter_subject: filter,
    ack_policy: AckPolicy.Explicit,
    ack_wait: 30 * 1_000_000_000,
    max_ack_pending: 256,
  };
}
