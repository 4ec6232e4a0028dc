import { connectBus, makeEvent, type Bus } from '#bus';
import {
  lineupChanged,
  productCreated,
  showScheduled,
  showWentLive,
  LIVE_PATH,
  LIVE_PROTOCOL_VERSION,
  type ChatLine,
  type ClientFrame,
  type EventEnvelope,
  type FrameReply,
  type Identity,
  type LiveBye,
  type LiveDesk,
  type LiveOffset,
  type LivePush,
  type LiveSnapshot,
  type LiveTick,
  type ShowFacts,
} from '#contracts';
import { createLogger, newId, parseEnv } from '#process';
import { createDatabase, startNats, type RunningServer } from '#servers';
import type { RunningService } from '#service';
import { TEST_INTERNAL_TOKEN, TEST_JWKS, testIdentity, tokenOf } from '#testing';
import pg from 'pg';
import { io, type Socket } from 'socket.io-client';
import { chatEnv } from '../src/chat.env.ts';
import { startChat } from '../src/start-chat.ts';
import { showFacts } from './show-facts.ts';

const WAIT_MS = 15_000;

/** Real servers, any number of chat processes on them, and the events of the other processes. */
export interface ChatHarness {
  nats: RunningServer;
  databaseUrl: string;
  bus: Bus;
  startGateway(env?: Record<string, string>): Promise<RunningService>;
  publish(...events: EventEnvelope[]): Promise<void>;
  /** A show on air with three products in its line-up. */
  makeShow(parts?: Partial<ShowFacts>): Promise<TestShow>;
  stop(): Promise<void>;
}

export interface TestShow {
  showId: string;
  shopId: string;
  hostId: string;
  productIds: string[];
  facts: ShowFacts;
}

// oxlint-disable-next-line max-lines-per-function -- one object with everything the tests ask for
export async function startHarness(): Promise<ChatHarness> {
  const nats = await startNats();
  const databaseUrl = await createDatabase('chat');
  const logger = createLogger({ process: 'test', level: 'silent' });
  const bus = await connectBus({ url: nats.url, name: 'test', logger });
  const services: RunningService[] = [];
  const publish = async (...events: EventEnvelope[]): Promise<void> => {
    for (const event of events) await bus.publish(event);
  };
  return {
    nats,
    databaseUrl,
    bus,
    publish,
    async startGateway(env = {}) {
      const service = await startChat(
        parseEnv(chatEnv, {
          NODE_ENV: 'test',
          PORT: '0',
          LOG_LEVEL: process.env['TEST_LOG'] ?? 'silent',
          INTERNAL_TOKEN: TEST_INTERNAL_TOKEN,
          DATABASE_URL: databaseUrl,
          NATS_URL: nats.url,
          CHAT_LINES_PER_S: '0',
          CHAT_DRAIN_S: '0',
          ...env,
        }),
        { keys: TEST_JWKS, handleSignals: false },
      );
      services.push(service);
      return service;
    },
    async makeShow(parts = {}) {
      const show = showFacts(parts);
      const productIds = [newId(), newId(), newId()];
      const { showId, shopId } = show;
      await publish(
        makeEvent(showScheduled, { aggregateId: showId, version: 1, data: { ...show, state: 'scheduled' } }),
        ...productIds.map((productId, index) =>
          makeEvent(productCreated, {
            aggregateId: productId,
            version: 1,
            data: productFacts(productId, shopId, `Product ${index + 1}`),
          }),
        ),
        makeEvent(lineupChanged, {
          aggregateId: showId,
          version: 2,
          data: { showId, shopId, items: productIds.map((productId, position) => ({ productId, position })) },
        }),
      );
      if (show.state === 'live') {
        await publish(makeEvent(showWentLive, { aggregateId: showId, version: 3, data: show }));
      }
      const pool = new pg.Pool({ connectionString: databaseUrl, max: 1 });
      const heard = `SELECT 1 FROM show JOIN line_up USING (show_id)
                     WHERE show_id = $1 AND facts->>'state' = $2 AND product_ids <@ (SELECT array_agg(product_id) FROM product)`;
      while ((await pool.query(heard, [showId, show.state])).rowCount === 0) {
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      await pool.end();
      return { showId, shopId, hostId: show.hostId, productIds, facts: show };
    },
    async stop() {
      await Promise.all(services.map((service) => service.stop()));
      await bus.close();
      await nats.stop();
    },
  };
}

function productFacts(productId: string, shopId: string, title: string) {
  return {
    productId,
    shopId,
    title,
    status: 'active' as const,
    imageUrl: null,
    variants: [
      {
        variantId: newId(),
        sku: `SKU-${title.replaceAll(' ', '-')}`,
        title: '',
        options: {},
        price: { amount: 1_990, currency: 'EUR' },
        compareAt: null,
        weightGrams: null,
        archived: false,
      },
    ],
  };
}

/** Somebody with a shop role. */
export function hostOf(show: Pick<TestShow, 'shopId' | 'hostId'>): Identity {
  return testIdentity({
    userId: show.hostId,
    displayName: 'Hannah Host',
    shops: [{ shopId: show.shopId, role: 'host' }],
  });
}

/** A real client: socket.io over a real WebSocket, keeping everything it gets. */
export class TestClient {
  readonly socket: Socket;
  readonly ticks: LiveTick[] = [];
  readonly snapshots: LiveSnapshot[] = [];
  readonly pushes: LivePush[] = [];
  readonly desks: LiveDesk[] = [];
  bye: LiveBye | undefined;
  #changed = new Set<() => void>();

  private constructor(socket: Socket) {
    this.socket = socket;
    this.#keep('tick', (tick: LiveTick) => this.ticks.push(tick));
    this.#keep('snapshot', (snapshot: LiveSnapshot) => this.snapshots.push(snapshot));
    this.#keep('push', (push: LivePush) => this.pushes.push(push));
    this.#keep('desk', (desk: LiveDesk) => this.desks.push(desk));
    this.#keep('bye', (bye: LiveBye) => {
      this.bye = bye;
    });
    this.#keep('disconnect', () => undefined);
  }

  static async connect(
    service: Pick<RunningService, 'url'>,
    options: { as?: Identity; token?: string; v?: number; headers?: Record<string, string> } = {},
  ): Promise<TestClient> {
    const token = options.token ?? (options.as ? await tokenOf(options.as) : undefined);
    const socket = io(service.url, {
      path: LIVE_PATH,
      transports: ['websocket'],
      reconnection: false,
      forceNew: true,
      auth: { v: options.v ?? LIVE_PROTOCOL_VERSION, ...(token ? { token } : {}) },
      ...(options.headers ? { extraHeaders: options.headers } : {}),
    });
    const client = new TestClient(socket);
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('connect_error', reject);
    });
    return client;
  }

  send(frame: ClientFrame | Record<string, unknown>): Promise<FrameReply> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error('a frame was not answered')), WAIT_MS).unref();
      this.socket.emit('m', frame, (reply: FrameReply) => {
        clearTimeout(timer);
        resolve(reply);
      });
    });
  }

  join(showId: string, offset?: LiveOffset): Promise<FrameReply> {
    return this.send({ op: 'join', showId, ...(offset ? { offset } : {}) });
  }

  say(showId: string, text: string, key: string = newId()): Promise<FrameReply> {
    return this.send({ op: 'say', showId, key, text });
  }

  /** Waits until `holds`; fails after a while with what was there. */
  async until(what: string, holds: () => boolean): Promise<void> {
    if (holds()) return;
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#changed.delete(check);
        reject(new Error(`waited in vain until ${what}; last tick: ${JSON.stringify(this.ticks.at(-1))}`));
      }, WAIT_MS);
      const check = (): void => {
        if (!holds()) return;
        clearTimeout(timer);
        this.#changed.delete(check);
        resolve();
      };
      this.#changed.add(check);
    });
  }

  /** Lines as a page would show them: the snapshot's, then each tick's, once each. */
  get lines(): ChatLine[] {
    const snapshot = this.snapshots.at(-1);
    const seen = new Map<string, ChatLine>();
    for (const line of snapshot?.lines ?? []) seen.set(line.id, line);
    for (const tick of this.ticks) {
      if (snapshot && tick.epoch === snapshot.epoch && tick.n <= snapshot.n) continue;
      for (const line of tick.chat ?? []) seen.set(line.id, line);
    }
    return [...seen.values()];
  }

  get texts(): string[] {
    return this.lines.map((line) => line.text);
  }

  get offset(): LiveOffset {
    const tick = this.ticks.at(-1) ?? this.snapshots.at(-1);
    if (!tick) throw new Error('nothing was received yet');
    return { epoch: tick.epoch, n: tick.n };
  }

  close(): void {
    this.socket.disconnect();
  }

  #keep<T>(event: string, keep: (value: T) => void): void {
    this.socket.on(event, (value: T) => {
      keep(value);
      for (const check of this.#changed) check();
    });
  }
}
