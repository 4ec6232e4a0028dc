import { connectBus, openLeaseBucket, type Bus, type ExpiringBucket } from '#bus';
import { acquireLease, createLogger, type LeaseLoss } from '#process';
import { startNats } from '#servers';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';

const TTL_MS = 1_200;
const logger = createLogger({ process: 'test', level: 'silent' });

let nats: Awaited<ReturnType<typeof startNats>>;
let bus: Bus;
let bucket: ExpiringBucket;

beforeAll(async () => {
  nats = await startNats();
  bus = await connectBus({ url: nats.url, name: 'lease-test', logger });
  bucket = await openLeaseBucket(bus, 'leases-test', TTL_MS);
}, 30_000);

afterAll(async () => {
  await bus?.close();
  await nats?.stop();
});

describe('a lease on real NATS', () => {
  it('has one holder, and the next has a higher generation after a release', async () => {
    const key = `show.${randomUUID()}`;
    const first = await take(key, 'a');
    expect(await take(key, 'b')).toBeUndefined();
    await first?.release();
    expect(first?.held).toBe(false);
    const second = await take(key, 'b');
    expect(second?.generation).toBeGreaterThan(first?.generation ?? Infinity);
    await second?.release();
  });

  it('outlives its time as long as the holder renews', async () => {
    const key = `show.${randomUUID()}`;
    const lost: LeaseLoss[] = [];
    const lease = await take(key, 'a', lost);
    const until = performance.now() + TTL_MS * 2;
    while (performance.now() < until) expect(await take(key, 'b')).toBeUndefined();
    expect(lease?.held).toBe(true);
    expect(lost).toEqual([]);
    await lease?.release();
  });

  it('is free again once the holder is silent, and the silent one learns it no later', async () => {
    const key = `show.${randomUUID()}`;
    const silent = { ...bucket, update: () => Promise.reject(new Error('cut off')) };
    const lost: { reason: LeaseLoss; at: number }[] = [];
    const old = await acquireLease({
      bucket: silent,
      key,
      holderId: 'a',
      onLost: (reason) => lost.push({ reason, at: performance.now() }),
    });
    const next = await eventually(() => take(key, 'b'));
    const tookAt = performance.now();
    expect(lost).toEqual([{ reason: 'expired', at: expect.any(Number) }]);
    expect(lost[0]?.at).toBeLessThan(tookAt);
    expect(next.generation).toBeGreaterThan(old?.generation ?? Infinity);
    await next.release();
  });

  it('is lost when another took it meanwhile', async () => {
    const key = `show.${randomUUID()}`;
    const lost: LeaseLoss[] = [];
    await take(key, 'a', lost);
    const entry = await bucket.read(key);
    await bucket.update(key, 'b', entry?.revision ?? 0);
    await eventually(async () => lost[0]);
    expect(lost).toEqual(['taken']);
  });

  it('keeps a lease whose renewal was stored although its answer was lost', async () => {
    const key = `show.${randomUUID()}`;
    let lose = true;
    const flaky = {
      ...bucket,
      async update(name: string, value: string, revision: number) {
        const stored = await bucket.update(name, value, revision);
        if (!lose) return stored;
        lose = false;
        throw new Error('the answer was lost');
      },
    };
    const lost: LeaseLoss[] = [];
    const lease = await acquireLease({ bucket: flaky, key, holderId: 'a', onLost: (why) => lost.push(why) });
    const until = performance.now() + TTL_MS * 2;
    while (performance.now() < until) expect(await take(key, 'b')).toBeUndefined();
    expect(lost).toEqual([]);
    await lease?.release();
  });

  it('starts above the floor of the store that it guards', async () => {
    const key = `show.${randomUUID()}`;
    const lease = await acquireLease({ bucket, key, holderId: 'a', onLost: () => undefined, floor: 1e9 });
    expect(lease?.generation).toBeGreaterThan(1e9);
    await lease?.release();
  });
});

function take(key: string, holderId: string, lost: LeaseLoss[] = []) {
  return acquireLease({ bucket, key, holderId, onLost: (reason) => lost.push(reason) });
}

async function eventually<T>(attempt: () => Promise<T | undefined>): Promise<T> {
  const until = performance.now() + 10_000;
  for (;;) {
    const result = await attempt();
    if (result !== undefined) return result;
    if (performance.now() > until) throw new Error('it did not happen within 10 s');
    await new Promise((resolve) => setImmediate(resolve));
  }
}
