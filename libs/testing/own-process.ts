import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { answers } from '#servers';

const ROOT = new URL('../../', import.meta.url);
const LOADER = fileURLToPath(new URL('compile-on-load.ts', import.meta.url));
const START_TIMEOUT_MS = 60_000;
const LOOK_MS = 50;
const OUTPUT_CHARS = 20_000;

export interface OwnProcessOptions {
  /** Entry from the root of the repository, e.g. `apps/checkout/src/main.ts`. */
  main: string;
  port: number;
  env: Record<string, string>;
  /** Path that answers 200 when the process may be given work. */
  readyPath?: string;
}

/** One of our processes as a child: real signals, a real death. */
export interface OwnProcess {
  readonly url: string;
  /** Starts it again on the same address. */
  start(): Promise<void>;
  /** SIGKILL, and waits for the end. */
  kill(): Promise<void>;
  /** SIGSTOP: it exists and does nothing. */
  pause(): void;
  resume(): void;
  /** SIGTERM, and waits for the orderly end. */
  stop(): Promise<void>;
  /** What it printed, newest last. */
  output(): string;
}

/** Starts a process from its sources and waits until it is ready. */
export async function startOwnProcess(options: OwnProcessOptions): Promise<OwnProcess> {
  const url = `http://127.0.0.1:${options.port}`;
  let child: ChildProcess | undefined;
  let output = '';

  async function start(): Promise<void> {
    const started = spawn(
      process.execPath,
      ['--conditions=source', '--disable-warning=ExperimentalWarning', '--import', LOADER, options.main],
      {
        cwd: fileURLToPath(ROOT),
        env: { PATH: process.env['PATH'], PORT: String(options.port), ...options.env },
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    for (const stream of [started.stdout, started.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        output = (output + chunk.toString()).slice(-OUTPUT_CHARS);
      });
    }
    child = started;
    await ready(started);
  }

  async function ready(started: ChildProcess): Promise<void> {
    const until = Date.now() + START_TIMEOUT_MS;
    while (Date.now() < until) {
      if (started.exitCode !== null || started.signalCode !== null) {
        throw new Error(`${options.main} ended before it was ready:\n${output}`);
      }
      if (await answers(`${url}${options.readyPath ?? '/readyz'}`)) return;
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
    started.kill('SIGKILL');
    throw new Error(`${options.main} did not get ready:\n${output}`);
  }

  async function end(signal: NodeJS.Signals): Promise<void> {
    const running = child;
    child = undefined;
    if (!running || running.exitCode !== null || running.signalCode !== null) return;
    const ended = once(running, 'exit');
    running.kill('SIGCONT');
    running.kill(signal);
    await ended;
  }

  process.once('exit', () => child?.kill('SIGKILL'));
  await start();
  return {
    url,
    start,
    kill: () => end('SIGKILL'),
    stop: () => end('SIGTERM'),
    pause: () => void child?.kill('SIGSTOP'),
    resume: () => void child?.kill('SIGCONT'),
    output: () => output,
  };
}
