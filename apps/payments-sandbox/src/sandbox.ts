import type { Logger } from '#process';
import type { Changes } from './objects/changes.ts';
import { Faults } from './controls/faults.ts';
import { SandboxClock } from './controls/sandbox-clock.ts';
import { KeyedLock } from './store/keyed-lock.ts';
import { ObjectStore } from './store/object-store.ts';
import { openStore, type OpenedDatabase } from './store/open-store.ts';
import { Timers } from './controls/timers.ts';
import { WebhookSender } from './webhooks/webhook-sender.ts';

export interface SandboxOptions {
  databaseUrl: string;
  /** Origin under which browsers reach the challenge page. */
  publicUrl: string;
  logger: Logger;
  /** The endpoint that hears of everything it asks for, besides those made over the API. */
  endpoint?: { url: string; secret: string; enabledEvents: readonly string[] } | undefined;
}

/** Where the edge shows the parts of the sandbox that a browser needs. */
export const BROWSER_PREFIX = '/api/payments-sandbox';

/** The parts of a running sandbox and how they hang together. */
export class Sandbox {
  readonly locks = new KeyedLock();
  readonly faults = new Faults();
  /** Idempotency keys whose first request is still under way. */
  readonly keysInUse = new Set<string>();
  readonly store: ObjectStore;
  readonly clock: SandboxClock;
  readonly webhooks: WebhookSender;
  readonly timers: Timers;
  readonly publicUrl: string;
  private readonly database: OpenedDatabase;

  private constructor(database: OpenedDatabase, options: SandboxOptions) {
    this.database = database;
    this.publicUrl = options.publicUrl;
    this.store = new ObjectStore(database);
    this.clock = new SandboxClock(this.store);
    this.webhooks = new WebhookSender(database.pool, this.store, options.logger);
    this.timers = new Timers(this, options.logger);
  }

  static async start(options: SandboxOptions): Promise<Sandbox> {
    const sandbox = new Sandbox(await openStore(options.databaseUrl), options);
    await sandbox.clock.load();
    await sandbox.store.load();
    if (options.endpoint) await sandbox.webhooks.keepEndpoint(options.endpoint);
    await sandbox.webhooks.start();
    sandbox.timers.start();
    return sandbox;
  }

  /** Makes `changes` durable together with the deliveries of their events, then sets both going. */
  async commit(changes: Changes): Promise<void> {
    const deliveries = this.webhooks.deliveriesFor(changes.events);
    const stored = await this.store.commit(changes, deliveries);
    this.webhooks.endpointsChanged(changes);
    if (stored.length > 0) this.webhooks.offer(stored);
    const now = this.clock.now();
    if (changes.timers.some((timer) => timer.atMs <= now)) this.timers.wake();
  }

  /** Whether Postgres answers and this process is its only writer. */
  async check(): Promise<void> {
    if (!this.database.owned) throw new Error('not the owner of the schema');
    await this.database.pool.query('SELECT 1');
  }

  challengeUrl = (paymentId: string, clientSecret: string): string =>
    `${this.publicUrl}${BROWSER_PREFIX}/challenge/${paymentId}?client_secret=${clientSecret}`;

  async stop(): Promise<void> {
    await this.timers.stop();
    await this.webhooks.stop();
    await this.database.close();
  }
}
