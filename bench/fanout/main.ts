import { LIVE_PATH, LIVE_PROTOCOL_VERSION } from '#contracts';
import { cpus } from 'node:os';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { leaveFirstCore, type Measured } from '../realtime/child.ts';
import { CROWD, percentile, startCrowd, type Hops, type Protocol } from '../realtime/crowd.ts';
import { addressOf, newTally, seatViewers } from '../realtime/raw-viewer.ts';
import { setStage } from '../realtime/stage.ts';

// One lively room (80 lines and 300 reactions a second) and everybody who watches: lines delivered per processor-second of
// the server, against stock socket.io with its Redis adapter on the same trace. Lines count, reactions only cost.
// npm run bench fanout -- [--viewers 5000] [--peer-viewers 20] [--seconds 20]

const { values } = parseArgs({
  options: {
    viewers: { type: 'string', default: '5000' },
    'peer-viewers': { type: 'string', default: '20' },
    seconds: { type: 'string', default: '20' },
  },
});
const viewers = Number(values.viewers);
/**
 * Beside the crowd, which hears too. More than this and stock socket.io fills its core with this trace, where its cost per delivery
 * grows with what waits; below it that hardly depends on their number.
 */
const peerViewers = Number(values['peer-viewers']);
const seconds = Number(values.seconds);
const SETTLE_MS = 6_000;
const LAG_RESOLUTION_MS = 10;

interface Run {
  deliveriesPerCpuS: number;
  p99Ms: number;
  hopsP99Ms: Record<keyof Hops, number>;
  ticksPerS: number;
  /** How late the load generator itself was: it is the one who hears. */
  loadLagMs: number;
  bytesPerViewerS: number;
  cpuSeconds: number;
  complete: number;
  refused: number;
}

const stage = await setStage();
leaveFirstCore();
try {
  const chat = await stage.startChat();
  const plain = await measure(chat, 'live', viewers, false);
  const compressed = await measure(chat, 'live', viewers, true);
  await chat.stop();
  const sampling = await stage.startChat({ CHAT_LINES_PER_S: '15' });
  const sampled = await measure(sampling, 'live', viewers, false);
  await sampling.stop();
  const peer = await stage.startPeer();
  const stock = await measure(peer, 'peer', peerViewers, false);
  await peer.stop();
  const result = {
    bench: 'fanout',
    viewers,
    seconds,
    deliveries_per_cpu_s: Math.round(plain.deliveriesPerCpuS),
    peer_deliveries_per_cpu_s: Math.round(stock.deliveriesPerCpuS),
    ratio: round(plain.deliveriesPerCpuS / stock.deliveriesPerCpuS),
    p99_ms: round(plain.p99Ms),
    hops_p99_ms: plain.hopsP99Ms,
    ticks_per_s: round(plain.ticksPerS),
    load_lag_p99_ms: round(plain.loadLagMs),
    compressed_ratio: round(compressed.deliveriesPerCpuS / plain.deliveriesPerCpuS),
    sampled_cpu_ms_per_viewer_minute: round((sampled.cpuSeconds * 1_000 * 60) / seconds / viewers),
    compressed_p99_ms: round(compressed.p99Ms),
    bytes_per_viewer_s: Math.round(plain.bytesPerViewerS),
    compressed_bytes_per_viewer_s: Math.round(compressed.bytesPerViewerS),
    complete: round(Math.min(plain.complete, compressed.complete)),
    peer_complete: round(stock.complete),
    peer_viewers: peerViewers,
    peer_p99_ms: round(stock.p99Ms),
    peer_core_busy: round(stock.cpuSeconds / seconds),
    refused: plain.refused + compressed.refused,
    server_core_busy: round(plain.cpuSeconds / seconds),
    machine: `${cpus().length} x ${cpus()[0]?.model ?? 'unknown'}`,
  };
  process.stdout.write(`${JSON.stringify(result)}\n`);
} finally {
  await stage.stop();
}

async function measure(
  server: Measured,
  protocol: Protocol,
  count: number,
  compressed: boolean,
): Promise<Run> {
  const tally = newTally();
  const live = protocol === 'live';
  const join = live ? `420["m",{"op":"join","showId":"${stage.showId}"}]` : `420["join","${stage.showId}"]`;
  const seated = await seatViewers(count, (index) => ({
    port: Number(new URL(server.url).port),
    path: live ? LIVE_PATH : '/socket.io/',
    hello: live ? `40{"v":${LIVE_PROTOCOL_VERSION}}` : '40',
    join,
    address: addressOf(index),
    compressed,
    tally,
  }));
  const crowd = await startCrowd(server.url, stage.showId, protocol);
  // The server finds its pace: it looks every two seconds how busy it is.
  await delay(SETTLE_MS);
  crowd.reset();
  const lag = monitorEventLoopDelay({ resolution: LAG_RESOLUTION_MS });
  lag.enable();
  const before = { frames: tally.frames, bytes: tally.bytes, cpu: server.cpuSeconds() };
  await delay(seconds * 1_000);
  const cpuSeconds = server.cpuSeconds() - before.cpu;
  const frames = tally.frames - before.frames;
  const heard = crowd.linesHeard();
  // The crowd hears a tick for each frame of a viewer; of the stock server's frames some are reactions.
  const expected = live ? crowd.ticksHeard() * count : frames;
  const complete = expected === 0 ? 0 : frames / expected;
  const run: Run = {
    deliveriesPerCpuS: (heard * (count + CROWD) * Math.min(1, complete)) / cpuSeconds,
    p99Ms: percentile(crowd.delaysMs, 0.99),
    hopsP99Ms: {
      taken: Math.round(percentile(crowd.hopsMs.taken, 0.99)),
      ticked: Math.round(percentile(crowd.hopsMs.ticked, 0.99)),
      heard: Math.round(percentile(crowd.hopsMs.heard, 0.99)),
    },
    ticksPerS: crowd.ticksHeard() / seconds,
    loadLagMs: lag.percentile(99) / 1e6 - LAG_RESOLUTION_MS,
    bytesPerViewerS: (tally.bytes - before.bytes) / count / seconds,
    cpuSeconds,
    complete,
    refused: crowd.refused(),
  };
  lag.disable();
  crowd.stop();
  for (const viewer of seated) viewer.close();
  await delay(1_000);
  return run;
}

function round(value: number): number {
  return Math.round(value * 1_000) / 1_000;
}
