import type { ChildProcess } from 'node:child_process';

/** How a child came to its end. */
export interface ChildExit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** A child process that cannot be left behind. */
export interface Supervised {
  readonly pid: number;
  readonly exited: Promise<ChildExit>;
  readonly isRunning: boolean;
  /** Asks it to end and kills it after `graceMs`; resolves when it has gone. */
  stop(graceMs: number): Promise<ChildExit>;
}

/** Children of this process that still run; whatever ends this process by itself takes them with it. */
const running = new Set<ChildProcess>();
let exitHookSet = false;

/** Takes care of a child that has been spawned. */
export function supervise(child: ChildProcess, signal: NodeJS.Signals = 'SIGTERM'): Supervised {
  killAllOnExit();
  running.add(child);
  const exited = new Promise<ChildExit>((resolve) => {
    const done = (code: number | null, by: NodeJS.Signals | null): void => {
      running.delete(child);
      resolve({ code, signal: by });
    };
    child.once('exit', done);
    child.once('error', () => done(null, null));
    if (child.exitCode !== null || child.signalCode !== null) done(child.exitCode, child.signalCode);
  });
  return {
    pid: child.pid ?? -1,
    exited,
    get isRunning() {
      return running.has(child);
    },
    async stop(graceMs) {
      if (!running.has(child)) return exited;
      child.kill(signal);
      const timer = setTimeout(() => child.kill('SIGKILL'), graceMs);
      const exit = await exited;
      clearTimeout(timer);
      return exit;
    },
  };
}

/** How many supervised children run. */
export function runningChildren(): number {
  return running.size;
}

function killAllOnExit(): void {
  if (exitHookSet) return;
  exitHookSet = true;
  process.once('exit', () => {
    for (const child of running) child.kill('SIGKILL');
  });
}
