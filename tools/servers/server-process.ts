import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { guardWithWatchdog, withDeathSignal } from './death-signal.ts';
import { findProgram } from './find-program.mjs';
import { freePort, isPortFree } from './free-port.ts';
import type { Owner } from './private-folder.ts';

const READY_DEADLINE_MS = 60_000;
const READY_POLL_MS = 25;
const STOP_DEADLINE_MS = 20_000;
const LOG_LINES_KEPT = 200;
const PORT_ATTEMPTS = 5;

/** A native server that this process started, and everything a caller may do with it. */
export interface RunningServer {
  url: string;
  host: string;
  port: number;
  pid: number;
  /** The folder with its data; the same folder may be given to the next start. */
  dir: string;
  /** Ends it in order and removes its folder when that was a private one. Safe to call twice. */
  stop(): Promise<void>;
  /** SIGKILL, to it and its children, without warning. The folder stays, for a start on the same data. */
  kill(): Promise<void>;
  /** SIGSTOP to it and its children: it looks alive and answers nothing. */
  pause(): void;
  resume(): void;
  /** Settles when it has ended, for whatever reason. */
  exited: Promise<Exit>;
  /** The last lines it wrote. */
  log(): string;
}

export interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** How one kind of server is launched on a given port. */
export interface Launch {
  program: string;
  args: string[];
  cwd?: string;
  owner?: Owner;
  /** Folders handed to the child as open descriptors 3, 4, ... */
  descriptors?: number[];
  /** Asks it to end in order. */
  stopSignal: NodeJS.Signals;
  /** Answers whether it serves now; a throw means not yet. */
  isReady(): Promise<boolean>;
  onLine?: ((line: string) => void) | undefined;
}

/** What a launched child can do, before a kind of server adds its address and folder. */
export type ServerProcess = Pick<
  RunningServer,
  'pid' | 'stop' | 'kill' | 'pause' | 'resume' | 'exited' | 'log'
>;

/** Where a program is, or an error that says what to install. */
export function requireProgram(name: string, aptPackage: string): string {
  const found = findProgram(name);
  if (!found)
    throw new Error(
      `${name} is not installed: run "apt-get install ${aptPackage}" (or brew), then try again`,
    );
  return found;
}

/** Starts on the port that the caller named, else on a free one, and on another when somebody was quicker to take that. */
export async function onPort<T>(port: number | undefined, start: (port: number) => Promise<T>): Promise<T> {
  if (port !== undefined) {
    // Asked before, since a stranger on this port might answer in the server's place.
    if (!(await isPortFree(port))) throw new Error(`port ${port} is taken: address already in use`);
    return start(port);
  }
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await start(await freePort());
    } catch (error) {
      if (attempt >= PORT_ATTEMPTS || !/address already in use|errno = 98/i.test(String(error))) throw error;
    }
  }
}

/** Starts the child and waits until it serves; throws with its last lines when it ends or stays silent instead. */
export async function launch(name: string, plan: Launch): Promise<ServerProcess> {
  const server = spawnServer(plan);
  const until = Date.now() + READY_DEADLINE_MS;
  let ended: Exit | undefined;
  void server.exited.then((exit) => (ended = exit));
  while (!(await plan.isReady().catch(() => false))) {
    if (ended) throw new Error(`${name} ended while starting (${describe(ended)}):\n${server.log()}`);
    if (Date.now() > until) {
      await server.kill();
      throw new Error(`${name} was not ready within ${READY_DEADLINE_MS / 1000} s:\n${server.log()}`);
    }
    await delay(READY_POLL_MS);
  }
  // Somebody else's server may have answered on a port that ours failed to take.
  if (ended) throw new Error(`${name} ended while starting (${describe(ended)}):\n${server.log()}`);
  return server;
}

function spawnServer(plan: Launch): ServerProcess {
  const guarded = withDeathSignal(plan.stopSignal, plan.program, plan.args);
  const child = spawn(guarded.command, guarded.args, {
    cwd: plan.cwd ?? '/',
    stdio: ['ignore', 'pipe', 'pipe', ...(plan.descriptors ?? [])],
    env: { PATH: process.env['PATH'], LANG: 'C.UTF-8', TZ: 'UTC' },
    detached: true, // a terminal's Ctrl-C reaches only us: the order of stopping is ours to decide
    ...plan.owner,
  });
  const lines = collectLines(child, plan.onLine);
  const exited = new Promise<Exit>((resolve) => {
    child.once('error', (cause) => {
      lines.push(String(cause));
      resolve({ code: null, signal: null });
    });
    child.once('close', (code, signal) => resolve({ code, signal }));
  });
  const pid = child.pid ?? 0;
  const hasEnded = () => pid === 0 || child.exitCode !== null || child.signalCode !== null;
  if (pid && !guarded.guarded) void exited.then(guardWithWatchdog(pid, plan.stopSignal));
  return {
    pid,
    exited,
    log: () => lines.join('\n'),
    async stop() {
      if (hasEnded()) return;
      child.kill('SIGCONT');
      child.kill(plan.stopSignal);
      const late = setTimeout(() => signalTree(pid, 'SIGKILL'), STOP_DEADLINE_MS);
      await exited;
      clearTimeout(late);
    },
    async kill() {
      if (hasEnded()) return;
      signalTree(pid, 'SIGKILL');
      await exited;
    },
    pause: () => signalTree(pid, 'SIGSTOP'),
    resume: () => signalTree(pid, 'SIGCONT'),
  };
}

function collectLines(child: ChildProcess, onLine: ((line: string) => void) | undefined): string[] {
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    if (!stream) continue;
    createInterface({ input: stream }).on('line', (line) => {
      lines.push(line);
      if (lines.length > LOG_LINES_KEPT) lines.shift();
      onLine?.(line);
    });
  }
  return lines;
}

/** Signals a process and all its descendants, parents first. PostgreSQL's children lead groups of their own, so a group signal misses them. */
function signalTree(pid: number, signal: NodeJS.Signals): void {
  if (!pid) return;
  const tree = [pid, ...descendants(pid)];
  for (const member of tree) {
    try {
      process.kill(member, signal);
    } catch {
      // It ended by itself meanwhile.
    }
  }
}

function descendants(pid: number): number[] {
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
      .trim()
      .split(' ')
      .filter(Boolean);
    return children.map(Number).flatMap((child) => [child, ...descendants(child)]);
  } catch {
    return []; // not Linux, or gone
  }
}

function describe(exit: Exit): string {
  return exit.signal ?? `code ${exit.code}`;
}
