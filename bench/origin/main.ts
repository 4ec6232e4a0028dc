import { fork, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { cpus, setPriority, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { freePort, startNginx, treeSeconds } from '#servers';
import { renderEdgeConf } from '../../infra/edge/render-edge-conf.ts';
import { readEdgeLog } from './edge-log.ts';
import type { ViewerTally } from './viewer.ts';

// One show, many viewers behind one edge: how much of it reaches the origin, how fast a part is there, and how many playlists
// the origin answers in a second of processor time. npm run bench origin -- [--viewers 1000] [--seconds 20]

const TOKEN = 'token-of-the-benchmark-only';
/** Viewers have come, and what came with them is over. */
const SETTLE_MS = 2_000;
/** Viewers sit at machines of their own: what they do here must not keep publisher, origin and edge from a processor. */
const CROWD_NICENESS = 15;
const SHOW = '01900000-0000-7000-8000-00000000bbbb';

const { values } = parseArgs({
  options: { viewers: { type: 'string', default: '1000' }, seconds: { type: 'string', default: '20' } },
});
const viewers = Number(values.viewers);
const seconds = Number(values.seconds);

const folder = mkdtempSync(join(tmpdir(), 'bench-origin-'));
const stops: (() => Promise<unknown> | unknown)[] = [() => rmSync(folder, { recursive: true, force: true })];
try {
  process.stdout.write(`${JSON.stringify(await measure())}\n`);
} finally {
  for (const stop of stops.toReversed()) await stop();
}

async function measure(): Promise<Record<string, unknown>> {
  const { url: originUrl, pid: originPid } = await startOrigin();
  const edge = await startEdge(new URL(originUrl).host);
  const availableMs: number[] = [];
  const publisher = await startPart('publish.ts', [originUrl, TOKEN, SHOW], 'publishing');
  publisher.on('message', (tookMs) => availableMs.push(Number(tookMs)));
  const playlistUrl = `${edge.url}/hls/${SHOW}/source/live.m3u8`;
  while ((await fetch(playlistUrl)).status !== 200) await delay(200);
  await delay(SETTLE_MS);
  availableMs.length = 0;
  await delay(seconds * 1_000);
  const alone = [...availableMs];
  const crowd = await startPart('crowd.ts', [playlistUrl, String(viewers)], 'arrived');
  if (crowd.pid !== undefined) setPriority(crowd.pid, CROWD_NICENESS);
  await delay(SETTLE_MS);

  const log = join(edge.dir, 'access.log');
  const logBytes = statSync(log).size;
  const pids = { origin: originPid, edge: edge.pid, viewers: crowd.pid, publisher: publisher.pid };
  const cpu = () => Object.entries(pids).map(([name, pid]) => [name, treeSeconds(pid ?? 0)] as const);
  const before = new Map(cpu());
  availableMs.length = 0;
  crowd.send('begin');
  await delay(seconds * 1_000);
  const used = Object.fromEntries(cpu().map(([name, at]) => [name, round(at - (before.get(name) ?? 0))]));
  crowd.send('end');
  const [tally] = (await once(crowd, 'message')) as [ViewerTally];
  await delay(1_500); // the edge writes its log once a second
  const figures = await readEdgeLog(log, logBytes);
  const perPart = [...figures.originRequestsByPart.values()].filter((count) => count > 0);
  const sum = perPart.reduce((total, count) => total + count, 0);
  return {
    bench: 'origin',
    viewers,
    seconds,
    origin_requests_per_part: round(sum / Math.max(1, perPart.length)),
    origin_requests_per_part_max: Math.max(0, ...perPart),
    p99_available_ms: round(percentile(availableMs, 0.99)),
    p50_available_ms: round(percentile(availableMs, 0.5)),
    p99_available_alone_ms: round(percentile(alone, 0.99)),
    p50_available_alone_ms: round(percentile(alone, 0.5)),
    playlists_per_cpu_second: Math.round(figures.originPlaylists / Math.max(0.01, used['origin'] ?? 0)),
    p50_part_ms: round(percentile(tally.partMs, 0.5)),
    p99_part_ms: round(percentile(tally.partMs, 0.99)),
    playlists: tally.playlists,
    parts: tally.parts,
    parts_expected: Math.round(viewers * seconds * 2),
    faults: tally.faults,
    cpu_seconds: used,
    machine: `${cpus().length} x ${cpus()[0]?.model ?? 'unknown'}`,
  };
}

/** A part of the benchmark in a process of its own, ready when it has said `ready`. */
async function startPart(file: string, args: string[], ready: string): Promise<ChildProcess> {
  const child = fork(fileURLToPath(new URL(file, import.meta.url)), args);
  stops.push(() => end(child));
  for (;;) {
    const [message] = (await once(child, 'message')) as [unknown];
    if (message === ready) return child;
  }
}

async function startOrigin(): Promise<{ url: string; pid: number }> {
  const port = await freePort();
  const child = spawn(process.execPath, ['dist/apps/origin/src/main.js'], {
    env: {
      ...process.env,
      NODE_ENV: 'production',
      PORT: String(port),
      INTERNAL_TOKEN: TOKEN,
      DATA_DIR: join(folder, 'origin'),
      NATS_URL: 'nats://127.0.0.1:1',
      LOG_LEVEL: 'error',
      CATALOG_URL: '',
      CHAT_URL: '',
    },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  stops.push(() => end(child));
  const url = `http://127.0.0.1:${port}`;
  for (let tries = 0; tries < 200; tries++) {
    if (
      await fetch(`${url}/healthz`).then(
        (answer) => answer.ok,
        () => false,
      )
    )
      return { url, pid: child.pid ?? 0 };
    await delay(100);
  }
  throw new Error('the origin did not start');
}

async function startEdge(origin: string) {
  const cacheDir = join(folder, 'cache');
  const playerDir = join(folder, 'player');
  mkdirSync(cacheDir);
  mkdirSync(playerDir);
  const nobody = ['127.0.0.1:1'];
  const edge = await startNginx({
    conf: ({ port, dir }) =>
      renderEdgeConf({
        ...{ port, dir, cacheDir, playerDir, host: '127.0.0.1' },
        user: process.getuid?.() === 0 ? 'root' : undefined,
        upstreams: {
          ...{ accounts: nobody, catalog: nobody, checkout: nobody, chat: nobody, ingest: nobody },
          origin: [origin],
        },
      }),
  });
  stops.push(() => edge.stop());
  return edge;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
}

function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
