import type { Pool } from 'pg';
import type { Logger } from '#process';
import { Changes } from '../objects/changes.ts';
import type { SandboxEvent, WebhookEndpoint } from '../objects/shapes.ts';
import type { NewDelivery, Outcome, StoredDelivery } from '../store/group-commit.ts';
import type { ObjectStore } from '../store/object-store.ts';
import { DeliveryQueue, type Delivery } from './delivery-queue.ts';
import { Mischief, seededRandom } from './mischief.ts';
import { postJson } from './post-json.ts';
import { signPayload } from './signature.ts';

const POLL_MS = 500;
const ANSWER_TIMEOUT_MS = 10_000;

/** Waits before attempt 2, 3, ...; after the last the event stays undelivered, about three days as at Stripe. */
const RETRY_S = [1, 2, 5, 15, 60, 300, 1_800, 7_200, 21_600, 43_200, 86_400, 86_400];

/**
 * Delivers events to the endpoints that asked for them, from a queue in Postgres: at least once, in no promised
 * order, with retries, as Stripe does. Delivery goes by the machine's clock, not by the sandbox's.
 */
export class WebhookSender {
  private readonly endpoints = new Map<string, WebhookEndpoint>();
  private mischief = Mischief.parse({});
  private random = seededRandom(1);
  private readonly pool: Pool;
  private readonly store: ObjectStore;
  private readonly queue: DeliveryQueue;
  private ticker: NodeJS.Timeout | undefined;

  constructor(pool: Pool, store: ObjectStore, logger: Logger) {
    this.pool = pool;
    this.store = store;
    this.queue = new DeliveryQueue(
      pool,
      (delivery) => this.send(delivery),
      (outcomes) => store.record(outcomes),
      logger,
    );
  }

  async start(): Promise<void> {
    const { data } = await this.store.list('webhook_endpoint', { limit: 100 });
    for (const endpoint of data) this.endpoints.set(endpoint.id, endpoint);
    this.ticker = setInterval(() => this.wake(), POLL_MS);
  }

  /** Makes or updates the endpoint that the configuration names. */
  async keepEndpoint(given: {
    url: string;
    secret: string;
    enabledEvents: readonly string[];
  }): Promise<void> {
    const changes = new Changes(Date.now(), { id: null, idempotency_key: null }, null);
    changes.save<WebhookEndpoint>({
      id: 'we_configured',
      object: 'webhook_endpoint',
      api_version: null,
      application: null,
      created: changes.nowS,
      description: 'Named by the configuration.',
      enabled_events: [...given.enabledEvents],
      livemode: false,
      metadata: {},
      secret: given.secret,
      status: 'enabled',
      url: given.url,
    });
    await this.store.commit(changes, []);
    this.endpointsChanged(changes);
  }

  /** Takes note of endpoints among what was just stored. */
  endpointsChanged(changes: Changes): void {
    for (const object of changes.saved.values()) {
      if (object.object === 'webhook_endpoint') this.endpoints.set(object.id, object as WebhookEndpoint);
    }
  }

  behave(mischief: Mischief): void {
    this.mischief = mischief;
    this.random = seededRandom(mischief.seed);
    this.queue.hold(mischief.paused);
  }

  /** The deliveries that go with `events`, mischief included. */
  deliveriesFor(events: SandboxEvent[]): NewDelivery[] {
    const { drop, duplicate, delayMs } = this.mischief;
    return events.flatMap((event) =>
      [...this.endpoints.values()]
        .filter((endpoint) => endpoint.status === 'enabled' && wants(endpoint, event.type))
        .flatMap((endpoint) => {
          if (drop > 0 && this.random() < drop) return [];
          const copies = duplicate > 0 && this.random() < duplicate ? 2 : 1;
          return Array.from({ length: copies }, () => ({
            eventId: event.id,
            endpointId: endpoint.id,
            nextAtMs: Date.now() + (delayMs > 0 ? Math.floor(this.random() * delayMs) : 0),
          }));
        }),
    );
  }

  /** Sends `eventId` once more to everybody who wants it. */
  async redeliver(eventId: string): Promise<boolean> {
    const event = await this.store.get('event', eventId);
    if (!event) return false;
    for (const endpoint of this.endpoints.values()) {
      if (!wants(endpoint, event.type)) continue;
      await this.pool.query(
        'INSERT INTO deliveries (event_id, endpoint_id, next_at_ms) VALUES ($1, $2, $3)',
        [event.id, endpoint.id, Date.now()],
      );
    }
    this.wake();
    return true;
  }

  /** How many deliveries wait, are done, were given up. */
  async counts(): Promise<Record<string, number>> {
    const { rows } = await this.pool.query<{ state: string; count: string }>(
      'SELECT state, count(*) FROM deliveries GROUP BY state',
    );
    return {
      pending: 0,
      delivered: 0,
      failed: 0,
      ...Object.fromEntries(rows.map((r) => [r.state, Number(r.count)])),
    };
  }

  /** Sets going what was stored a moment ago. */
  offer(stored: readonly StoredDelivery[]): void {
    this.queue.offer(stored);
  }

  /** Looks at the queue soon. */
  wake(): void {
    this.queue.wake();
  }

  async stop(): Promise<void> {
    clearInterval(this.ticker);
    await this.queue.stop();
  }

  private async send(delivery: Delivery): Promise<Outcome> {
    const attempts = delivery.attempts + 1;
    const event = await this.store.get('event', delivery.event_id);
    const endpoint = this.endpoints.get(delivery.endpoint_id);
    const done = { id: delivery.id, attempts, nextAtMs: 0, status: 0 };
    if (!event || !endpoint || endpoint.status !== 'enabled') return { ...done, state: 'failed' };
    const status = await this.post(endpoint, JSON.stringify({ ...event, pending_webhooks: 1 }));
    if (status >= 200 && status < 300) return { ...done, state: 'delivered', status };
    const waitS = RETRY_S[attempts - 1];
    if (waitS === undefined) return { ...done, state: 'failed', status };
    return { ...done, state: 'pending', status, nextAtMs: Date.now() + waitS * 1_000 };
  }

  /** The answer's status; 0 when there was none. */
  private async post(endpoint: WebhookEndpoint, payload: string): Promise<number> {
    try {
      return await postJson(
        endpoint.url,
        {
          'content-type': 'application/json; charset=utf-8',
          'stripe-signature': signPayload(payload, endpoint.secret ?? '', Math.floor(Date.now() / 1_000)),
          'user-agent': 'Showfloor-Payments-Sandbox/1',
        },
        payload,
        ANSWER_TIMEOUT_MS,
      );
    } catch {
      return 0; // nobody there: the queue's retry is the handling
    }
  }
}

function wants(endpoint: WebhookEndpoint, type: string): boolean {
  return endpoint.enabled_events.includes('*') || endpoint.enabled_events.includes(type);
}
