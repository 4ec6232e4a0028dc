import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { lockDataFolder } from './data-lock.ts';
import { LogFile } from './log-file.ts';
import { PROCESSES, environmentOf } from './processes.ts';
import type { StartPlan } from './processes.ts';
import { requireFreePort } from './require-free-port.ts';
import { openSecrets } from './secrets.ts';
import { readStartOptions } from './start-options.ts';
import { renderTable } from './table.ts';

const folder = mkdtempSync(join(tmpdir(), 'start-spec-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const plan: StartPlan = {
  dataDir: '/data',
  publicUrl: 'http://localhost:8080',
  edgePort: 8080,
  rtmpPort: 1935,
  redisUrl: 'redis://127.0.0.1:6000',
  natsUrl: 'nats://127.0.0.1:4000',
  databases: { catalog: 'postgres://showfloor_catalog:x@127.0.0.1:5000/showfloor' },
  ports: { accounts: 7001, catalog: 7002, 'payments-sandbox': 7003 },
  secret: (name) => `secret of ${name}`,
  given: {},
};

describe('options', () => {
  it('come from the command line before the environment', () => {
    const options = readStartOptions(['--edge-port', '9000', '--no-demo'], {
      EDGE_PORT: '1',
      RTMP_PORT: '1936',
    });
    expect(options).toMatchObject({ edgePort: 9000, rtmpPort: 1936, demo: false, verbose: false });
  });

  it('are refused by name', () => {
    expect(() => readStartOptions(['--ports', '1'], {})).toThrow(/Unknown option '--ports'/);
    expect(() => readStartOptions(['--rtmp-port', '99999'], {})).toThrow(
      '"99999" is no port.\nGive RTMP_PORT',
    );
  });

  it('are all explained by --help', () => {
    const usage = readFileSync(join(import.meta.dirname, 'usage.txt'), 'utf8');
    const source = readFileSync(join(import.meta.dirname, 'start-options.ts'), 'utf8');
    const options = [...source.matchAll(/^\s+'?([a-z-]+)'?: \{ type: '/gm)].map(([, name]) => `--${name}`);
    expect(options.length).toBeGreaterThan(4);
    expect(options.filter((option) => !usage.includes(option))).toEqual([]);
  });
});

describe('a taken port', () => {
  it('is named with the variable that changes it', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    await expect(requireFreePort(port, 'EDGE_PORT', 'web pages and API')).rejects.toThrow(
      `Port ${port} (web pages and API) is taken by another program, or closed to this user.\n` +
        `Stop that program or choose another port: EDGE_PORT=${port + 1} npm start (or npm start -- --edge-port ${port + 1}).`,
    );
    server.close();
  });
});

describe('secrets', () => {
  it('are made once, differ, and are closed to others', () => {
    const first = openSecrets(folder).get('redis');
    expect(openSecrets(folder).get('redis')).toBe(first);
    expect(openSecrets(folder).get('nats')).not.toBe(first);
    expect(statSync(join(folder, 'secrets.json')).mode & 0o777).toBe(0o600);
  });
});

describe('the data folder', () => {
  it('is free again after a crash, and after a stop', () => {
    const dataDir = join(folder, 'data');
    const unlock = lockDataFolder(dataDir);
    unlock();
    expect(existsSync(join(dataDir, 'start.pid'))).toBe(false);
    expect(() => lockDataFolder(dataDir)).not.toThrow();
  });
});

describe('logs', () => {
  it('never outgrow four files of ten megabytes', () => {
    const path = join(folder, 'logs/catalog.log');
    const log = new LogFile(path);
    const megabyte = 'x'.repeat(2 ** 20 - 1);
    for (let written = 0; written < 55; written += 1) log.write(megabyte);
    log.close();
    const sizes = ['', '.1', '.2', '.3'].map((suffix) => statSync(path + suffix).size / 2 ** 20);
    expect(sizes).toEqual([5, 10, 10, 10]);
    expect(existsSync(`${path}.4`)).toBe(false);
  });
});

describe('the environment of a process', () => {
  const catalog = PROCESSES.find(({ name }) => name === 'catalog');
  if (!catalog) throw new Error('no catalog');

  it('has its own database and the addresses of the others', () => {
    expect(environmentOf(catalog, plan)).toMatchObject({
      PORT: '7002',
      DATABASE_URL: plan.databases['catalog'],
      PAYMENTS_URL: 'http://127.0.0.1:7003',
      INTERNAL_TOKEN: 'secret of internal-token',
    });
  });

  it('lets a person set what need not agree between processes, and nothing else', () => {
    const given = {
      LOG_LEVEL: 'debug',
      DATABASE_URL: 'postgres://admin@db/x',
      CATALOG_URL: 'http://wrong',
      PORT: '1',
    };
    expect(environmentOf(catalog, { ...plan, given })).toMatchObject({
      LOG_LEVEL: 'debug',
      DATABASE_URL: plan.databases['catalog'],
      CATALOG_URL: 'http://127.0.0.1:7002',
      PORT: '7002',
    });
  });
});

describe('the table', () => {
  it('tells where everything is', () => {
    expect(
      renderTable(plan, undefined)
        .split('\n')
        .map((line) => line.trimEnd()),
    ).toEqual([
      '──────────────────────────────────────────────────────────────────────────────',
      '  Live shows      http://localhost:8080/',
      '  Studio          http://localhost:8080/studio',
      '  Dashboard       http://localhost:8080/dashboard',
      '  API             http://localhost:8080/api/docs/',
      '  Admin           admin@showfloor.localhost  secret of accounts.admin-password',
      '  OBS server      rtmp://localhost:1935/live',
      '  OBS stream key  make one in the studio',
      '──────────────────────────────────────────────────────────────────────────────',
    ]);
  });
});
