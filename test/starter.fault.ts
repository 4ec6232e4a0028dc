import { afterAll, describe, expect, it, jest } from '@jest/globals';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PROCESSES } from '../tools/start/processes.ts';
import { until } from './support/people.ts';
import { startSystem, type System } from './support/system.ts';

/** A start with migrations, a demo shop and a first picture, on two processors that other tests use as well. */
jest.setTimeout(240_000);

const dataDir = mkdtempSync(join(tmpdir(), 'showfloor-starter-'));
let running: System | undefined;
afterAll(async () => {
  await running?.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

interface Process {
  pid: number;
  parent: number;
  name: string;
}

describe('npm start', () => {
  it('stops every child when it is told to', async () => {
    const system = (running = await startSystem({ demo: true, dataDir }));
    const children = descendants(starterPid());
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

    const catalog = descendants(starterPid()).find(({ pid }) => commandOf(pid).includes('apps/catalog/'));
    expect(catalog).toBeDefined();
    process.kill(catalog?.pid ?? 0, 'SIGKILL');
    await until('the starter says so', async () =>
      system.output().includes('catalog ended (SIGKILL): starting it again in 0.5 s'),
    );
    await until('catalog answers again', async () => (await shows()).ok, 60_000);

    const children = descendants(starterPid());
    process.kill(starterPid(), 'SIGKILL');
    await until('every child has ended', async () => !children.some(isRunning), 60_000);
  });
});

function starterPid(): number {
  return Number(readFileSync(join(dataDir, 'start.pid'), 'utf8'));
}

function descendants(ancestor: number): Process[] {
  const all = readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .flatMap((pid) => read(Number(pid)) ?? []);
  const below = (parent: number): Process[] =>
    all.filter((process) => process.parent === parent).flatMap((process) => [process, ...below(process.pid)]);
  return below(ancestor);
}

/** Whether this very process still runs: neither gone, nor waiting to be reaped, nor another with its number. */
function isRunning({ pid, name }: Process): boolean {
  return read(pid)?.name === name;
}

/** From /proc/<pid>/stat: `pid (name) state parent ...` */
function read(pid: number): Process | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (state === 'Z') return undefined;
    return { pid, parent: Number(parent), name: stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')')) };
  } catch {
    return undefined;
  }
}

function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}
