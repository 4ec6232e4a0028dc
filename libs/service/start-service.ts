import 'reflect-metadata';
import cookie from '@fastify/cookie';
import type { DynamicModule, LoggerService, Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { describeEndpoints, type ProcessName } from '#contracts';
import {
  collectProcessMetrics,
  createDrain,
  createLogger,
  createReadiness,
  drainOnSignals,
  metrics,
  type Drain,
  type Logger,
  type Readiness,
} from '#process';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { IncomingMessage } from 'node:http';
import type { Query } from '#bus';
import { createIdempotencyStore } from './idempotency.ts';

import { ProblemFilter, refusalOf, sendRefusal } from './problem-filter.ts';
import { createRateLimiter } from './rate-limit.ts';
import { addJsonParser, addRequestHooks, requestIdOf } from './request-hooks.ts';
import { servedEndpoints } from './serves.ts';
import { ServiceModule } from './service-module.ts';
import { createTokenVerifier, type KeySource } from './tokens.ts';

/** A JSON body larger than this is a mistake unless its endpoint says otherwise. */
const BODY_LIMIT_BYTES = 1024 * 1024;
/** Longer than nginx keeps an idle upstream connection, so that nginx closes first. */
const KEEP_ALIVE_MS = 75_000;

/** The members of `commonEnv` that a service needs, and Redis when it counts calls over instances. */
export interface ServiceEnv {
  NODE_ENV: string;
  HOST: string;
  PORT: number;
  LOG_LEVEL: string;
  INTERNAL_TOKEN: string;
  TRUST_PROXY: string;
  ACCOUNTS_URL: string;
  REDIS_URL?: string | undefined;
}

export interface ServiceOptions {
  name: ProcessName;
  env: ServiceEnv;
  module: Type | DynamicModule | ((parts: ServiceStart) => DynamicModule | Promise<DynamicModule>);
  /** Keys that verify tokens; accounts' address when left out. */
  keys?: KeySource;
  /** Keeps first answers of idempotent endpoints in the process's schema (table `idempotencyTable`). */
  idempotency?: Query;
  /** Plugins and routes of Fastify's own, before Nest's. */
  fastify?: (fastify: FastifyInstance) => void | Promise<void>;
  /** Last changes to the application before it listens, e.g. a WebSocket adapter. */
  configure?: (app: NestFastifyApplication) => void | Promise<void>;
  /** False in tests, where many services share one process. */
  handleSignals?: boolean;
  logger?: Logger;
  /** How long stopping may take; for processes whose clients are let go slowly. */
  drainDeadlineMs?: number;
}

/** What exists before the application's module is made. */
export interface ServiceStart {
  logger: Logger;
  drain: Drain;
  readiness: Readiness;
}

export interface RunningService extends ServiceStart {
  app: NestFastifyApplication;
  /** `http://host:port` */
  url: string;
  stop(): Promise<void>;
}

/** Puts a process together, listens, and drains on SIGTERM: routes, checks, health, metrics and OpenAPI included. */
export async function startService(options: ServiceOptions): Promise<RunningService> {
  const { name, env } = options;
  const logger = options.logger ?? createLogger({ process: name, level: env.LOG_LEVEL });
  const drain = createDrain({
    logger,
    ...(options.drainDeadlineMs ? { deadlineMs: options.drainDeadlineMs } : {}),
  });
  const readiness = createReadiness();
  if (options.handleSignals ?? true) drainOnSignals(drain, logger);
  collectProcessMetrics(name);

  const tokens = createTokenVerifier(
    options.keys ?? new URL('/api/accounts/.well-known/jwks.json', env.ACCOUNTS_URL),
  );
  const limiter = createRateLimiter(env.REDIS_URL, logger);
  drain.add('rate limiter', () => limiter.stop());
  const module =
    typeof options.module === 'function' && !isClass(options.module)
      ? await options.module({ logger, drain, readiness })
      : (options.module as Type | DynamicModule);
  const idempotency = options.idempotency ? createIdempotencyStore(options.idempotency) : undefined;
  if (idempotency) drain.add('idempotency', () => idempotency.stop());

  const adapter = createAdapter(env, logger);
  const fastify = adapter.getInstance() as unknown as FastifyInstance;
  await fastify.register(cookie);
  addJsonParser(fastify);
  addRequestHooks(fastify, {
    tokens,
    internalToken: env.INTERNAL_TOKEN,
    limiter,
    idempotency,
    logger,
    checkReplies: env.NODE_ENV !== 'production',
  });
  addProcessRoutes(fastify, name, { drain, readiness });
  await options.fastify?.(fastify);

  const root: DynamicModule = {
    module: class RootModule {},
    imports: [ServiceModule.with({ logger, drain, readiness, tokens, limiter }), module],
  };
  const app = await NestFactory.create<NestFastifyApplication>(root, adapter, {
    logger: nestLogger(logger),
    bodyParser: false,
    abortOnError: false,
  });
  app.useGlobalFilters(new ProblemFilter(logger));
  await options.configure?.(app);
  await app.listen(env.PORT, env.HOST);
  drain.add('http', () => app.close());
  const url = await app.getUrl();
  logger.info({ url }, 'listening');
  return { app, url, logger, drain, readiness, stop: () => drain.stop('stop') };
}

function createAdapter(env: ServiceEnv, logger: Logger): FastifyAdapter {
  return new FastifyAdapter({
    trustProxy: env.TRUST_PROXY.split(','),
    bodyLimit: BODY_LIMIT_BYTES,
    keepAliveTimeout: KEEP_ALIVE_MS,
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: 200 },
    genReqId: (request: IncomingMessage) => requestIdOf(request.headers),
    frameworkErrors: (error: Error, request: FastifyRequest, reply: FastifyReply) =>
      sendRefusal(refusalOf(error, logger), request, reply),
  });
}

function addProcessRoutes(
  fastify: FastifyInstance,
  name: ProcessName,
  parts: { drain: Drain; readiness: Readiness },
): void {
  fastify.get('/healthz', async () => ({ status: 'ok' }));
  fastify.get('/readyz', async (_request, reply) => {
    if (parts.drain.draining) return reply.status(503).send({ status: 'draining' });
    const { ready, faults } = await parts.readiness.check();
    return reply.status(ready ? 200 : 503).send({ status: ready ? 'ready' : 'not ready', faults });
  });
  fastify.get('/metrics', async (_request, reply) =>
    reply.type(metrics.contentType).send(await metrics.metrics()),
  );
  let description: unknown;
  fastify.get(`/api/${name}/openapi.json`, async () => {
    description ??= describeEndpoints(
      name,
      'v1',
      servedEndpoints(name).filter(({ access }) => access !== 'internal'),
    );
    return description;
  });
}

/** Nest's own lines at debug, its warnings and errors as they are. */
function nestLogger(logger: Logger): LoggerService {
  return {
    log: (message: unknown) => logger.debug(String(message)),
    debug: (message: unknown) => logger.debug(String(message)),
    verbose: (message: unknown) => logger.trace(String(message)),
    warn: (message: unknown) => logger.warn(String(message)),
    error: (message: unknown, ...details: unknown[]) => logger.error({ details }, String(message)),
    fatal: (message: unknown, ...details: unknown[]) => logger.fatal({ details }, String(message)),
  };
}

function isClass(candidate: unknown): candidate is Type {
  return typeof candidate === 'function' && /^class\b/.test(Function.prototype.toString.call(candidate));
}
