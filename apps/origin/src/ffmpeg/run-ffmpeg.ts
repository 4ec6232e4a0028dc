import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants, setPriority } from 'node:os';
import type { Readable } from 'node:stream';

/** Runs that may be under way at the same time; the rest waits. Pictures and clips never compete with what is on air. */
const PARALLEL_RUNS = 2;

/** Errors that ffmpeg printed, as many as explain a failure. */
const LONGEST_ERROR_CHARS = 2_000;

export interface FfmpegRun {
  args: readonly string[];
  /** Goes to stdin. */
  input?: readonly Uint8Array[];
  /** How many outputs are read: `pipe:1`, then `pipe:3`, `pipe:4` ... */
  outputs?: number;
  timeoutMs: number;
  /** Largest output taken, each. */
  outputLimitBytes?: number;
  signal?: AbortSignal;
}

/** ffmpeg did not do what was asked; the message ends with what it said. */
export class FfmpegError extends Error {
  override readonly name = 'FfmpegError';
}

/** Starts short ffmpeg processes at low priority, a few at a time, each with a deadline. */
export class FfmpegRunner {
  private readonly program: string;
  private readonly waiting: (() => void)[] = [];
  private running = 0;

  constructor(program: string) {
    this.program = program;
  }

  /** Runs that have not begun. */
  get backlog(): number {
    return this.waiting.length;
  }

  /** Gives back what was written to each output. Throws FfmpegError. */
  async run(request: FfmpegRun): Promise<Buffer[]> {
    await this.takePlace();
    try {
      return await this.runNow(request);
    } finally {
      this.running--;
      this.waiting.shift()?.();
    }
  }

  private async takePlace(): Promise<void> {
    if (this.running >= PARALLEL_RUNS) await new Promise<void>((resolve) => this.waiting.push(resolve));
    this.running++;
  }

  private async runNow(request: FfmpegRun): Promise<Buffer[]> {
    const { args, input = [], outputs = 0, timeoutMs, outputLimitBytes = 16 * 1024 * 1024 } = request;
    const extra = Array.from({ length: Math.max(0, outputs - 1) }, () => 'pipe' as const);
    const child = spawn(this.program, ['-hide_banner', '-loglevel', 'error', '-y', ...args], {
      stdio: ['pipe', outputs > 0 ? 'pipe' : 'ignore', 'pipe', ...extra],
    });
    const deadline = setTimeout(() => child.kill('SIGKILL'), timeoutMs);
    const abort = (): void => void child.kill('SIGKILL');
    request.signal?.addEventListener('abort', abort, { once: true });
    try {
      const ended = once(child, 'close');
      if (child.pid !== undefined) lowerPriority(child.pid);
      // A child that has enough closes its end; that is for the exit code to judge.
      child.stdin?.on('error', () => undefined);
      child.stdin?.end(Buffer.concat(input));
      const streams = [child.stdout, ...child.stdio.slice(3)].filter(
        (stream) => stream !== null && stream !== undefined,
      );
      const results = streams.map((stream) => collect(stream as Readable, outputLimitBytes, abort));
      const said = collect(child.stderr as Readable, LONGEST_ERROR_CHARS * 8, () => undefined);
      const [code, signal] = (await ended) as [number | null, string | null];
      const text = (await said).toString('utf8').slice(-LONGEST_ERROR_CHARS).trim();
      if (code !== 0) throw new FfmpegError(`ffmpeg ended with ${code ?? signal}: ${text}`);
      return await Promise.all(results);
    } finally {
      clearTimeout(deadline);
      request.signal?.removeEventListener('abort', abort);
    }
  }
}

async function collect(stream: Readable, limit: number, whenTooMuch: () => void): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream) {
    size += (chunk as Buffer).length;
    if (size > limit) whenTooMuch();
    else chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
}

function lowerPriority(pid: number): void {
  try {
    setPriority(pid, constants.priority.PRIORITY_BELOW_NORMAL);
  } catch {
    // It has ended already.
  }
}
