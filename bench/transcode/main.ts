import { connectBus, openWorkQueue } from '#bus';
import { TRANSCODE_JOBS } from '#contracts';
import { flvHeader, writeTag } from '#flv';
import { createLogger, newId } from '#process';
import { freePort, machineProcesses, startNats, treeSeconds } from '#servers';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { makeFlv } from '../../libs/testing/make-flv.ts';
import { encodePlan, words } from '../../transcoder/src/ffmpeg/arguments.ts';
import { ladderBelow } from '../../transcoder/src/ladder/ladder.ts';
import { FakeIngest, repeated } from '../../transcoder/test/fake-ingest.ts';
import { OriginRecorder } from '../../transcoder/test/origin-recorder.ts';

// What a 720p30 stream costs: with its whole ladder watched against bare ffmpeg with the same ladder in one process, and with
// nobody watching against the whole ladder. Processor time of the process and its children, in one run.
// npm run bench transcode -- [--seconds 30]

const SOURCE = { codecs: '', width: 1280, height: 720, frameRate: 30 };
const TOKEN = 'token-of-the-benchmark-only';
/** A new rung first catches up with the present; that is no part of what a stream costs. */
const SETTLE_MS = 6_000;

const SLATES_WITHIN_MS = 60_000;
/** Encoders of a stream that nobody watches: the copy and the sound. */
const ALWAYS_RUNNING = 2;

const { values } = parseArgs({ options: { seconds: { type: 'string', default: '30' } } });
const seconds = Number(values.seconds);
const rungs = ladderBelow(SOURCE);

const folder = mkdtempSync(join(tmpdir(), 'bench-transcode-'));
const stops: (() => unknown)[] = [() => rmSync(folder, { recursive: true, force: true })];
try {
  process.stdout.write(`${JSON.stringify(await measure())}\n`);
} finally {
  for (const stop of stops.toReversed()) await stop();
}

async function measure(): Promise<Record<string, unknown>> {
  const videoArgs = words(
    '-c:v libx264 -preset veryfast -b:v 2500k -g 60 -keyint_min 60 -sc_threshold 0 -bf 2',
  );
  const recording = await makeFlv({ durationS: 20, size: '1280x720', frameRate: 30, videoArgs });
  const tags = repeated(recording, 1 + Math.ceil((3 * seconds + 60) / 20));
  const file = join(folder, 'source.flv');
  writeFileSync(file, Buffer.concat([flvHeader(), ...tags.map(writeTag)]));

  const [ingest, origin] = [new FakeIngest(), new OriginRecorder()];
  await Promise.all([ingest.start(), origin.start()]);
  stops.push(
    () => ingest.stop(),
    () => origin.stop(),
  );
  const transcoder = await startTranscoder(origin.url, ingest.url);
  ingest.publish(tags);
  while (origin.of('source').length < 4) await delay(100);
  await slatesMade(transcoder.pid ?? 0);
  const idle = await cost(transcoder.pid ?? 0);
  origin.demand(...rungs.map(({ name }) => name));
  const keepAsking = setInterval(() => origin.demand(...rungs.map(({ name }) => name)), 2_000);
  stops.push(() => clearInterval(keepAsking));
  while (rungs.some(({ name }) => origin.of(name).length < 4)) await delay(100);
  await delay(SETTLE_MS);
  const full = await cost(transcoder.pid ?? 0);
  const bare = await bareCost(file);
  return {
    bench: 'transcode',
    seconds,
    ratio: round(full / bare),
    idle_ratio: round(idle / full),
    full_cpu_per_second: round(full),
    idle_cpu_per_second: round(idle),
    bare_cpu_per_second: round(bare),
    restarts: origin.seals.length - 1,
    faults: origin.faults.length,
    machine: `${cpus().length} x ${cpus()[0]?.model ?? 'unknown'}`,
  };
}

/**
 * Slates are made once for all streams of a size, by encoders of their own beside the first stream, and the kernel counts what
 * those used when they end: waits until only the copy and the sound have been running for a while.
 */
async function slatesMade(pid: number): Promise<void> {
  const giveUpAt = performance.now() + SLATES_WITHIN_MS;
  for (let quietSince = performance.now(); performance.now() - quietSince < SETTLE_MS;) {
    await delay(50);
    if (performance.now() > giveUpAt) throw new Error('the transcoder does not come to rest');
    const children = machineProcesses().filter(({ parent }) => parent === pid);
    if (children.length > ALWAYS_RUNNING) quietSince = performance.now();
  }
}

async function startTranscoder(originUrl: string, ingestUrl: string): Promise<ChildProcess> {
  const nats = await startNats();
  stops.push(() => nats.stop());
  const child = spawn(process.execPath, ['dist/transcoder/src/main.js'], {
    env: {
      ...process.env,
      NODE_ENV: 'production',
      PORT: String(await freePort()),
      LOG_LEVEL: 'warn',
      INTERNAL_TOKEN: TOKEN,
      NATS_URL: nats.url,
      ORIGIN_URL: originUrl,
      PINNED_RUNGS: '',
    },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  stops.push(() => end(child));
  const bus = await connectBus({
    url: nats.url,
    name: 'bench',
    logger: createLogger({ process: 'bench', level: 'silent' }),
  });
  stops.push(() => bus.close());
  const queue = await openWorkQueue(bus, TRANSCODE_JOBS);
  const { width, height, frameRate } = SOURCE;
  await queue.put(newId(), { streamId: newId(), showId: newId(), ingestUrl, width, height, frameRate });
  return child;
}

/** The same ladder by ffmpeg alone: one process, one decoding, fragments of half a second to nowhere. */
async function bareCost(file: string): Promise<number> {
  const fragments = words(
    '-f mp4 -movflags cmaf+frag_keyframe+delay_moov+skip_trailer -frag_duration 500000 -y /dev/null',
  );
  const { filters, outputs } = encodePlan(rungs, { follow: 'source' });
  const encoded = outputs.flatMap(({ args }) => [...args.slice(0, args.indexOf('-f')), ...fragments]);
  const child = spawn(
    'ffmpeg',
    [
      ...words('-hide_banner -loglevel error -nostdin -threads 1 -re -f flv -i'),
      ...[file, '-filter_complex', filters.join(';'), ...words('-map 0:v:0 -c:v copy'), ...fragments],
      ...encoded,
      ...[...words('-map 0:a:0 -c:a aac -b:a 128k -ar 48000 -ac 2'), ...fragments],
    ],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  );
  stops.push(() => end(child));
  await delay(SETTLE_MS);
  const seconds = await cost(child.pid ?? 0);
  await end(child);
  return seconds;
}

/** Processor seconds per second of a process and its children. */
async function cost(pid: number): Promise<number> {
  const [cpuBefore, before] = [treeSeconds(pid), performance.now()];
  await delay(seconds * 1_000);
  return (treeSeconds(pid) - cpuBefore) / ((performance.now() - before) / 1_000);
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  await ended;
}

function round(value: number): number {
  return Math.round(value * 1_000) / 1_000;
}
