import { afterAll, describe, expect, it, jest } from '@jest/globals';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import S3rver from 's3rver';
import { commandOf, descendants, freePort, isRunning, startNats, startPostgres, startRedis } from '#servers';
import { PROCESSES } from '../tools/start/processes.ts';
import { until } from './support/people.ts';
import { starterPid } from './support/processes.ts';
import { startSystem, type System } from './support/system.ts';

/** A start with migrations, a demo shop and a first picture, on two processors that other tests use as well. */
jest.setTimeout(240_000);

const dataDir = mkdtempSync(join(tmpdir(), 'showfloor-starter-'));
let running: System | undefined;
afterAll(async () => {
  await running?.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

describe('npm start', () => {
  it('stops every child when it is told to', async () => {
    const system = (running = await startSystem({ demo: true, dataDir }));
    const children = descendants(starterPid(running?.dataDir ?? ''));
    const names = new Set(children.map(({ name }) => name));
    for (const name of ['postgres', 'redis-server', 'nats-server', 'nginx', 'ffmpeg']) {
      expect(names).toContain(name);
    }
    for (const { name, main } of PROCESSES.filter((process) => process.name !== 'edge')) {
      expect([name, children.some(({ pid }) => commandOf(pid).includes(main))]).toEqual([name, true]);
    }
    await system.stop();
    expect(children.filter(isRunning)).toEqual([]);
    expect(system.output()).toContain(`Stopped. The data is kept in ${dataDir}.`);
  });

  it('finds its data again, brings a killed process back, and leaves nothing behind when it is killed itself', async () => {
    const system = (running = await startSystem({ demo: true, dataDir }));
    const shows = () => fetch(`${system.siteUrl}/api/catalog/v1/shows?state=live`);
    const { items } = (await (await shows()).json()) as { items: { shopName: string }[] };
    expect(items.map(({ shopName }) => shopName)).toContain('Fern & Kiln');

    const catalog = descendants(starterPid(running?.dataDir ?? '')).find(({ pid }) =>
      commandOf(pid).includes('apps/catalog/'),
    );
    expect(catalog).toBeDefined();
    process.kill(catalog?.pid ?? 0, 'SIGKILL');
    await until('the starter says so', async () =>
      system.output().includes('catalog ended (SIGKILL): starting it again in 0.5 s'),
    );
    await until('catalog answers again', async () => (await shows()).ok, 60_000);

    for (const [program, name] of [
      ['redis-server', 'Redis'],
      ['nats-server', 'NATS'],
    ] as const) {
      const server = descendants(starterPid(running?.dataDir ?? '')).find((child) => child.name === program);
      expect(server).toBeDefined();
      process.kill(server?.pid ?? 0, 'SIGKILL');
      await until(`the starter says that ${name} ended`, async () =>
        system.output().includes(`${name} ended (SIGKILL): starting it again.`),
      );
      await until(`${name} runs again`, async () =>
        descendants(starterPid(running?.dataDir ?? '')).some(
          (child) => child.name === program && child.pid !== server?.pid,
        ),
      );
    }
    await until('the shows are there still', async () => (await shows()).ok, 60_000);

    const children = descendants(starterPid(running?.dataDir ?? ''));
    process.kill(starterPid(running?.dataDir ?? ''), 'SIGKILL');
    await until('every child has ended', async () => !children.some(isRunning), 60_000);
  });
});

describe('npm start with servers of its own', () => {
  it('uses them, and starts none', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'showfloor-own-servers-'));
    const bucket = new S3rver({
      address: '127.0.0.1',
      port: 0,
      silent: true,
      directory: folder,
      configureBuckets: [{ name: 'media' }],
    });
    const [postgres, redis, nats, s3] = await Promise.all([
      startPostgres({ password: 'own' }),
      startRedis({ password: 'own' }),
      startNats({ password: 'own' }),
      bucket.run(),
    ]);
    try {
      const system = (running = await startSystem({
        demo: true,
        env: {
          DATABASE_URL: postgres.url,
          REDIS_URL: redis.url,
          NATS_URL: nats.url,
          S3_ENDPOINT: `http://127.0.0.1:${s3.port}`,
          S3_BUCKET: 'media',
          S3_ACCESS_KEY_ID: 'S3RVER',
          S3_SECRET_ACCESS_KEY: 'S3RVER',
        },
      }));
      const names = descendants(starterPid(system.dataDir)).map(({ name }) => name);
      for (const server of ['postgres', 'redis-server', 'nats-server']) expect(names).not.toContain(server);
      const shows = await fetch(`${system.siteUrl}/api/catalog/v1/shows?state=live`);
      const { items } = (await shows.json()) as { items: { shopName: string; posterUrl: string | null }[] };
      expect(items.map(({ shopName }) => shopName)).toContain('Fern & Kiln');
      expect(readdirSync(join(folder, 'media', 'media')).length).toBeGreaterThan(0);
      const poster = await fetch(new URL(items[0]?.posterUrl ?? '', system.siteUrl));
      expect([poster.status, poster.headers.get('content-type')]).toEqual([200, 'image/webp']);
      await system.stop();
    } finally {
      await Promise.all([postgres.stop(), redis.stop(), nats.stop(), bucket.close()]);
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

describe('npm start that cannot', () => {
  it('names a taken port and how to choose another', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as AddressInfo;
    const { code, output } = await tryToStart('--edge-port', String(port));
    await new Promise((resolve) => taken.close(resolve));
    expect(code).toBe(1);
    expect(output.trim()).toBe(
      `Port ${port} (web pages and API) is taken by another program, or closed to this user.\n` +
        `Stop that program or choose another port: EDGE_PORT=${port + 1} npm start (or npm start -- --edge-port ${port + 1}).`,
    );
  });

  // Only root may mount; elsewhere there is no disk to fill without filling somebody's.
  (process.getuid?.() === 0 ? it : it.skip)('names a full disk and what to free', async () => {
    const disk = mkdtempSync(join(tmpdir(), 'showfloor-small-disk-'));
    expect(spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=30m', 'tmpfs', disk]).status).toBe(0);
    try {
      const { code, output } = await tryToStart('--data', join(disk, 'data'));
      expect(code).toBe(1);
      expect(output.trim()).toMatch(/^The disk that holds .+ is full\.\nFree at least 2 GB there/);
    } finally {
      spawnSync('umount', [disk]);
      rmSync(disk, { recursive: true });
    }
  });

  it('explains itself', async () => {
    const { code, output } = await tryToStart('--help');
    expect(code).toBe(0);
    for (const option of ['--no-demo', '--edge-port', '--rtmp-port', '--data', '--verbose'])
      expect(output).toContain(option);
  });
});

async function tryToStart(...options: string[]): Promise<{ code: number | null; output: string }> {
  const ports = ['--edge-port', String(await freePort()), '--rtmp-port', String(await freePort())];
  const args = ['run', '--silent', 'start', '--', '--no-demo', '--data', dataDir, ...ports, ...options];
  const child = spawn('npm', args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += String(chunk)));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, output };
}
