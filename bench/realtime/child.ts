import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const GC_HOOK = fileURLToPath(new URL('gc-on-signal.ts', import.meta.url));
/** Clock ticks per second in /proc, the same on every Linux of today. */
const TICKS_PER_S = 100;
const START_MS = 60_000;

/** A server under measurement, alone on the first core; whoever loads it runs on the others. */
export interface Measured {
  url: string;
  /** Processor seconds used so far, user and system. */
  cpuSeconds(): number;
  /** Memory after a collection of garbage, in KB. */
  rssKb(): Promise<number>;
  stop(): Promise<void>;
}

/** Starts `main` (below dist/: what `npm run bench` has built) on core 0 and waits until `/readyz` answers. */
export async function startMeasured(
  main: string,
  port: number,
  env: Record<string, string>,
): Promise<Measured> {
  const conditions = main.startsWith('dist/') ? [] : ['--conditions=source'];
  const node = [process.execPath, '--expose-gc', ...conditions, '--import', GC_HOOK, main];
  const child = spawn('taskset', ['-c', '0', ...node], {
    cwd: ROOT,
    env: { PATH: process.env['PATH'], PORT: String(port), ...env },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const url = `http://127.0.0.1:${port}`;
  const until = Date.now() + START_MS;
  while (!(await fetch(`${url}/readyz`).catch(() => undefined))?.ok) {
    if (child.exitCode !== null || Date.now() > until) throw new Error(`${main} did not start`);
    await delay(100);
  }
  const pid = pidOf(child);
  return {
    url,
    cpuSeconds: () => cpuSecondsOf(pid),
    async rssKb() {
      for (let round = 0; round < 3; round += 1) {
        process.kill(pid, 'SIGUSR2');
        await delay(400);
      }
      return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
    },
    async stop() {
      if (child.exitCode !== null) return;
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
    },
  };
}

/** This process, and its children to come, leave the first core to the server. */
export function leaveFirstCore(): void {
  spawn('taskset', ['-cp', '1', String(process.pid)], { stdio: 'ignore' });
}

function pidOf(child: ChildProcess): number {
  if (!child.pid) throw new Error('the server has no process');
  return child.pid; // taskset becomes the program it starts
}

function cpuSecondsOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_S;
}
