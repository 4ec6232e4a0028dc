import {
  followSessions,
  startService,
  TOKENS,
  type RunningService,
  type ServiceStart,
  type TokenVerifier,
} from '#service';
import { serveFeed } from './feed/serve-feed.ts';
import type { IngestEnv } from './ingest.env.ts';
import { IngestModule, startIngest, type RunningIngest } from './ingest.module.ts';

type ServiceOptions = Parameters<typeof startService>[0];

/** Starts the whole process: RTMP, HTTP, feed. Tests give their own keys and logger. */
export async function start(
  env: IngestEnv,
  overrides: Partial<ServiceOptions> = {},
): Promise<{ service: RunningService; ingest: RunningIngest }> {
  let ingest: RunningIngest | undefined;
  const nodeUrl = env.INGEST_URL ?? `http://${env.HOST}:${env.PORT}`;
  const service = await startService({
    name: 'ingest',
    env,
    module: async (parts: ServiceStart) => {
      ingest = await startIngest(env, parts, nodeUrl);
      return IngestModule.with(ingest);
    },
    fastify: (fastify) => {
      if (!ingest) throw new Error('the feed is served before ingest has started');
      serveFeed(fastify, ingest.parts, env.INTERNAL_TOKEN);
    },
    ...overrides,
  });
  if (!ingest) throw new Error('the service started without its module');
  const sessions = await followSessions(ingest.bus, service.app.get<TokenVerifier>(TOKENS), service.logger);
  service.drain.add('session events', () => sessions.stop());
  return { service, ingest };
}
