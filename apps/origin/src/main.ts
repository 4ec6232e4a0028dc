import { createLogger, readEnv } from '#process';
import { followSessions, startService, TOKENS } from '#service';
import type { RunningService, TokenVerifier } from '#service';
import { openOrigin } from './origin.ts';
import type { OriginEnv } from './origin.env.ts';
import { originEnv } from './origin.env.ts';
import { OriginModule, RelayModule } from './origin.module.ts';
import { originRoutes } from './origin.routes.ts';
import type { Origin } from './origin.ts';
import { openRelay } from './relay/relay.routes.ts';
import { followCatalog } from './shows/follow-catalog.ts';

const env = readEnv(originEnv);
const logger = createLogger({ process: 'origin', level: env.LOG_LEVEL });
if (env.UPSTREAM_ORIGIN_URL === undefined) await startOrigin(env);
else await startRelay(env, env.UPSTREAM_ORIGIN_URL);

async function startOrigin(env: OriginEnv): Promise<void> {
  const origin = await openOrigin(env, logger);
  const service = await startService({
    name: 'origin',
    env,
    logger,
    fastify: originRoutes(origin),
    module: (parts) => {
      parts.drain.add('origin', () => origin.stop());
      parts.drain.onStart(() => origin.release());
      return OriginModule.with(origin);
    },
  });
  void follow(origin, service);
}

async function startRelay(env: OriginEnv, upstreamUrl: string): Promise<void> {
  const relay = openRelay(upstreamUrl, logger);
  await startService({
    name: 'origin',
    env,
    logger,
    fastify: relay.routes,
    module: ({ drain }) => {
      drain.add('relay', () => relay.stop());
      return { module: RelayModule };
    },
  });
}

/** The origin serves before NATS answers, and goes on when NATS is away. */
async function follow(origin: Origin, { app, drain, readiness }: RunningService): Promise<void> {
  try {
    const following = await followCatalog({
      ...origin,
      natsUrl: env.NATS_URL,
      name: env.ORIGIN_NAME,
      logger,
    });
    readiness.add('nats', () => following.ping());
    drain.add('catalog events', () => following.stop());
    const sessions = await followSessions(following.bus, app.get<TokenVerifier>(TOKENS), logger);
    drain.add('session events', () => sessions.stop());
  } catch (err) {
    logger.error({ err }, 'catalog cannot be followed');
  }
}
