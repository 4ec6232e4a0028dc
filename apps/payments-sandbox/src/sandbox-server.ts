import fastify, { type FastifyInstance } from 'fastify';
import { sandboxKeys, WEBHOOK_EVENT_TYPES, WEBHOOK_PATH } from '#payments';
import { collectProcessMetrics, createReadiness, metrics, type Drain, type Logger } from '#process';
import { decodeForm } from './api/form-body.ts';
import { serveApi } from './api/serve-api.ts';
import { serveControls } from './controls/serve-controls.ts';
import { servePages } from './page/serve-pages.ts';
import type { PaymentsSandboxEnv } from './payments-sandbox.env.ts';
import { Sandbox } from './sandbox.ts';

const BODY_LIMIT_BYTES = 256 * 1_024;

export interface SandboxServerOptions {
  env: PaymentsSandboxEnv;
  logger: Logger;
  drain: Drain;
}

/** Starts the sandbox and its HTTP side; resolves when it listens. */
export async function startSandboxServer({
  env,
  logger,
  drain,
}: SandboxServerOptions): Promise<{ url: string; sandbox: Sandbox }> {
  collectProcessMetrics('payments-sandbox');
  const keys = sandboxKeys(env.INTERNAL_TOKEN);
  const sandbox = await Sandbox.start({
    databaseUrl: env.DATABASE_URL,
    publicUrl: env.PUBLIC_URL,
    logger,
    endpoint: {
      url: `${env.CHECKOUT_URL}${WEBHOOK_PATH}`,
      secret: keys.webhookSecret,
      enabledEvents: WEBHOOK_EVENT_TYPES,
    },
  });
  drain.add('sandbox', () => sandbox.stop());

  const app = fastify({ bodyLimit: BODY_LIMIT_BYTES, forceCloseConnections: 'idle' });
  app.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string' },
    (_request, body, done) => {
      try {
        done(null, decodeForm(String(body)));
      } catch (error) {
        done(error as Error);
      }
    },
  );
  serveHealth(app, sandbox, drain);
  serveApi(app, sandbox, keys, logger);
  serveControls(app, sandbox, keys);
  servePages(app, sandbox, logger);
  const url = await app.listen({ host: env.HOST, port: env.PORT });
  drain.add('http', () => app.close());
  logger.info({ url }, 'listening');
  return { url, sandbox };
}

function serveHealth(app: FastifyInstance, sandbox: Sandbox, drain: Drain): void {
  const readiness = createReadiness();
  readiness.add('postgres', () => sandbox.check());
  app.get('/healthz', () => ({ status: 'ok' }));
  app.get('/readyz', async (_request, reply) => {
    const { ready, faults } = await readiness.check();
    const ok = ready && !drain.draining;
    return reply.code(ok ? 200 : 503).send({ status: ok ? 'ready' : 'not ready', faults });
  });
  app.get('/metrics', async (_request, reply) =>
    reply.type(metrics.contentType).send(await metrics.metrics()),
  );
}
