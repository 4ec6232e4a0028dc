import { connectBus, makeEvent, type Bus } from '#bus';
import { showWentLive, type Identity, type LiveTick } from '#contracts';
import { createLogger, newId } from '#process';
import { createDatabase, freePort, startNats, type RunningServer } from '#servers';
import {
  startKeyServer,
  startOwnProcess,
  TEST_INTERNAL_TOKEN,
  testIdentity,
  tokenOf,
  type OwnProcess,
} from '#testing';
import pg from 'pg';
import { io, type Socket } from 'socket.io-client';
import {
  LIVE_PATH,
  LIVE_PROTOCOL_VERSION,
  mayComeBack,
  type ChatLine,
  type LiveBye,
  type LiveSnapshot,
} from '#contracts';
import { showFacts } from './show-facts.ts';

/** Real chat processes, each of which may be killed, paused and started again. */
export interface FaultStage {
  nats: RunningServer;
  showId: string;
  shopId: string;
  gateways: OwnProcess[];
  bus: Bus;
  /** What is stored and shown, in order. */
  lines(): Promise<{ id: string; text: string; seq: number }[]>;
  stop(): Promise<void>;
}

export async function setFaultStage(gateways: number): Promise<FaultStage> {
  const [nats, databaseUrl, keys] = await Promise.all([
    startNats(),
    createDatabase('chat'),
    startKeyServer(),
  ]);
  const logger = createLogger({ process: 'test', level: 'silent' });
  const bus = await connectBus({ url: nats.url, name: 'test', logger });
  const show = showFacts();
  await bus.publish(makeEvent(showWentLive, { aggregateId: show.showId, version: 1, data: show }));
  const processes: OwnProcess[] = [];
  for (let index = 0; index < gateways; index += 1) {
    processes.push(
      await startOwnProcess({
        main: 'apps/chat/src/main.ts',
        port: await freePort(),
        env: {
          NODE_ENV: 'test',
          LOG_LEVEL: 'warn',
          INTERNAL_TOKEN: TEST_INTERNAL_TOKEN,
          ACCOUNTS_URL: keys.url,
          DATABASE_URL: databaseUrl,
          NATS_URL: nats.url,
          CHAT_LINES_PER_S: '0',
          CHAT_DRAIN_S: '1',
        },
      }),
    );
  }
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 1 });
  const heard = async () =>
    (await pool.query('SELECT 1 FROM show WHERE show_id = $1', [show.showId])).rowCount;
  while (!(await heard())) await new Promise((resolve) => setTimeout(resolve, 50));
  const stage: FaultStage = {
    nats,
    bus,
    showId: show.showId,
    shopId: show.shopId,
    gateways: processes,
    async lines() {
      const { rows } = await pool.query<{ id: string; text: string; seq: number }>(
        `SELECT line_id AS id, line->>'text' AS text, seq FROM chat_line WHERE show_id = $1 AND state = 'shown' ORDER BY seq`,
        [show.showId],
      );
      return rows;
    },
    async stop() {
      await Promise.all(processes.map((gateway) => gateway.kill()));
      await pool.end();
      await bus.close();
      await stage.nats.stop();
      await keys.stop();
    },
  };
  return stage;
}

const RETRY_MS = 250;
const ACK_MS = 10_000;

/**
 * A page that does what ours does: comes back by itself with its offset, to any gateway; sends a line again with the same key
 * until it is acknowledged; keeps what it gets in one list.
 */
export class LoyalPage {
  readonly who: Identity;
  readonly #urls: () => string[];
  readonly #showId: string;
  #socket: Socket | undefined;
  #stopped = false;
  #token = '';
  /** Lines in order of their arrival, from the first snapshot on. */
  readonly list: ChatLine[] = [];
  readonly broken: string[] = [];
  acknowledged: string[] = [];
  /** Why the room did not let it in, when it last asked. */
  refusedAs: string | undefined;
  snapshots = 0;
  /** When a new owner of the room was first heard. */
  takeovers: number[] = [];
  lastN = -1;
  epoch = '';
  #turn: number;

  constructor(
    showId: string,
    urls: () => string[],
    turn: number,
    who = testIdentity({ displayName: `Page ${turn}` }),
  ) {
    this.who = who;
    this.#showId = showId;
    this.#urls = urls;
    this.#turn = turn;
  }

  async start(): Promise<void> {
    this.#token = await tokenOf(this.who);
    await new Promise<void>((resolve) => this.#connect(resolve));
  }

  stop(): void {
    this.#stopped = true;
    this.#socket?.disconnect();
  }

  /** Says a line until it is known to be stored; the key stays the same. */
  async say(text: string): Promise<void> {
    const key = newId();
    while (!this.#stopped) {
      const reply = await this.ask({ op: 'say', showId: this.#showId, key, text });
      if (reply?.ok) {
        this.acknowledged.push(text);
        return;
      }
      await new Promise((resolve) => setTimeout(resolve, reply?.retryAfterMs ?? RETRY_MS));
    }
  }

  /** Undefined: there is no connection, or no answer came. */
  async ask(frame: object): Promise<{ ok: boolean; code?: string; retryAfterMs?: number } | undefined> {
    if (!this.#socket?.connected) return undefined;
    return this.#socket
      .timeout(ACK_MS)
      .emitWithAck('m', frame)
      .catch(() => undefined) as Promise<{ ok: boolean } | undefined>;
  }

  #connect(joined: () => void): void {
    if (this.#stopped) return;
    const urls = this.#urls();
    const url = urls[this.#turn % urls.length];
    this.#turn += 1;
    const socket = io(url ?? '', {
      path: LIVE_PATH,
      transports: ['websocket'],
      reconnection: false,
      forceNew: true,
      timeout: 3_000,
      auth: { v: LIVE_PROTOCOL_VERSION, token: this.#token },
      // Each page has an address of its own, as behind an edge.
      extraHeaders: { 'x-forwarded-for': `10.9.${(this.#turn >> 8) & 255}.${this.#turn & 255}` },
    });
    this.#socket = socket;
    let over = false;
    const again = (): void => {
      if (over || this.#stopped) return;
      over = true;
      socket.disconnect();
      setTimeout(() => this.#connect(joined), RETRY_MS * (0.5 + Math.random()));
    };
    socket.on('connect_error', again);
    socket.on('disconnect', again);
    socket.on('bye', (bye: LiveBye) => {
      if (!mayComeBack(bye.code)) this.broken.push(`told not to come back: ${bye.reason}`);
    });
    socket.on('snapshot', (snapshot: LiveSnapshot) => this.#takeSnapshot(snapshot));
    socket.on('tick', (tick: LiveTick) => this.#takeTick(tick));
    socket.on('connect', () => void this.#join(joined, again));
  }

  async #join(joined: () => void, again: () => void): Promise<void> {
    const offset = this.epoch ? { offset: { epoch: this.epoch, n: this.lastN } } : {};
    const reply = await this.ask({ op: 'join', showId: this.#showId, ...offset });
    this.refusedAs = reply?.code;
    if (reply?.ok) joined();
    else again();
  }

  #takeSnapshot(snapshot: LiveSnapshot): void {
    if (this.snapshots > 0) this.broken.push(`a snapshot instead of what was missed, at tick ${this.lastN}`);
    this.snapshots += 1;
    this.epoch = snapshot.epoch;
    this.lastN = snapshot.n;
    this.list.push(...snapshot.lines);
  }

  #takeTick(tick: LiveTick): void {
    if (tick.partial) return;
    if (tick.takeover) this.takeovers.push(Date.now());
    if (tick.epoch !== this.epoch || tick.n !== this.lastN + 1) {
      this.broken.push(`tick ${tick.n} after ${this.lastN}`);
    }
    this.lastN = tick.n;
    this.list.push(...(tick.chat ?? []));
  }
}
