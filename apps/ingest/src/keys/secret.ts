import { hash, randomBytes } from 'node:crypto';

/** 160 random bits in characters that every encoder's settings take. */
const SECRET_BYTES = 20;
const PREFIX = 'sf_';
/** Shown so that people can tell their keys apart. */
const ENDING_LENGTH = 4;

export interface NewSecret {
  streamKey: string;
  hash: Buffer;
  ending: string;
}

/** A fresh stream key; only its hash is kept. A plain hash is enough for 160 random bits. */
export function makeSecret(): NewSecret {
  const streamKey = PREFIX + randomBytes(SECRET_BYTES).toString('hex');
  return { streamKey, hash: hashSecret(streamKey), ending: streamKey.slice(-ENDING_LENGTH) };
}

export function hashSecret(streamKey: string): Buffer {
  return hash('sha256', streamKey, 'buffer');
}
