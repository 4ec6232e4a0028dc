import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { Client } from 'pg';
import { askLine } from './ask-line.ts';
import { createDatabase, isPortFree, startNats, startNginx, startPostgres, startRedis } from './index.ts';
import { isAlive } from './private-folder.ts';

const folder = mkdtempSync(join(tmpdir(), 'servers-spec-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function rows(url: string, sql: string): Promise<unknown[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

describe('PostgreSQL', () => {
  it('keeps confirmed rows over a SIGKILL and starts again in spite of the lock left behind', async () => {
    const dataDir = join(folder, 'postgres');
    const first = await startPostgres({ dataDir, durable: true, password: 'q/1:@' });
    await rows(first.url, 'create table kept as select 42 as answer');
    await first.kill();
    expect(existsSync(join(dataDir, 'postmaster.pid'))).toBe(true);
    // The process id in the lock now belongs to a living process that is no PostgreSQL.
    writeFileSync(join(dataDir, 'postmaster.pid'), `${process.pid}\n${dataDir}\n`);

    const second = await startPostgres({ dataDir, durable: true, password: 'q/1:@', port: first.port });
    expect(await rows(second.url, 'select answer from kept')).toEqual([{ answer: 42 }]);
    await expect(
      rows(`postgres://postgres:wrong@127.0.0.1:${second.port}/postgres`, 'select 1'),
    ).rejects.toThrow(/password authentication failed/);
    await expect(startPostgres({ dataDir })).rejects.toThrow(/another PostgreSQL .* already runs/);
    await second.stop();
    expect(existsSync(join(dataDir, 'PG_VERSION'))).toBe(true);
  });

  it('gives every test a database and a role that sees its own schema only', async () => {
    const one = await createDatabase('checkout');
    const two = await createDatabase('checkout');
    await rows(one, 'create table orders (id int)');
    expect(await rows(one, `select schemaname, tablename from pg_tables where tablename = 'orders'`)).toEqual(
      [{ schemaname: 'checkout', tablename: 'orders' }],
    );
    await expect(rows(two, 'select * from orders')).rejects.toThrow(/relation "orders" does not exist/);
    const foreign = new URL(two);
    foreign.pathname = new URL(one).pathname;
    await expect(rows(foreign.href, 'select * from checkout.orders')).rejects.toThrow(/permission denied/);
  });
});

describe('Redis', () => {
  it('asks for its password and, with the log on, keeps data over a restart', async () => {
    const options = { dir: join(folder, 'redis'), persistence: 'aof', password: 'secret' } as const;
    const first = await startRedis(options);
    expect(await askLine(first.port, 'SET a 1\r\n')).toMatch(/^-NOAUTH/);
    expect(await askLine(first.port, 'AUTH secret\r\n')).toBe('+OK');
    await sendAll(first.port, ['AUTH secret', 'SET units 3']);
    await first.stop();
    const second = await startRedis(options);
    expect(await sendAll(second.port, ['AUTH secret', 'GET units'])).toContain('3');
    await second.stop();
  });
});

describe('NATS', () => {
  it('serves JetStream and frees its port and folder when stopped', async () => {
    const nats = await startNats();
    expect(await askLine(nats.port)).toContain('"jetstream":true');
    await nats.stop();
    await nats.stop();
    expect(await isPortFree(nats.port)).toBe(true);
    expect(existsSync(nats.dir)).toBe(false);
  });

  it('names the fault when a given port is taken', async () => {
    const nats = await startNats();
    await expect(startNats({ port: nats.port })).rejects.toThrow(`port ${nats.port} is taken`);
    await nats.stop();
  });
});

describe('nginx', () => {
  it('serves a given configuration and reloads another', async () => {
    const nginx = await startNginx({ conf: ({ port }) => site(port, 'first') });
    expect(await (await fetch(nginx.url)).text()).toBe('first');
    nginx.reload(site(nginx.port, 'second'));
    let text = '';
    while (text !== 'second')
      text = await (await fetch(nginx.url, { headers: { connection: 'close' } })).text();
    await nginx.stop();
    expect(isAlive(nginx.pid)).toBe(false);
  });
});

describe('a starter that is killed', () => {
  it('leaves no server behind', async () => {
    const program = `
      import { startNats, startNginx, startPostgres, startRedis } from '${join(import.meta.dirname, 'index.ts')}';
      const conf = ({ port }) => 'events {} http { server { listen 127.0.0.1:' + port + '; } }';
      const all = await Promise.all([startNats(), startRedis(), startPostgres(), startNginx({ conf })]);
      process.stdout.write(JSON.stringify(all.map((server) => server.port)) + '\\n');`;
    const starter = spawn(process.execPath, ['--input-type=module', '--eval', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const ports = JSON.parse(await firstLine(starter.stdout)) as number[];
    expect(await Promise.all(ports.map(isPortFree))).toEqual([false, false, false, false]);
    starter.kill('SIGKILL');
    while (!(await Promise.all(ports.map(isPortFree))).every(Boolean));
  });
});

async function firstLine(stream: NodeJS.ReadableStream): Promise<string> {
  let text = '';
  for await (const chunk of stream) {
    text += String(chunk);
    if (text.includes('\n')) return text;
  }
  throw new Error(`ended without a line: ${text}`);
}

/** Redis answers inline commands in order; the line after a bulk length is the value. */
async function sendAll(port: number, commands: string[]): Promise<string> {
  const socket = connect({ port, host: '127.0.0.1' });
  let text = '';
  socket.end(`${commands.join('\r\n')}\r\nQUIT\r\n`);
  for await (const chunk of socket) text += String(chunk);
  return text;
}

function site(port: number, text: string): string {
  return `events {}\nhttp {\n  server { listen 127.0.0.1:${port}; location / { return 200 "${text}"; } }\n}\n`;
}
