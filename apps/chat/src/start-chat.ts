import { connectBus } from '#bus';
import { createLogger } from '#process';
import {
  followSessions,
  openDatabase,
  pgPool,
  startService,
  TOKENS,
  type RunningService,
  type SessionEnd,
  type TokenVerifier,
} from '#service';
import { randomBytes } from 'node:crypto';
import { maySee } from './access/may-see.ts';
import type { ChatEnv } from './chat.env.ts';
import { ChatModule } from './chat.module.ts';
import { chatSchema } from './database/schema.ts';
import { LoopLoad } from './figures/loop-load.ts';
import { Admission } from './gateway/admission.ts';
import type { Clients } from './gateway/clients.ts';
import { followDeskNews } from './gateway/desk-news.ts';
import { LiveIoAdapter } from './gateway/live-io.adapter.ts';
import { openGateway } from './gateway/open-gateway.ts';
import { peerAddress } from './gateway/peer-address.ts';
import { openRooms } from './rooms/open-rooms.ts';

/** The rest of the drain after the sockets are gone. */
const DRAIN_REST_S = 15;

/** Starts the whole process: schema, bus, rooms, sockets, HTTP. */
export async function startChat(
  env: ChatEnv,
  options: Partial<Parameters<typeof startService>[0]> = {},
): Promise<RunningService> {
  const logger = options.logger ?? createLogger({ process: 'chat', level: env.LOG_LEVEL });
  const database = await openDatabase({ ...chatSchema, url: env.DATABASE_URL, poolSize: 1, logger });
  await database.destroy();
  const pool = pgPool(env.DATABASE_URL, env.DATABASE_POOL, logger);
  const bus = await connectBus({ url: env.NATS_URL, name: 'chat', logger });
  const load = new LoopLoad();
  const rooms = await openRooms(env, { pool, bus, logger, load });
  const { ownerId, client, ticks } = rooms;
  const { clients, feeds, watch } = openGateway({ ownerId, bus, rooms: client, ticks, logger, load });
  const admission = doorOf(env, clients);
  const service = await startService({
    name: 'chat',
    ...options,
    env,
    logger,
    drainDeadlineMs: (env.CHAT_DRAIN_S + DRAIN_REST_S) * 1_000,
    module: ({ drain, readiness }) => {
      drain.add('bus', () => bus.close());
      drain.add('database', () => pool.end());
      readiness.add('postgres', async () => void (await pool.query('SELECT 1')));
      readiness.add('nats', () => bus.ping());
      return ChatModule.with({
        pool,
        bus,
        clients,
        feeds,
        rooms: client,
        gateway: {
          origins: originsOf(env),
          addressKey: env.CHAT_ADDRESS_KEY ?? randomBytes(32).toString('hex'),
          peerAddress: peerAddress(env.TRUST_PROXY),
          admission,
        },
        dispatch: {
          now: Date.now,
          mayEnter: (feed, { identity }) => maySee(feed.show, identity),
          error: (err, message) => logger.error({ err }, message),
        },
      });
    },
    configure: (app) => void app.useWebSocketAdapter(new LiveIoAdapter(app, admission)),
  });
  const { drain } = service;
  for (const [name, stop] of await rooms.start()) drain.add(name, stop);
  drain.add('load', () => load.stop());
  drain.add('rooms listened to', () => feeds.stop());
  drain.add('owner watch', () => watch.stop());
  const tokens = service.app.get<TokenVerifier>(TOKENS);
  const sessions = await followSessions(bus, tokens, logger, (end) => closeEnded(clients, end));
  drain.add('session events', () => sessions.stop());
  const deskNews = await followDeskNews(bus, logger, (of, desk) => feeds.tellDesks(of, desk));
  drain.add('news for desks', () => deskNews.stop());
  drain.add('sockets', () => clients.drain(env.CHAT_DRAIN_S * 1_000));
  return service;
}

function doorOf(env: ChatEnv, clients: Clients): Admission {
  return new Admission({
    perS: env.CHAT_CONNECTIONS_PER_S,
    most: env.CHAT_SOCKETS,
    open: () => clients.size,
    now: Date.now,
    random: Math.random,
  });
}

/** Log-out, ban and lost membership close the sockets that were opened before. */
function closeEnded(clients: Clients, { type, data }: SessionEnd): void {
  if (type === 'accounts.user_banned') clients.closeUser(data.userId, 'banned');
  else if (type === 'accounts.membership_changed') clients.closeUser(data.userId, 'membership_changed');
  else if ('sessionId' in data) {
    const reason = data.reason === 'banned' ? 'banned' : 'signed_out';
    clients.closeUser(data.userId, reason, data.sessionId);
  }
}

function originsOf(env: ChatEnv): ReadonlySet<string> {
  const further = env.CHAT_ORIGINS.split(',')
    .map((origin) => origin.trim())
    .filter((origin) => origin !== '');
  return new Set([new URL(env.PUBLIC_URL).origin, ...further]);
}
