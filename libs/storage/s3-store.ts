import {
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { createReadStream } from 'node:fs';
import { stat, unlink } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { checkKey, checkPrefix, StorageError } from './object-store.ts';
import type { ByteRange, ObjectReading, ObjectStore, StoredObject } from './object-store.ts';

export interface S3StoreOptions {
  bucket: string;
  region: string;
  /** For anything but Amazon's own: `http://minio:9000`. */
  endpoint?: string;
  credentials?: { accessKeyId: string; secretAccessKey: string };
  /** Put before every key, for a bucket shared with others; ends with `/`. */
  prefix?: string;
}

/** What S3 takes in one DeleteObjects call. */
const DELETE_BATCH = 1000;

/** Tries of one request, with growing waits: what S3 asks of its clients for its 5xx answers. */
const ATTEMPTS = 5;

/** How long one request may take to connect and to say something. */
const CONNECT_MS = 3_000;
const REQUEST_MS = 30_000;

/** An object store in an S3 bucket. */
export function s3Store(options: S3StoreOptions): ObjectStore {
  return new S3Store(options);
}

class S3Store implements ObjectStore {
  private readonly client: S3Client;
  private readonly bucket: string;
  private readonly prefix: string;

  constructor({ bucket, region, endpoint, credentials, prefix = '' }: S3StoreOptions) {
    checkPrefix(prefix);
    this.bucket = bucket;
    this.prefix = prefix;
    this.client = new S3Client({
      region,
      ...(endpoint ? { endpoint, forcePathStyle: true } : {}),
      ...(credentials ? { credentials } : {}),
      maxAttempts: ATTEMPTS,
      requestHandler: { connectionTimeout: CONNECT_MS, requestTimeout: REQUEST_MS },
      // Many stores that speak S3 know none of the newer checksum headers.
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
    });
  }

  async put(key: string, bytes: Uint8Array, contentType?: string): Promise<void> {
    checkKey(key);
    await wrap(`put ${key}`, () =>
      this.client.send(
        new PutObjectCommand({
          ...this.at(key),
          Body: bytes,
          ContentLength: bytes.length,
          ContentType: contentType,
        }),
      ),
    );
  }

  async putFile(key: string, path: string, contentType?: string): Promise<void> {
    checkKey(key);
    await wrap(`put file ${key}`, async () => {
      const { size } = await stat(path);
      const Body = createReadStream(path);
      try {
        const command = { ...this.at(key), Body, ContentLength: size, ContentType: contentType };
        await this.client.send(new PutObjectCommand(command));
      } finally {
        Body.destroy();
      }
      await unlink(path);
    });
  }

  async get(key: string): Promise<Uint8Array | undefined> {
    checkKey(key);
    return wrap(`get ${key}`, async () => {
      const answer = await unlessMissing(this.client.send(new GetObjectCommand(this.at(key))));
      return answer?.Body?.transformToByteArray();
    });
  }

  async read(key: string, range?: ByteRange): Promise<ObjectReading | undefined> {
    checkKey(key);
    return wrap(`read ${key}`, async () => {
      const Range = range && `bytes=${range.from}-${range.to}`;
      const answer = await unlessMissing(this.client.send(new GetObjectCommand({ ...this.at(key), Range })));
      if (!(answer?.Body instanceof Readable)) return undefined;
      const whole = answer.ContentRange?.split('/')[1];
      return { size: Number(whole ?? answer.ContentLength ?? 0), stream: answer.Body };
    });
  }

  async size(key: string): Promise<number | undefined> {
    checkKey(key);
    return wrap(`size ${key}`, async () => {
      const answer = await unlessMissing(this.client.send(new HeadObjectCommand(this.at(key))));
      return answer && (answer.ContentLength ?? 0);
    });
  }

  async *list(prefix: string): AsyncGenerator<StoredObject> {
    checkPrefix(prefix);
    for (let page = await this.page(prefix); ; page = await this.page(prefix, page.next)) {
      yield* page.objects;
      if (page.next === undefined) return;
    }
  }

  async delete(keys: readonly string[]): Promise<void> {
    for (const key of keys) checkKey(key);
    for (let at = 0; at < keys.length; at += DELETE_BATCH) {
      const Objects = keys.slice(at, at + DELETE_BATCH).map((key) => ({ Key: this.prefix + key }));
      await wrap('delete', async () => {
        const command = new DeleteObjectsCommand({ Bucket: this.bucket, Delete: { Objects, Quiet: true } });
        const { Errors = [] } = await this.client.send(command);
        const [first] = Errors;
        if (first) throw new Error(`${Errors.length} objects stay, first ${first.Key}: ${first.Code}`);
      });
    }
  }

  /** Takes the first page again and again: what was deleted is not listed any more, also while others write. */
  async deletePrefix(prefix: string): Promise<number> {
    checkPrefix(prefix);
    for (let count = 0; ;) {
      const { objects } = await this.page(prefix);
      if (objects.length === 0) return count;
      await this.delete(objects.map(({ key }) => key));
      count += objects.length;
    }
  }

  stop(): void {
    this.client.destroy();
  }

  private async page(prefix: string, token?: string): Promise<{ objects: StoredObject[]; next?: string }> {
    const query = { Bucket: this.bucket, Prefix: this.prefix + prefix, ContinuationToken: token };
    const answer = await wrap(`list ${prefix}`, () => this.client.send(new ListObjectsV2Command(query)));
    const objects = (answer.Contents ?? []).flatMap(({ Key, Size }) =>
      Key === undefined ? [] : [{ key: Key.slice(this.prefix.length), size: Size ?? 0 }],
    );
    return { objects, next: answer.IsTruncated ? answer.NextContinuationToken : undefined };
  }

  private at(key: string): { Bucket: string; Key: string } {
    return { Bucket: this.bucket, Key: this.prefix + key };
  }
}

async function unlessMissing<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    const { name } = error as { name?: string };
    if (name === 'NoSuchKey' || name === 'NotFound') return undefined;
    throw error;
  }
}

async function wrap<T>(what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    throw new StorageError(`S3 store: ${what} failed (${(cause as Error).name})`, { cause });
  }
}
