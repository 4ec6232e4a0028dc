import { afterAll, describe, expect, it, jest } from '@jest/globals';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { answers, freePort, startNats, startPostgres, startRedis } from '#servers';
import { environmentOf, PROCESSES, type StartPlan } from '../tools/start/processes.ts';
import { createOwnDatabase, createSchemas } from '../tools/start/schemas.ts';
import { until } from './support/people.ts';

/** Nine processes come up one after the other. */
jest.setTimeout(240_000);

/** Run without npm, which ends by the signal itself, whatever its script ends with. */
const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> };
const dataDir = mkdtempSync(join(tmpdir(), 'showfloor-alone-'));
afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

describe('npm run start:<process>', () => {
  it('runs one process alone: healthy, ready, measured, and ended by SIGTERM', async () => {
    const servers = await Promise.all([startPostgres(), startRedis(), startNats()]);
    const [postgres, redis, nats] = servers;
    const alone: ChildProcess[] = [];
    try {
      const plan = await makePlan(postgres.url, redis.url, nats.url);
      for (const each of PROCESSES) {
        const env = { ...process.env, ...environmentOf(each, plan) };
        const [program = '', ...args] = (scripts[`start:${each.name}`] ?? '').split(' ');
        alone.push(spawn(program, args, { env, stdio: 'ignore' }));
        const own = `http://127.0.0.1:${plan.ports[each.name]}`;
        await until(`${each.name} is ready`, () => answers(`${own}/readyz`), 60_000);
        for (const path of ['/healthz', '/metrics']) {
          expect([each.name, path, await answers(own + path)]).toEqual([each.name, path, true]);
        }
      }
    } finally {
      await Promise.all(
        alone.map(async (child) => {
          const ended = once(child, 'exit');
          child.kill('SIGTERM');
          await ended;
        }),
      );
      await Promise.all(servers.map((server) => server.stop()));
    }
    expect(alone.map(({ exitCode }) => exitCode)).toEqual(PROCESSES.map(() => 0));
  });
});

async function makePlan(databaseUrl: string, redisUrl: string, natsUrl: string): Promise<StartPlan> {
  const schemas = PROCESSES.flatMap(({ schema }) => schema ?? []);
  const ports: Record<string, number> = {};
  for (const { name } of PROCESSES) ports[name] = await freePort();
  const edgePort = await freePort();
  return {
    dataDir,
    publicUrl: `http://localhost:${edgePort}`,
    edgePort,
    rtmpPort: await freePort(),
    redisUrl,
    natsUrl,
    databases: await createSchemas(
      await createOwnDatabase(databaseUrl),
      schemas,
      () => 'a password of tests',
    ),
    ports,
    secret: (name) => `a secret of tests, long enough for ${name}`,
    given: {},
  };
}
