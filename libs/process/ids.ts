import { randomFillSync } from 'node:crypto';
import { v7 } from 'uuid';

const BYTES = 16;
/** Asking the system for randomness costs more than making an id of it, so it is asked for many at once. */
const POOLED = 256;

const pool = new Uint8Array(POOLED * BYTES);
let next = pool.length;
let lastMs = -Infinity;
let order = 0;

/** A fresh UUIDv7; of one process's, the later is the greater. */
export function newId(): string {
  const random = takeRandom();
  const now = Date.now();
  if (now > lastMs) {
    lastMs = now;
    // Of the 32 bits of order within a millisecond the highest is left 0, so that they last.
    order = new DataView(random.buffer, random.byteOffset).getUint32(6) >>> 1;
  } else {
    order += 1;
  }
  return v7({ random, msecs: lastMs, seq: order });
}

function takeRandom(): Uint8Array {
  if (next === pool.length) {
    randomFillSync(pool);
    next = 0;
  }
  next += BYTES;
  return pool.subarray(next - BYTES, next);
}
