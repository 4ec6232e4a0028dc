import { execFile, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { commandOf, descendants } from '../servers/process-tree.ts';

const run = promisify(execFile);
const STOP_DEADLINE_MS = 30_000;
const LINES_KEPT = 30;

/** A process in a container of its image, on this machine's own network. */
export interface Contained {
  /** Its last lines of output. */
  lines(): string[];
  /** The code it ended with; undefined while it runs. */
  ended(): number | undefined;
  exited: Promise<number>;
  /** SIGTERM to the process itself; answers its exit code, and removes the container. */
  stop(): Promise<number>;
}

/** Builds one target. Healthchecks need docker's own image format. */
export async function buildImage(root: string, target: string): Promise<void> {
  const child = spawn(
    'buildah',
    [
      ...['bud', '--format', 'docker', '--layers', '--isolation', 'chroot', '--network', 'host'],
      ...['--target', target, '-t', imageOf(target), '-f', 'infra/docker/Dockerfile', '.'],
    ],
    { cwd: root, stdio: ['ignore', 'ignore', 'pipe'], env: plainEnvironment() },
  );
  const lines = keepLines(child);
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`building ${target} failed:\n${lines().join('\n')}`);
}

/** Starts an image's own command, as its own user. */
export async function runImage(target: string, environment: Record<string, string>): Promise<Contained> {
  const container = (await buildah('from', imageOf(target))).trim();
  const {
    OCIv1: { config },
  } = JSON.parse(await buildah('inspect', container)) as {
    OCIv1: { config: { Cmd: string[]; User: string } };
  };
  if (config.User !== 'node') throw new Error(`${target} would run as "${config.User}", not as node`);
  const settings = Object.entries(environment).flatMap(([name, value]) => ['--env', `${name}=${value}`]);
  const child = spawn(
    'buildah',
    ['run', '--isolation', 'chroot', ...settings, container, '--', ...config.Cmd],
    { stdio: ['ignore', 'pipe', 'pipe'], env: plainEnvironment() },
  );
  const lines = keepLines(child);
  let ended: number | undefined;
  const exited = once(child, 'exit').then(([code]) => (ended = (code as number | null) ?? 255));
  return {
    lines,
    ended: () => ended,
    exited,
    async stop() {
      for (const pid of innermost(child.pid ?? 0)) process.kill(pid, 'SIGTERM');
      const late = setTimeout(() => {
        for (const pid of innermost(child.pid ?? 0)) process.kill(pid, 'SIGKILL');
      }, STOP_DEADLINE_MS);
      const code = await exited;
      clearTimeout(late);
      await buildah('rm', container);
      return code;
    },
  };
}

function imageOf(target: string): string {
  return `localhost/showfloor/${target}`;
}

async function buildah(...args: string[]): Promise<string> {
  return (await run('buildah', args, { env: plainEnvironment() })).stdout;
}

/** Without the folders that npm puts before all others: inside an image they would hide its own programs. */
function plainEnvironment(): NodeJS.ProcessEnv {
  return {
    HOME: process.env['HOME'] ?? '/root',
    PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  };
}

function keepLines(child: ChildProcess): () => string[] {
  const kept: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    if (!stream) continue;
    createInterface({ input: stream }).on('line', (line) => {
      kept.push(line);
      if (kept.length > LINES_KEPT) kept.shift();
    });
  }
  return () => [...kept];
}

/** buildah keeps to itself between this program and the contained one: the first below it that are not buildah. */
function innermost(ancestor: number): number[] {
  const tree = descendants(ancestor);
  const between = new Set([ancestor, ...tree.filter(isBuildah).map(({ pid }) => pid)]);
  return tree.filter((one) => between.has(one.parent) && !isBuildah(one)).map(({ pid }) => pid);
}

/** By the command line: buildah calls its own helper processes after itself or /proc/self/exe. */
function isBuildah({ pid }: { pid: number }): boolean {
  const [first = ''] = commandOf(pid).split('\0');
  return first.slice(first.lastIndexOf('/') + 1).startsWith('buildah');
}
