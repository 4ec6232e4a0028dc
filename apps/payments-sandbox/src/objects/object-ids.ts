import { randomFillSync } from 'node:crypto';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** Asking the machine for randomness costs the same for a few bytes as for many, and a payment has a dozen ids. */
const store = new Uint8Array(4_096);
let used = store.length;

/** A fresh id in Stripe's manner: a prefix that names the kind, then letters and digits. */
export function newObjectId(prefix: string): string {
  return `${prefix}_${randomText(24)}`;
}

/** Letters and digits from the machine's random source; 62 of 64 values are kept, so none is likelier. */
export function randomText(length: number): string {
  let text = '';
  while (text.length < length) text += ALPHABET[randomByte() & 63] ?? '';
  return text;
}

/** A byte that was never given before; it is wiped, since secrets are made of them too. */
function randomByte(): number {
  if (used === store.length) {
    randomFillSync(store);
    used = 0;
  }
  const byte = store[used] ?? 0;
  store[used] = 0;
  used += 1;
  return byte;
}
