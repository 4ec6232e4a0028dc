import { CmafReader, readChunk, readInitSegment, type TimedSample, type TrackInfo } from '#hls';
import type { Logger } from '#process';
import ffmpeg from 'fluent-ffmpeg';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { supervise, type ChildExit, type Supervised } from '../process/supervise.ts';
import type { FfmpegPlan } from './arguments.ts';
import type { FfmpegEnd } from './blame.ts';
import { ProgressReader, type Progress } from './progress.ts';

const KEPT_LINES = 40;
const LINE_CHARS = 500;
const STOP_GRACE_MS = 2_000;
/** After end of input ffmpeg has this long to write what it still holds. */
const FLUSH_GRACE_MS = 10_000;

export interface FfmpegEvents {
  handleInit(output: string, bytes: Uint8Array, track: TrackInfo): void;
  handleSamples(output: string, samples: TimedSample[], track: TrackInfo): void;
  handleProgress?(progress: Progress): void;
  /** Called once, after the last sample of every output. */
  handleExit(end: FfmpegEnd): void;
}

/** An ffmpeg that reads FLV from us and gives back samples. */
export interface RunningFfmpeg {
  /** Resolves with the process id once there is one; undefined when it never started. */
  readonly started: Promise<number | undefined>;
  readonly exited: Promise<FfmpegEnd>;
  /** Bytes that ffmpeg has not read yet. */
  readonly unreadBytes: number;
  write(bytes: Buffer): void;
  /** No more input: it writes what it holds and ends, at the latest after `graceMs`. */
  end(graceMs?: number): void;
  /** Ends it at once. */
  kill(): Promise<void>;
}

type Command = ReturnType<typeof ffmpeg>;

/** Starts ffmpeg through fluent-ffmpeg: FLV on stdin, each output to its own unix socket. */
export async function runFfmpeg(
  plan: FfmpegPlan,
  events: FfmpegEvents,
  logger: Logger,
): Promise<RunningFfmpeg> {
  const dir = mkdtempSync(join(tmpdir(), 'sf-ffmpeg-'));
  const progress = new ProgressReader();
  const servers = await Promise.all([
    ...plan.outputs.map(({ name }, index) =>
      listen(socketPath(dir, index), new OutputReader(name, events, logger)),
    ),
    listen(join(dir, 'progress.sock'), {
      push: (bytes) => progress.push(bytes.toString()).forEach((report) => events.handleProgress?.(report)),
    }),
  ]);
  const input = new PassThrough();
  input.on('error', () => undefined);
  return new FfmpegProcess(buildCommand(plan, dir, input), { input, events, servers, dir });
}

/** The command as fluent-ffmpeg will run it; `dir` holds the outputs' sockets. */
export function buildCommand(plan: FfmpegPlan, dir: string, input: PassThrough): Command {
  const command = ffmpeg(input, { stdoutLines: 1, niceness: plan.niceness ?? 0 }).inputOptions(
    plan.inputArgs,
  );
  if (plan.filters.length > 0) command.complexFilter(plan.filters);
  plan.outputs.forEach(({ args }, index) => {
    command.output(`unix:${socketPath(dir, index)}`).outputOptions(args);
  });
  const globals = ['-hide_banner', '-loglevel', 'warning', '-nostats', '-stats_period', '1'];
  // fluent-ffmpeg has no notion of global options; the head of the first input's is where they stand.
  return command.inputOptions([...globals, '-progress', `unix:${join(dir, 'progress.sock')}`]);
}

class FfmpegProcess implements RunningFfmpeg {
  readonly started: Promise<number | undefined>;
  readonly exited: Promise<FfmpegEnd>;
  private readonly input: PassThrough;
  private readonly lines: string[] = [];
  private readonly command: Command;
  private child: Supervised | undefined;
  private killed = false;
  private flushTimer: NodeJS.Timeout | undefined;

  constructor(
    command: Command,
    parts: { input: PassThrough; events: FfmpegEvents; servers: OutputServer[]; dir: string },
  ) {
    this.command = command;
    this.input = parts.input;
    let exit: ChildExit = { code: null, signal: null };
    const ended = new Promise<void>((resolve) => {
      command.on('end', () => resolve());
      command.on('error', (error: Error) => {
        if (!this.child) this.note(error.message);
        resolve();
      });
    });
    this.started = new Promise((resolve) => {
      command.on('start', () => {
        const { ffmpegProc } = command as unknown as { ffmpegProc?: Parameters<typeof supervise>[0] };
        if (!ffmpegProc) return resolve(undefined);
        this.child = supervise(ffmpegProc);
        void this.child.exited.then((how) => (exit = how));
        if (this.killed) void this.child.stop(STOP_GRACE_MS);
        resolve(this.child.pid);
      });
      void ended.then(() => resolve(undefined));
    });
    command.on('stderr', (line: string) => this.note(line));
    this.exited = ended.then(async () => {
      clearTimeout(this.flushTimer);
      await this.child?.exited;
      await Promise.all(parts.servers.map((server) => server.finished()));
      rmSync(parts.dir, { recursive: true, force: true });
      this.input.destroy();
      const end: FfmpegEnd = { ...exit, lines: this.lines };
      parts.events.handleExit(end);
      return end;
    });
    command.run();
  }

  get unreadBytes(): number {
    return this.input.readableLength + this.input.writableLength;
  }

  write(bytes: Buffer): void {
    if (!this.input.writableEnded && !this.input.destroyed) this.input.write(bytes);
  }

  end(graceMs = FLUSH_GRACE_MS): void {
    if (this.input.writableEnded) return;
    this.input.end();
    this.flushTimer = setTimeout(() => void this.kill(), graceMs);
  }

  async kill(): Promise<void> {
    this.killed = true;
    this.input.end();
    await this.child?.stop(STOP_GRACE_MS);
    if (!this.child) this.command.kill('SIGKILL');
    await this.exited;
  }

  private note(line: string): void {
    this.lines.push(line.slice(0, LINE_CHARS));
    if (this.lines.length > KEPT_LINES) this.lines.shift();
  }
}

function socketPath(dir: string, index: number): string {
  return join(dir, `out${index}.sock`);
}

interface ByteSink {
  push(bytes: Buffer): void;
}

interface OutputServer {
  /** Resolves when ffmpeg has closed its side and everything was read. */
  finished(): Promise<void>;
}

async function listen(path: string, sink: ByteSink): Promise<OutputServer> {
  let connection: Socket | undefined;
  const server: Server = createServer((socket) => {
    connection = socket;
    socket.on('data', (bytes: Buffer) => sink.push(bytes));
    socket.on('error', () => undefined);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, resolve);
  });
  return {
    async finished() {
      server.close();
      if (!connection || connection.closed) return;
      const { promise, resolve } = Promise.withResolvers<void>();
      connection.once('close', () => resolve());
      await promise;
    },
  };
}

/** Turns the bytes of one output into its init segment and samples. */
class OutputReader implements ByteSink {
  private readonly name: string;
  private readonly events: FfmpegEvents;
  private readonly logger: Logger;
  private readonly reader = new CmafReader();
  private track: TrackInfo | undefined;
  private broken = false;

  constructor(name: string, events: FfmpegEvents, logger: Logger) {
    this.name = name;
    this.events = events;
    this.logger = logger;
  }

  push(bytes: Buffer): void {
    if (this.broken) return;
    try {
      for (const piece of this.reader.push(bytes)) this.take(piece);
    } catch (err) {
      this.broken = true;
      this.logger.error({ err, output: this.name }, 'ffmpeg wrote something that is no CMAF');
    }
  }

  private take(piece: { kind: 'init' | 'fragment'; bytes: Uint8Array }): void {
    if (piece.kind === 'init') {
      [this.track] = readInitSegment(piece.bytes);
      if (this.track) this.events.handleInit(this.name, piece.bytes, this.track);
    } else if (this.track) {
      this.events.handleSamples(this.name, readChunk(piece.bytes, this.track), this.track);
    }
  }
}
