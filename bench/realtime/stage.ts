import { connectBus, makeEvent } from '#bus';
import { showWentLive } from '#contracts';
import { createLogger, newId } from '#process';
import { freePort, startNats, startPostgres, startRedis } from '#servers';
import pg from 'pg';
import { startKeys } from './people.ts';
import { startMeasured, type Measured } from './child.ts';

const INTERNAL_TOKEN = 'token-of-the-benchmark-only';

/** Servers for one measurement, and a show on air. */
export interface Stage {
  showId: string;
  /** Statements that the chat database has run so far. */
  transactions(): Promise<number>;
  startChat(env?: Record<string, string>): Promise<Measured>;
  startPeer(): Promise<Measured>;
  stop(): Promise<void>;
}

export async function setStage(): Promise<Stage> {
  const [nats, redis, postgres, keys] = await Promise.all([
    startNats(),
    startRedis({ persistence: 'none' }),
    startPostgres(),
    startKeys(),
  ]);
  const databaseUrl = await postgres.createDatabase('chat');
  const logger = createLogger({ process: 'bench', level: 'silent' });
  const bus = await connectBus({ url: nats.url, name: 'bench', logger });
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 1 });
  const showId = newId();
  const running: Measured[] = [];
  const show = {
    showId,
    shopId: newId(),
    hostId: newId(),
    seriesId: newId(),
    title: 'Benchmark',
    startsAt: new Date().toISOString(),
    visibility: 'public' as const,
    state: 'live' as const,
    goLive: 'on_publish' as const,
    guestChat: true,
    streamId: null,
    liveAt: null,
    endedAt: null,
  };
  await bus.publish(makeEvent(showWentLive, { aggregateId: showId, version: 1, data: show }));

  async function start(main: string, env: Record<string, string>): Promise<Measured> {
    const server = await startMeasured(main, await freePort(), env);
    running.push(server);
    return server;
  }

  return {
    showId,
    async transactions() {
      const { rows } = await pool.query<{ count: string }>(
        'SELECT pg_stat_force_next_flush(), xact_commit + xact_rollback AS count FROM pg_stat_database WHERE datname = current_database()',
      );
      return Number(rows[0]?.count ?? 0);
    },
    startChat: (env = {}) =>
      start('dist/apps/chat/src/main.js', {
        NODE_ENV: 'production',
        LOG_LEVEL: 'error',
        INTERNAL_TOKEN,
        ACCOUNTS_URL: keys.url,
        DATABASE_URL: databaseUrl,
        NATS_URL: nats.url,
        REDIS_URL: redis.url,
        CHAT_LINES_PER_S: '0',
        CHAT_DRAIN_S: '0',
        ...env,
      }),
    startPeer: () => start('bench/realtime/peer.ts', { REDIS_URL: redis.url }),
    async stop() {
      for (const server of running) await server.stop();
      await pool.end();
      await bus.close();
      await Promise.all([nats.stop(), redis.stop(), postgres.stop(), keys.stop()]);
    },
  };
}
