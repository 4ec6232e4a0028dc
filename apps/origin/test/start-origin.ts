import { createLogger } from '#process';
import { startTestService, TEST_INTERNAL_TOKEN, testEnv } from '#testing';
import type { TestService } from '#testing';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { originEnv } from '../src/origin.env.ts';
import { OriginModule } from '../src/origin.module.ts';
import { originRoutes } from '../src/origin.routes.ts';
import { openOrigin } from '../src/origin.ts';
import type { Origin } from '../src/origin.ts';

export interface TestOrigin {
  origin: Origin;
  service: TestService;
  url: string;
  internalToken: string;
  dataDir: string;
  /** Ends it in order; the data folder stays. */
  stop(): Promise<void>;
}

/** An origin without catalog and NATS in this process, on a private folder. */
export async function startTestOrigin(
  dataDir: string,
  env: Record<string, string> = {},
): Promise<TestOrigin> {
  const settings = originEnv.parse({ ...testEnv, DATA_DIR: dataDir, STORAGE_DURABLE: 'false', ...env });
  const logger = createLogger({ process: 'origin', level: 'silent' });
  const origin = await openOrigin(settings, logger);
  const service = await startTestService('origin', OriginModule.with(origin), {
    fastify: originRoutes(origin),
    logger,
  });
  return {
    origin,
    service,
    url: service.url,
    internalToken: TEST_INTERNAL_TOKEN,
    dataDir,
    async stop() {
      origin.release();
      await service.stop();
      await origin.stop();
    },
  };
}

/** A folder for one test file, and the function that removes it. */
export async function privateFolder(): Promise<{ path: string; remove: () => Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'origin-test-'));
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}
