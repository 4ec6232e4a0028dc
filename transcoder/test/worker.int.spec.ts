import { connectBus, openLeaseBucket, openWorkQueue, type Bus, type TakenJob, type WorkQueue } from '#bus';
import { TRANSCODE_JOBS, TRANSCODE_LEASES, type TranscodeJob } from '#contracts';
import type { FlvTag } from '#flv';
import { createLogger, newId, type LeaseBucket } from '#process';
import { startNats } from '#servers';
import { makeFlv } from '#testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { costOf, Worker } from '../src/worker.ts';
import { breaches } from './check-media.ts';
import { FakeIngest, repeated } from './fake-ingest.ts';
import { OriginRecorder } from './origin-recorder.ts';

const logger = createLogger({ process: 'test', level: 'silent' });
const TIMEOUT_MS = 60_000;
const ROOMY = 1_000_000_000;

let nats: Awaited<ReturnType<typeof startNats>>;
let bus: Bus;
let queue: WorkQueue;
let leases: LeaseBucket;
let tags: FlvTag[];
let ingest: FakeIngest;
let origin: OriginRecorder;
let workers: Worker[];

beforeAll(async () => {
  nats = await startNats();
  bus = await connectBus({ url: nats.url, name: 'worker-test', logger });
  queue = await openWorkQueue(bus, TRANSCODE_JOBS);
  leases = await openLeaseBucket(bus, TRANSCODE_LEASES.bucket, TRANSCODE_LEASES.ttlMs);
  tags = repeated(await makeFlv({ durationS: 10, size: '320x180', frameRate: 15, videoKbps: 200 }), 6);
}, TIMEOUT_MS);

afterAll(async () => {
  await bus?.close();
  await nats?.stop();
});

beforeEach(async () => {
  workers = [];
  ingest = new FakeIngest();
  origin = new OriginRecorder();
  await Promise.all([ingest.start(), origin.start()]);
  ingest.publish(tags);
});

afterEach(async () => {
  ingest.end();
  await until(() => workers.every(({ streamCount }) => streamCount === 0));
  await Promise.all(workers.map((worker) => worker.stop()));
  await Promise.all([ingest.stop(), origin.stop()]);
});

describe('workers', () => {
  it(
    'one takes a stream, a double of its job changes nothing, and a leaving one hands it over',
    async () => {
      const first = addWorker();
      const job = await put();
      await until(() => origin.of('source').length > 3);
      await queue.put(newId(), job);
      const second = addWorker();
      const handed = origin.of('source').at(-1)?.msn ?? 0;
      await first.stop();
      workers = workers.filter((worker) => worker !== first);
      await until(() => second.streamCount === 1 && (origin.of('source').at(-1)?.msn ?? 0) > handed + 2);
      expect(breaches(origin)).toEqual([]);
      expect(origin.seals).toHaveLength(2);
      expect(origin.seals[1]).toBeGreaterThan(origin.seals[0] ?? Infinity);
      const next = origin.of('source').find(({ generation }) => generation === origin.seals[1]);
      expect(next).toMatchObject({ index: 0, discontinuity: true });
    },
    TIMEOUT_MS,
  );

  it(
    'a dead one is replaced, and what it still writes after waking is refused',
    async () => {
      // A paused worker: it neither says that it works nor renews its lease, but its media still flows.
      const paused = addWorker({ silent: true });
      await put();
      await until(() => origin.of('source').length > 3);
      const lost = origin.parts.length;
      const second = addWorker();
      await until(() => origin.seals.length === 2);
      await until(() => paused.streamCount === 0 && second.streamCount === 1);
      const generation = origin.seals[1];
      await until(() => origin.parts.filter((part) => part.generation === generation).length > 8);
      const takenOver = origin.parts.findIndex((part) => part.generation === generation);
      expect(takenOver).toBeGreaterThanOrEqual(lost);
      expect(origin.parts.slice(takenOver).every((part) => part.generation === generation)).toBe(true);
      expect(breaches(origin)).toEqual([]);
    },
    TIMEOUT_MS,
  );

  it(
    'a full one leaves a stream to others',
    async () => {
      const small = addWorker({ capacity: costOf({ width: 320, height: 180, frameRate: 15 }) });
      await put();
      await until(() => small.streamCount === 1);
      const other = new FakeIngest();
      await other.start();
      other.publish(tags);
      await queue.put(newId(), { ...jobOf(), ingestUrl: other.url });
      const second = addWorker();
      await until(() => second.streamCount === 1);
      expect(small.streamCount).toBe(1);
      other.end();
      await until(() => second.streamCount === 0);
      await other.stop();
    },
    TIMEOUT_MS,
  );
});

function jobOf(): TranscodeJob {
  return {
    streamId: newId(),
    showId: newId(),
    ingestUrl: ingest.url,
    width: 320,
    height: 180,
    frameRate: 15,
  };
}

async function put(): Promise<TranscodeJob> {
  const job = jobOf();
  await queue.put(newId(), job);
  return job;
}

function addWorker({
  capacity = ROOMY,
  silent = false,
}: { capacity?: number; silent?: boolean } = {}): Worker {
  const worker = new Worker({
    bus,
    queue: silent ? mute(queue) : queue,
    leases: silent ? { ...leases, update: () => new Promise<never>(() => undefined) } : leases,
    originUrl: origin.url,
    token: 'secret',
    capacity,
    pinnedRungs: [],
    logger,
  });
  workers.push(worker);
  return worker;
}

/** A queue whose jobs are never said to be worked on. */
function mute(real: WorkQueue): WorkQueue {
  let taken = false;
  return {
    put: (id, data) => real.put(id, data),
    async take(waitMs) {
      if (taken) return new Promise((resolve) => setTimeout(() => resolve(undefined), waitMs));
      const job = await real.take(waitMs);
      if (!job) return undefined;
      taken = true;
      const quiet: TakenJob = {
        ...job,
        working: () => undefined,
        done: () => undefined,
        giveBack: () => undefined,
      };
      return quiet;
    },
  };
}

async function until(isTrue: () => boolean, withinMs = 40_000): Promise<void> {
  const giveUpAt = performance.now() + withinMs;
  while (!isTrue()) {
    if (performance.now() > giveUpAt) throw new Error(`it did not become true within ${withinMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
