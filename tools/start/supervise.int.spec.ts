import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { freePort, isPortFree } from '../servers/free-port.ts';
import { isAlive } from '../servers/private-folder.ts';
import { Supervised } from './supervise.ts';

type Crash = { how: string; againInMs: number | null; lastLines: string[] };

function supervise(script: string, readyUrl?: string) {
  const crashes: Crash[] = [];
  const lines: string[] = [];
  const heard = new EventTarget();
  const program = new Supervised({
    name: 'example',
    command: process.execPath,
    args: ['-e', script],
    env: { PATH: process.env['PATH'] },
    cwd: '/',
    remedy: 'Look into its log.',
    ...(readyUrl ? { readyUrl } : {}),
    onLine: (line) => {
      lines.push(line);
      heard.dispatchEvent(new Event('line'));
    },
    onCrash: (crash) => {
      crashes.push(crash);
      heard.dispatchEvent(new Event('crash'));
    },
  });
  return { program, crashes, lines, next: (kind: 'line' | 'crash') => once(heard, kind) };
}

const serve = (port: number) =>
  `require('http').createServer((q, r) => r.end()).listen(${port}, '127.0.0.1', () => console.log('pid ' + process.pid))`;

describe('a supervised program', () => {
  it('is started again when it dies, and says how it died', async () => {
    const port = await freePort();
    const { program, crashes, lines, next } = supervise(serve(port), `http://127.0.0.1:${port}/`);
    program.start();
    await program.ready(10_000);
    const first = program.pid ?? 0;
    process.kill(first, 'SIGKILL');
    await next('crash');
    expect(crashes).toEqual([{ how: 'SIGKILL', againInMs: 500, lastLines: [`pid ${first}`] }]);
    await program.ready(10_000);
    expect(lines).toEqual([`pid ${first}`, `pid ${program.pid}`]);
    await program.stop();
    expect(await isPortFree(port)).toBe(true);
  });

  it('waits longer after each crash in a row', async () => {
    const { program, crashes, next } = supervise('process.exit(1)');
    program.start();
    await next('crash');
    await next('crash');
    await program.stop();
    expect(crashes.map(({ how, againInMs }) => [how, againInMs])).toEqual([
      ['code 1', 500],
      ['code 1', 1_000],
    ]);
  });

  it('stays down when its environment is wrong', async () => {
    const { program, crashes } = supervise(
      `console.error('PORT: too small'); process.exitCode = 78`,
      'http://127.0.0.1:1/',
    );
    program.start();
    await expect(program.ready(10_000)).rejects.toThrow(
      'example cannot start (code 78). Its last lines:\n  PORT: too small\nLook into its log.',
    );
    expect(crashes).toHaveLength(1);
    expect(crashes[0]?.againInMs).toBeNull();
    await program.stop();
  });

  it('starts again at once, without a crash, when it was rebuilt', async () => {
    const port = await freePort();
    const { program, crashes, lines, next } = supervise(serve(port), `http://127.0.0.1:${port}/`);
    program.start();
    await program.ready(10_000);
    const again = next('line');
    program.restart();
    await again;
    expect(lines).toHaveLength(2);
    expect(crashes).toEqual([]);
    await program.stop();
  });

  it('takes children that it left behind with it', async () => {
    const script = `
      const child = require('child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
      console.log(child.pid);
      setInterval(() => {}, 1000)`;
    const { program, lines, next } = supervise(script);
    program.start();
    await next('line');
    const child = Number(lines[0]);
    expect(isAlive(child)).toBe(true);
    await program.stop();
    while (isAlive(child)) await new Promise(setImmediate);
  });
});

describe('a starter that is killed outright', () => {
  it('leaves no program behind', async () => {
    const port = await freePort();
    const source = `
      import { Supervised } from '${join(import.meta.dirname, 'supervise.ts')}';
      const nothing = () => undefined;
      const program = new Supervised({ name: 'x', command: process.execPath, args: ['-e', ${JSON.stringify(serve(port))}],
        env: {}, cwd: '/', remedy: '', readyUrl: 'http://127.0.0.1:${port}/', onLine: nothing, onCrash: nothing });
      program.start();
      await program.ready(20000);
      process.stdout.write('ready');`;
    const starter = spawn(process.execPath, ['--input-type=module', '--eval', source], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(starter.stdout, 'data');
    expect(await isPortFree(port)).toBe(false);
    starter.kill('SIGKILL');
    while (!(await isPortFree(port)));
  });
});
