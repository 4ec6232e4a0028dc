import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { answers, freePort, startNats, startPostgres, startRedis } from '../servers/index.ts';
import { createOwnDatabase } from '../start/schemas.ts';
import { planImages, readEnvFile } from './compose-plan.ts';
import type { ImagePlan } from './compose-plan.ts';
import { buildImage, runImage } from './image-tool.ts';
import type { Contained } from './image-tool.ts';

// npm run try:images [-- --no-build]: builds every target of the Dockerfile with buildah, and starts each from its image as
// docker-compose.yml says (environment, order, health), against private servers. For machines without a container engine.
const READY_DEADLINE_MS = 120_000;
/** The edge's port for browsers, beside its own for health. */
const PUBLIC = 'pages';
const root = process.cwd();
const started: { name: string; contained: Contained }[] = [];
const undo: (() => Promise<unknown>)[] = [];

try {
  const { plans, addressOf } = await prepare();
  if (!process.argv.includes('--no-build')) {
    for (const { target } of plans) await timed(`built ${target}`, () => buildImage(root, target));
  }
  for (const plan of plans) await timed(`${plan.name} is up, from its image`, () => bringUp(plan, addressOf));
  await lookThroughTheEdge(addressOf(PUBLIC));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
} finally {
  for (const { name, contained } of started.toReversed()) {
    const code = await contained.stop();
    console.log(`${name} ended with code ${code}`);
    if (code !== 0) process.exitCode = 1;
  }
  for (const step of undo.toReversed()) await step();
}

/** Secrets as make-env.sh makes them, servers with those passwords, and an address of this machine for every service. */
async function prepare(): Promise<{ plans: ImagePlan[]; addressOf: (service: string) => string }> {
  const folder = mkdtempSync(join(tmpdir(), 'showfloor-images-'));
  undo.push(async () => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(join(folder, 'infra/docker'), { recursive: true });
  for (const file of ['make-env.sh', '.env.example'])
    copyFileSync(join(root, 'infra/docker', file), join(folder, 'infra/docker', file));
  execFileSync('sh', [join(folder, 'infra/docker/make-env.sh')]);
  const env = readEnvFile(readFileSync(join(folder, '.env'), 'utf8'));
  const plans = planImages(readFileSync(join(root, 'docker-compose.yml'), 'utf8'), env);
  const servers = await Promise.all([
    startPostgres({ password: env['POSTGRES_PASSWORD'] ?? '' }),
    startRedis({ password: env['REDIS_PASSWORD'] ?? '' }),
    startNats({ password: env['NATS_PASSWORD'] ?? '' }),
  ]);
  for (const server of servers) undo.push(() => server.stop());
  await createOwnDatabase(servers[0].url);
  const ports = new Map<string, number>();
  ['postgres', 'redis', 'nats'].forEach((name, at) => ports.set(name, servers[at]?.port ?? 0));
  for (const name of [...plans.map((plan) => plan.name), PUBLIC]) ports.set(name, await freePort());
  return { plans, addressOf: (service) => `127.0.0.1:${ports.get(service)}` };
}

async function bringUp(plan: ImagePlan, addressOf: (service: string) => string): Promise<void> {
  const port = addressOf(plan.name).split(':')[1] ?? '';
  const environment: Record<string, string> = { PORT: port };
  // What compose's own network would find by name is on this machine's loopback here.
  for (const [name, value] of Object.entries(plan.environment))
    environment[name] = value.replaceAll(
      /(?<=\/\/|@)([a-z-]+):(7100|5432|6379|4222)\b/g,
      (_, service: string) => addressOf(service),
    );
  if (plan.name === 'ingest') environment['RTMP_PORT'] = String(await freePort());
  if (plan.name === 'edge') environment['EDGE_PORT'] = addressOf(PUBLIC).split(':')[1] ?? '';
  const contained = await runImage(plan.target, environment);
  if (plan.name === 'setup') {
    const code = await contained.exited;
    await contained.stop();
    if (code !== 0) throw new Error(`setup failed:\n${contained.lines().join('\n')}`);
    return;
  }
  started.push({ name: plan.name, contained });
  const until = Date.now() + READY_DEADLINE_MS;
  while (!(await answers(`http://127.0.0.1:${port}/readyz`))) {
    if (contained.ended() !== undefined || Date.now() > until)
      throw new Error(`${plan.name} did not become ready:\n${contained.lines().join('\n')}`);
    await delay(200);
  }
}

/** The pages and a call through every part that the edge puts together. */
async function lookThroughTheEdge(address: string): Promise<void> {
  for (const path of [
    '/',
    '/api/catalog/v1/shows?state=live',
    '/api/docs',
    '/api/accounts/.well-known/jwks.json',
  ]) {
    const response = await fetch(`http://${address}${path}`);
    await response.body?.cancel();
    if (!response.ok) throw new Error(`the edge answers ${response.status} to ${path}`);
    console.log(`the edge answers ${response.status} to ${path}`);
  }
}

async function timed(what: string, work: () => Promise<void>): Promise<void> {
  const from = performance.now();
  await work();
  console.log(`${what} (${((performance.now() - from) / 1000).toFixed(1)} s)`);
}
