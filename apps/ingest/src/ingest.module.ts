import { connectBus, listen, openWorkQueue, queryOf, startOutboxRelay, type Bus, type WorkQueue } from '#bus';
import { TRANSCODE_JOBS, transcodeTroubled } from '#contracts';
import { gauge } from '#process';
import { openDatabase, pgPool, type ServiceStart } from '#service';
import type { DynamicModule } from '@nestjs/common';
import { readFileSync } from 'node:fs';
import type { Pool } from 'pg';
import { Ingest1763600000000 } from './database/migrations/0001-ingest.ts';
import { HostStanding1763600000002 } from './database/migrations/0002-host-standing.ts';
import { HealthController } from './health/health.controller.ts';
import { tellHealth } from './health/tell-health.ts';
import { TranscodeTroubles } from './health/transcode-troubles.ts';
import { IngestParts } from './ingest-parts.ts';
import type { IngestEnv } from './ingest.env.ts';
import { followHosts } from './keys/follow-hosts.ts';
import { StreamKeysController } from './keys/stream-keys.controller.ts';
import { listenRtmp, type RtmpListener } from './rtmp/rtmp-listener.ts';
import { followShows } from './shows/follow-shows.ts';
import { Publishers } from './streams/publishers.ts';

const SCHEMA = 'ingest';

/** Everything ingest runs besides its controllers. */
export interface RunningIngest {
  bus: Bus;
  parts: IngestParts;
  troubles: TranscodeTroubles;
  rtmp: RtmpListener;
  rtmps: RtmpListener | undefined;
}

/** Connects to the database and NATS, and starts to listen for publishers. */
export async function startIngest(
  env: IngestEnv,
  start: ServiceStart,
  nodeUrl: string,
): Promise<RunningIngest> {
  const { logger, drain, readiness } = start;
  const { pool, bus, jobs } = await connect(env, start);
  const publishers = new Publishers({ pool, bus, jobs, logger, windowS: env.RECONNECT_WINDOW_S, nodeUrl });
  const troubles = new TranscodeTroubles();
  const shows = await followShows({ bus, pool, logger, cutShow: (showId) => publishers.cutShow(showId) });
  const hosts = await followHosts({
    bus,
    pool,
    logger,
    hear: (standing) => publishers.hearOfHost(standing),
  });
  const heard = listen({
    bus,
    logger,
    events: [transcodeTroubled],
    handle: ({ data }) => troubles.handle(data),
  });
  const stopTelling = tellHealth(bus, publishers, troubles, logger);
  drain.add('publishers', async () => {
    stopTelling();
    await Promise.all([shows.stop(), hosts.stop(), heard.stop()]);
    await publishers.stop();
  });
  const { rtmp, rtmps } = await listenForPublishers(env, start, publishers);
  readiness.add('rtmp', () => undefined);
  gauge('ingest_publishers', 'Connections that publish.', [], function collect() {
    this.set(publishers.count);
  });
  const parts = new IngestParts({
    pool,
    query: queryOf(pool),
    publishers,
    nodeUrl,
    addresses: addressesOf(env, rtmp, rtmps),
    isDraining: () => drain.draining,
  });
  return { bus, parts, troubles, rtmp, rtmps };
}

/** Ingest's controllers over a running ingest. */
export class IngestModule {
  static with({ parts, troubles }: RunningIngest): DynamicModule {
    return {
      module: IngestModule,
      controllers: [StreamKeysController, HealthController],
      providers: [
        { provide: IngestParts, useValue: parts },
        { provide: TranscodeTroubles, useValue: troubles },
      ],
    };
  }
}

async function connect(
  env: IngestEnv,
  { logger, drain, readiness }: ServiceStart,
): Promise<{ pool: Pool; bus: Bus; jobs: WorkQueue }> {
  const migrated = await openDatabase({
    url: env.DATABASE_URL,
    schema: SCHEMA,
    migrations: [Ingest1763600000000, HostStanding1763600000002],
    logger,
  });
  await migrated.destroy();
  const pool = pgPool(env.DATABASE_URL, env.DATABASE_POOL, logger);
  drain.add('database', () => pool.end());
  readiness.add('database', async () => void (await pool.query('SELECT 1')));
  const bus = await connectBus({ url: env.NATS_URL, name: 'ingest', logger });
  drain.add('bus', () => bus.close());
  readiness.add('bus', () => bus.ping());
  const relay = startOutboxRelay({ pool, bus, schema: SCHEMA, logger });
  drain.add('outbox relay', () => relay.stop());
  const jobs = await openWorkQueue(bus, TRANSCODE_JOBS);
  return { pool, bus, jobs };
}

async function listenForPublishers(env: IngestEnv, { logger, drain }: ServiceStart, { verify }: Publishers) {
  const common = {
    host: env.RTMP_HOST,
    maxConnections: env.RTMP_CONNECTIONS,
    maxPerAddress: env.RTMP_CONNECTIONS_PER_ADDRESS,
    verify,
    logger,
  };
  const rtmp = await listenRtmp({ ...common, port: env.RTMP_PORT });
  drain.add('rtmp', () => rtmp.stop());
  if (!env.RTMPS_CERT || !env.RTMPS_KEY) return { rtmp, rtmps: undefined };
  const tls = { cert: readFileSync(env.RTMPS_CERT), key: readFileSync(env.RTMPS_KEY) };
  const rtmps = await listenRtmp({ ...common, port: env.RTMPS_PORT, tls });
  drain.add('rtmps', () => rtmps.stop());
  return { rtmp, rtmps };
}

function addressesOf(
  env: IngestEnv,
  rtmp: RtmpListener,
  rtmps: RtmpListener | undefined,
): IngestParts['addresses'] {
  const host = env.RTMP_PUBLIC_HOST ?? new URL(env.PUBLIC_URL).hostname;
  return {
    server: `rtmp://${host}:${rtmp.port}/live`,
    secureServer: rtmps ? `rtmps://${host}:${rtmps.port}/live` : null,
  };
}
