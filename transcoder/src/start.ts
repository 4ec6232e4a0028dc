import { connectBus, openLeaseBucket, openWorkQueue } from '#bus';
import { TRANSCODE_JOBS, TRANSCODE_LEASES } from '#contracts';
import {
  collectProcessMetrics,
  createDrain,
  createLogger,
  createReadiness,
  drainOnSignals,
  type Drain,
  type Logger,
} from '#process';
import { availableParallelism } from 'node:os';
import { missingFromFfmpeg } from './ffmpeg/check-ffmpeg.ts';
import { pixelsPerProcessorSecond } from './ffmpeg/measure-pace.ts';
import { serveStatus } from './serve-status.ts';
import type { TranscoderEnv } from './transcoder.env.ts';
import { Worker } from './worker.ts';

/** Taken for granted where ffmpeg does not say what one processor can do. */
const USUAL_PIXELS_PER_PROCESSOR = 50_000_000;
/** Of what the processors can do; the rest is for copying, sound, and whatever else runs here. */
const SHARE_FOR_RUNGS = 0.9;

export interface RunningTranscoder {
  worker: Worker;
  drain: Drain;
  port: number;
}

/** Starts the process: connects, checks ffmpeg, takes jobs. */
export async function start(
  env: TranscoderEnv,
  {
    handleSignals = true,
    logger = createLogger({ process: 'transcoder', level: env.LOG_LEVEL }),
  }: StartOptions = {},
): Promise<RunningTranscoder> {
  const drain = createDrain({ logger });
  const readiness = createReadiness();
  if (handleSignals) drainOnSignals(drain, logger);
  collectProcessMetrics('transcoder');
  const missing = await missingFromFfmpeg();
  if (missing.length > 0)
    throw new Error(`ffmpeg 5.1 or newer is needed; this one lacks: ${missing.join(', ')}`);
  const capacity = env.CAPACITY_PIXELS_PER_S ?? (await measuredCapacity());
  const bus = await connectBus({ url: env.NATS_URL, name: 'transcoder', logger });
  drain.add('bus', () => bus.close());
  readiness.add('bus', () => bus.ping());
  const leases = await openLeaseBucket(bus, TRANSCODE_LEASES.bucket, TRANSCODE_LEASES.ttlMs);
  const queue = await openWorkQueue(bus, TRANSCODE_JOBS);
  const port = await serveStatus({ host: env.HOST, port: env.PORT }, { drain, readiness });
  const worker = new Worker({
    bus,
    queue,
    leases,
    originUrl: env.ORIGIN_URL,
    token: env.INTERNAL_TOKEN,
    capacity,
    pinnedRungs: env.PINNED_RUNGS.split(',')
      .map((name) => name.trim())
      .filter((name) => name !== ''),
    logger,
  });
  drain.add('worker', () => worker.stop());
  logger.info({ port, capacity }, 'taking jobs');
  return { worker, drain, port };
}

/** Points per second that this machine can encode. */
async function measuredCapacity(): Promise<number> {
  const ofOne = (await pixelsPerProcessorSecond()) ?? USUAL_PIXELS_PER_PROCESSOR;
  return Math.round(availableParallelism() * SHARE_FOR_RUNGS * ofOne);
}

interface StartOptions {
  handleSignals?: boolean;
  logger?: Logger;
}
