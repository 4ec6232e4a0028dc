import type { Readable } from 'node:stream';

/** Part of an object, both ends included, as in HTTP. */
export interface ByteRange {
  from: number;
  to: number;
}

/** An object as it is listed. */
export interface StoredObject {
  key: string;
  size: number;
}

/** An object being read; `size` is that of the whole object whatever range was asked for. */
export interface ObjectReading {
  size: number;
  stream: Readable;
}

/**
 * Objects under keys like `shows/<id>/source/1-42.m4s`. An object is seen whole or not at all, and what `put` and `putFile`
 * have returned from survives the loss of the process (disk: of the machine's power, unless durability is switched off).
 * Every method throws StorageError when the store is out of reach, and `InvalidKeyError` for a key that is none.
 */
export interface ObjectStore {
  /** Stores bytes, replacing what is there. */
  put(key: string, bytes: Uint8Array, contentType?: string): Promise<void>;
  /** Takes a local file over: stored under `key`, and gone from `path` afterwards. */
  putFile(key: string, path: string, contentType?: string): Promise<void>;
  /** The whole object, or undefined. For small ones. */
  get(key: string): Promise<Uint8Array | undefined>;
  /** Opens an object for reading, or undefined. The caller consumes or destroys the stream. */
  read(key: string, range?: ByteRange): Promise<ObjectReading | undefined>;
  /** Size of an object, or undefined. */
  size(key: string): Promise<number | undefined>;
  /** Objects whose key begins with `prefix`, in no promised order. */
  list(prefix: string): AsyncIterable<StoredObject>;
  /** Removes objects; those that are not there are no error. */
  delete(keys: readonly string[]): Promise<void>;
  /** Removes every object whose key begins with `prefix`; gives back how many there were. */
  deletePrefix(prefix: string): Promise<number>;
  /** Releases connections. */
  stop(): void;
}

/** The store did not do what was asked; repeating later may help. */
export class StorageError extends Error {
  override readonly name = 'StorageError';
}

/** A key with characters or parts that not every engine can hold. */
export class InvalidKeyError extends Error {
  override readonly name = 'InvalidKeyError';
}

const KEY = /^[A-Za-z0-9_-][A-Za-z0-9._-]*(?:\/[A-Za-z0-9_-][A-Za-z0-9._-]*)*$/;
const LONGEST_KEY = 512;

/** Throws InvalidKeyError unless every part of the key is a plain name (no leading dot, no empty part). */
export function checkKey(key: string): void {
  if (!KEY.test(key) || key.length > LONGEST_KEY) throw new InvalidKeyError(`"${key}" is no storage key`);
}

/** Throws InvalidKeyError unless the prefix is empty or the start of a key that ends at a part: `shows/1/`. */
export function checkPrefix(prefix: string): void {
  if (prefix !== '' && (!prefix.endsWith('/') || !KEY.test(prefix.slice(0, -1)))) {
    throw new InvalidKeyError(`"${prefix}" is no storage prefix`);
  }
}
