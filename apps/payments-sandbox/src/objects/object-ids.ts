import { randomBytes } from 'node:crypto';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** A fresh id in Stripe's manner: a prefix that names the kind, then letters and digits. */
export function newObjectId(prefix: string): string {
  return `${prefix}_${randomText(24)}`;
}

/** Letters and digits from the machine's random source; 62 of 64 values are kept, so none is likelier. */
export function randomText(length: number): string {
  let text = '';
  while (text.length < length) {
    for (const byte of randomBytes(length * 2)) {
      const index = byte & 63;
      if (index < ALPHABET.length && text.length < length) text += ALPHABET[index];
    }
  }
  return text;
}
