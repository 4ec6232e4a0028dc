import { createLogger, readEnv } from '#process';
import { startService } from '#service';
import type { ServiceStart } from '#service';
import { openOrigin } from './origin.ts';
import { originEnv } from './origin.env.ts';
import { OriginModule } from './origin.module.ts';
import { originRoutes } from './origin.routes.ts';
import { followCatalog } from './shows/follow-catalog.ts';

const env = readEnv(originEnv);
const logger = createLogger({ process: 'origin', level: env.LOG_LEVEL });
const origin = await openOrigin(env, logger);
await startService({
  name: 'origin',
  env,
  logger,
  fastify: originRoutes(origin),
  module: (parts) => {
    parts.drain.add('origin', () => origin.stop());
    parts.drain.onStart(() => origin.release());
    void follow(parts);
    return OriginModule.with(origin);
  },
});

/** The origin serves before NATS answers, and goes on when NATS is away. */
async function follow({ drain, readiness }: ServiceStart): Promise<void> {
  try {
    const following = await followCatalog({
      ...origin,
      natsUrl: env.NATS_URL,
      name: env.ORIGIN_NAME,
      logger,
    });
    readiness.add('nats', () => following.ping());
    drain.add('catalog events', () => following.stop());
  } catch (err) {
    logger.error({ err }, 'catalog cannot be followed');
  }
}
