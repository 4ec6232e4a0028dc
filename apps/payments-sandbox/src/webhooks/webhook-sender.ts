import type { Pool } from 'pg';
import type { Logger } from '#process';
import { Changes } from '../objects/changes.ts';
import type { SandboxEvent, WebhookEndpoint } from '../objects/shapes.ts';
import type { NewDelivery } from '../store/group-commit.ts';
import type { ObjectStore } from '../store/object-store.ts';
import { Mischief, seededRandom } from './mischief.ts';
import { postJson } from './post-json.ts';
import { signPayload } from './signature.ts';

const CONCURRENCY = 16;
const BATCH = 400;
const POLL_MS = 500;
const ANSWER_TIMEOUT_MS = 10_000;

/** Waits before attempt 2, 3, ...; after the last the event stays undelivered, about three days as at Stripe. */
const RETRY_S = [1, 2, 5, 15, 60, 300, 1_800, 7_200, 21_600, 43_200, 86_400, 86_400];

interface Delivery {
  id: string;
  event_id: string;
  endpoint_id: string;
  attempts: number;
}

interface Outcome {
  id: string;
  state: 'pending' | 'delivered' | 'failed';
  attempts: number;
  nextAtMs: number;
  status: number;
}

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
  private readonly logger: Logger;
  private ticker: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;
  private again = false;
  private stopping = false;

  constructor(pool: Pool, store: ObjectStore, logger: Logger) {
    this.pool = pool;
    this.store = store;
    this.logger = logger;
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
    this.wake();
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

  /** Looks at the queue soon. */
  wake(): void {
    this.again = true;
    if (this.stopping || this.mischief.paused) return;
    this.running ??= this.run().finally(() => {
      this.running = undefined;
    });
  }

  async stop(): Promise<void> {
    this.stopping = true;
    clearInterval(this.ticker);
    await this.running;
  }

  private async run(): Promise<void> {
    try {
      while (this.again && !this.stopping && !this.mischief.paused) {
        this.again = false;
        const { rows } = await this.pool.query<Delivery>({
          name: 'due-deliveries',
          text: `SELECT id, event_id, endpoint_id, attempts FROM deliveries
                 WHERE state = 'pending' AND next_at_ms <= $1 ORDER BY next_at_ms LIMIT ${BATCH}`,
          values: [Date.now()],
        });
        if (rows.length > 0) await this.sendAll(rows);
        if (rows.length === BATCH) this.again = true;
      }
    } catch (err) {
      this.logger.warn({ err }, 'webhooks could not be sent; the next round tries again');
    }
  }

  private async sendAll(deliveries: Delivery[]): Promise<void> {
    const queue = [...deliveries];
    const outcomes: Outcome[] = [];
    const worker = async (): Promise<void> => {
      for (let next = queue.shift(); next; next = queue.shift()) outcomes.push(await this.send(next));
    };
    await Promise.all(Array.from({ length: Math.min(CONCURRENCY, queue.length) }, worker));
    await this.pool.query({
      name: 'record-deliveries',
      text: `UPDATE deliveries d SET state = o.state, attempts = o.attempts, next_at_ms = o.next_at_ms, last_status = o.status
             FROM unnest($1::bigint[], $2::text[], $3::int[], $4::bigint[], $5::int[]) AS o (id, state, attempts, next_at_ms, status)
             WHERE d.id = o.id`,
      values: [
        outcomes.map((one) => one.id),
        outcomes.map((one) => one.state),
        outcomes.map((one) => one.attempts),
        outcomes.map((one) => one.nextAtMs),
        outcomes.map((one) => one.status),
      ],
    });
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
