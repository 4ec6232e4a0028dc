/** Object storage: disk and S3 behind one port. */
export { diskStore } from './disk-store.ts';
export type { DiskStoreOptions } from './disk-store.ts';
export { InvalidKeyError, StorageError } from './object-store.ts';
export type { ByteRange, ObjectReading, ObjectStore, StoredObject } from './object-store.ts';
export { openStore } from './open-store.ts';
export type { StorageSettings } from './open-store.ts';
export { s3Store } from './s3-store.ts';
export type { S3StoreOptions } from './s3-store.ts';
