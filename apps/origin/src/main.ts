import { createLogger, readEnv } from '#process';
import { startService } from '#service';
import { openOrigin } from './origin.ts';
import { originEnv } from './origin.env.ts';
import { OriginModule } from './origin.module.ts';

const env = readEnv(originEnv);
const logger = createLogger({ process: 'origin', level: env.LOG_LEVEL });
const origin = await openOrigin(env, logger);
await startService({
  name: 'origin',
  env,
  logger,
  fastify: origin.routes,
  module: ({ drain }) => {
    drain.add('origin', () => origin.stop());
    drain.onStart(() => origin.release());
    return { module: OriginModule };
  },
});
