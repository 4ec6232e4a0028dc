import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { Agent } from 'node:http';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { freePort, startNginx } from '#servers';
import { renderEdgeConf } from '../../infra/edge/render-edge-conf.ts';
import { startCmafPublisher } from '../../libs/testing/media/cmaf-publisher.ts';
import { readEdgeLog } from './edge-log.ts';
import { watch } from './viewer.ts';
import type { ViewerTally } from './viewer.ts';

// One show, many viewers behind one edge: how much of it reaches the origin, how fast a part is there, and how many playlists
// the origin answers in a second of processor time. npm run bench origin -- [--viewers 1000] [--seconds 20]

const TOKEN = 'token-of-the-benchmark-only';
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
  const originUrl = await startOrigin();
  const edge = await startEdge(new URL(originUrl).host);
  const availableMs: number[] = [];
  const publisher = await startCmafPublisher({
    originUrl,
    internalToken: TOKEN,
    showId: SHOW,
    onPart: (_rendition, _msn, _index, tookMs) => availableMs.push(tookMs),
  });
  stops.push(() => publisher.stop('abandon'));
  const playlistUrl = `${edge.url}/hls/${SHOW}/source/live.m3u8`;
  while ((await fetch(playlistUrl)).status !== 200) await delay(200);

  const agent = new Agent({ keepAlive: true, maxSockets: Infinity });
  const leaving = new AbortController();
  const tally: ViewerTally = { playlists: 0, parts: 0, faults: 0 };
  const all = Array.from({ length: viewers }, () => watch(playlistUrl, agent, leaving.signal, tally));
  const cpuBefore = await cpuSeconds(originUrl);
  await delay(seconds * 1_000);
  const cpu = (await cpuSeconds(originUrl)) - cpuBefore;
  leaving.abort();
  await Promise.all(all);
  agent.destroy();
  await delay(1_500); // the edge writes its log once a second
  const figures = await readEdgeLog(join(edge.dir, 'access.log'));
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
    playlists_per_cpu_second: Math.round(figures.originPlaylists / Math.max(0.01, cpu)),
    origin_cpu_seconds: round(cpu),
    playlists: tally.playlists,
    parts: tally.parts,
    faults: tally.faults,
    machine: `${cpus().length} x ${cpus()[0]?.model ?? 'unknown'}`,
  };
}

async function startOrigin(): Promise<string> {
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
      return url;
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

async function cpuSeconds(originUrl: string): Promise<number> {
  const text = await (await fetch(`${originUrl}/metrics`)).text();
  return Number(/^process_cpu_seconds_total(?:\{[^}]*\})? ([\d.e+-]+)/m.exec(text)?.[1] ?? 0);
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
