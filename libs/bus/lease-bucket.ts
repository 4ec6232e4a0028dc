import { JetStreamApiError, StorageType } from '@nats-io/jetstream';
import { Kvm, type KV } from '@nats-io/kv';
import type { Bus } from './bus.ts';

/** JetStream's "wrong last sequence": the entry is not at the revision that the writer believed. */
const WRONG_LAST_SEQUENCE = new Set([10_071, 10_164]);
const OPEN_ATTEMPTS = 40;
const OPEN_WAIT_MS = 250;

/** A bucket of entries that the server forgets `ttlMs` after their last write; what `#process` leases are kept in. */
export interface ExpiringBucket {
  readonly ttlMs: number;
  create(key: string, value: string): Promise<number | undefined>;
  update(key: string, value: string, revision: number): Promise<number | undefined>;
  remove(key: string, revision: number): Promise<void>;
  read(key: string): Promise<{ value: string; revision: number } | undefined>;
}

/** Opens the bucket `name` (on disk, so that it outlives NATS), or creates it. */
export async function openLeaseBucket(bus: Bus, name: string, ttlMs: number): Promise<ExpiringBucket> {
  const kv = await openBucket(bus, name, ttlMs);
  return {
    ttlMs,
    create: (key, value) => unlessChanged(kv.create(key, value)),
    update: (key, value, revision) => unlessChanged(kv.update(key, value, revision)),
    async remove(key, revision) {
      await unlessChanged(kv.delete(key, { previousSeq: revision }).then(() => 0));
    },
    async read(key) {
      const entry = await kv.get(key);
      if (!entry || entry.operation !== 'PUT') return undefined;
      return { value: entry.string(), revision: entry.revision };
    },
  };
}

async function openBucket(bus: Bus, name: string, ttlMs: number): Promise<KV> {
  const kvm = new Kvm(bus.js);
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await kvm.create(name, { ttl: ttlMs, history: 1, storage: StorageType.File });
    } catch (error) {
      if (attempt >= OPEN_ATTEMPTS)
        throw new Error(`JetStream did not open bucket ${name}`, { cause: error });
      await new Promise((resolve) => setTimeout(resolve, OPEN_WAIT_MS));
    }
  }
}

async function unlessChanged(write: Promise<number>): Promise<number | undefined> {
  try {
    return await write;
  } catch (error) {
    if (error instanceof JetStreamApiError && WRONG_LAST_SEQUENCE.has(error.code)) return undefined;
    throw error;
  }
}
