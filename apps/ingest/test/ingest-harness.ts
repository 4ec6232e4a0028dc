import { connectBus, makeEvent, type Bus } from '#bus';
import {
  createStreamKeyEndpoint,
  EventEnvelope,
  showEnded,
  showScheduled,
  showWentLive,
  TranscodeJob,
  type EventDefinition,
  type Identity,
  type ShowFacts,
  type StreamKeySecret,
} from '#contracts';
import { createLogger, newId } from '#process';
import { createDatabase, freePort, startNats } from '#servers';
import {
  RtmpClient,
  startTcpProxy,
  TEST_INTERNAL_TOKEN,
  TEST_JWKS,
  testEnv,
  testIdentity,
  tokenOf,
} from '#testing';
import { callEndpoint, type Endpoint, type RequestOf } from '#contracts';
import pg from 'pg';
import type { IngestEnv } from '../src/ingest.env.ts';
import { start } from '../src/start.ts';

const logger = createLogger({ process: 'test', level: 'silent' });

/** A running ingest on real servers, with a host who has a show and a key. */
export async function startIngestHarness(overrides: Partial<IngestEnv> = {}) {
  const nats = await startNats();
  const databaseUrl = await createDatabase('ingest');
  const database = await startTcpProxy(databaseUrl);
  const bus = await connectBus({ url: nats.url, name: 'test', logger });
  const events = watchEvents(bus);
  const jobs = watchJobs(bus);
  const node = await startNode(database.through(databaseUrl), nats.url, overrides);
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 4 });
  const shopId = newId();
  const host = testIdentity({ shops: [{ shopId, role: 'host' }] });
  let version = 0;

  async function tellShow(event: EventDefinition, show: ShowFacts): Promise<void> {
    version += 1;
    await bus.publish(makeEvent(event, { aggregateId: show.showId, version, data: show }));
    const known = version;
    await until(async () => {
      const { rows } = await pool.query('SELECT 1 FROM shows WHERE show_id = $1 AND version >= $2', [
        show.showId,
        known,
      ]);
      return rows.length > 0;
    });
  }

  return {
    ...node,
    nats,
    bus,
    pool,
    events,
    jobs,
    database,
    databaseUrl,
    shopId,
    host,
    /** Announces a show of the host. */
    async schedule(facts: Partial<ShowFacts> = {}): Promise<ShowFacts> {
      const show = showFacts(shopId, host.userId, facts);
      await tellShow(showScheduled, show);
      return show;
    },
    goLive: (show: ShowFacts) => tellShow(showWentLive, { ...show, state: 'live' }),
    end: (show: ShowFacts) => tellShow(showEnded, { ...show, state: 'ended' }),
    async createKey(body: { seriesId?: string } = {}, as: Identity = host): Promise<StreamKeySecret> {
      const made = await node.call(createStreamKeyEndpoint, { params: { shopId }, body }, as);
      if (!made.ok) throw new Error(`no key: ${made.problem.code}`);
      return made.body;
    },
    startNode: (more: Partial<IngestEnv> = {}) =>
      startNode(database.through(databaseUrl), nats.url, { ...overrides, ...more }),
    async stop(): Promise<void> {
      await node.stop();
      await bus.close();
      await pool.end();
      await database.stop();
      await nats.stop();
    },
  };
}

export type IngestHarness = Awaited<ReturnType<typeof startIngestHarness>>;

/** One ingest process in this test process. */
async function startNode(databaseUrl: string, natsUrl: string, overrides: Partial<IngestEnv>) {
  const port = await freePort();
  const env: IngestEnv = {
    ...testEnv,
    PORT: port,
    DATABASE_URL: databaseUrl,
    DATABASE_POOL: 5,
    NATS_URL: natsUrl,
    RTMP_HOST: '127.0.0.1',
    RTMP_PORT: 0,
    RTMPS_PORT: 0,
    RTMP_CONNECTIONS: 100,
    RTMP_CONNECTIONS_PER_ADDRESS: 50,
    RECONNECT_WINDOW_S: 120,
    ...overrides,
  };
  const { service, ingest } = await start(env, { keys: TEST_JWKS, handleSignals: false, logger });
  const clients: RtmpClient[] = [];
  return {
    url: service.url,
    ingest,
    /** A connection that has said `connect`. */
    async connect(tls = false): Promise<RtmpClient> {
      const rtmpPort = (tls ? ingest.rtmps : ingest.rtmp)?.port ?? 0;
      const client = await RtmpClient.open({ port: rtmpPort, tls });
      clients.push(client);
      await client.connectApp();
      return client;
    },
    async call<T extends Endpoint>(endpoint: T, request: RequestOf<T>, as?: Identity) {
      const headers: Record<string, string> = as ? { authorization: `Bearer ${await tokenOf(as)}` } : {};
      return callEndpoint(fetch, service.url, endpoint, request, { headers });
    },
    feed(streamId: string, signal?: AbortSignal): Promise<Response> {
      const headers = { authorization: `Bearer ${TEST_INTERNAL_TOKEN}` };
      return fetch(`${service.url}/internal/v1/streams/${streamId}/flv`, {
        headers,
        redirect: 'manual',
        signal,
      });
    },
    async stop(): Promise<void> {
      for (const client of clients) client.destroy();
      await service.stop();
    },
  };
}

export function showFacts(shopId: string, hostId: string, facts: Partial<ShowFacts> = {}): ShowFacts {
  return {
    showId: newId(),
    shopId,
    hostId,
    seriesId: newId(),
    title: 'A show',
    startsAt: new Date().toISOString(),
    visibility: 'public',
    state: 'scheduled',
    goLive: 'on_publish',
    guestChat: true,
    streamId: null,
    liveAt: null,
    endedAt: null,
    ...facts,
  };
}

function watchEvents(bus: Bus) {
  const seen: EventEnvelope[] = [];
  bus.nc.subscribe('v1.media.>', {
    callback: (_error, message) => void seen.push(EventEnvelope.parse(JSON.parse(message.string()))),
  });
  return {
    seen,
    /** The first event of a type about a show; waits for it. */
    async of<D>(type: string, showId: string): Promise<D> {
      const find = () =>
        seen.find((event) => event.type === type && (event.data as { showId?: string }).showId === showId);
      await until(async () => find() !== undefined);
      return find()?.data as D;
    },
    count: (type: string, showId: string) =>
      seen.filter((event) => event.type === type && (event.data as { showId?: string }).showId === showId)
        .length,
  };
}

function watchJobs(bus: Bus) {
  const seen: TranscodeJob[] = [];
  bus.nc.subscribe('jobs.transcode', {
    callback: (_error, message) => void seen.push(TranscodeJob.parse(JSON.parse(message.string()))),
  });
  return seen;
}

/** Waits until `isTrue`, at most `withinMs`. */
export async function until(isTrue: () => Promise<boolean> | boolean, withinMs = 10_000): Promise<void> {
  const giveUpAt = performance.now() + withinMs;
  while (!(await isTrue())) {
    if (performance.now() > giveUpAt) throw new Error(`it did not become true within ${withinMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
