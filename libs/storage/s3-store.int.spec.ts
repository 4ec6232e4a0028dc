import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import S3rver from 's3rver';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StorageError } from './object-store.ts';
import { s3Store } from './s3-store.ts';
import { describeObjectStore } from './store-contract.ts';

/** s3rver cannot list a second page. */
const SOME = 300;

const credentials = { accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER' };
let folder: string;
let server: S3rver;
let endpoint: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 's3-store-'));
  server = new S3rver({
    address: '127.0.0.1',
    port: 0,
    silent: true,
    directory: folder,
    configureBuckets: [{ name: 'media' }],
  });
  deleteOneByOne(server);
  const { port } = await server.run();
  endpoint = `http://127.0.0.1:${port}`;
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

describeObjectStore(
  'S3',
  async () => s3Store({ bucket: 'media', region: 'us-east-1', endpoint, credentials }),
  SOME,
);
describeObjectStore(
  'S3 with a prefix',
  async () => s3Store({ bucket: 'media', region: 'us-east-1', endpoint, credentials, prefix: 'showfloor/' }),
  SOME,
);

describe('S3 with more objects than one page', () => {
  it('reads every page', async () => {
    const pages = [page(['a/1', 'a/2'], 'token 1'), page(['a/3'], 'token 2'), page(['a/4'])];
    const asked: (string | null)[] = [];
    const stub = createServer((request, response) => {
      const query = new URL(request.url ?? '', 'http://stub').searchParams;
      asked.push(query.get('continuation-token'));
      response.writeHead(200, { 'content-type': 'application/xml' }).end(pages[asked.length - 1]);
    });
    await new Promise<void>((resolve) => stub.listen(0, '127.0.0.1', resolve));
    const { port } = stub.address() as AddressInfo;
    const store = s3Store({
      bucket: 'b',
      region: 'us-east-1',
      endpoint: `http://127.0.0.1:${port}`,
      credentials,
    });
    const keys: string[] = [];
    for await (const { key, size } of store.list('a/')) keys.push(`${key}:${size}`);
    expect(keys).toEqual(['a/1:5', 'a/2:5', 'a/3:5', 'a/4:5']);
    expect(asked).toEqual([null, 'token 1', 'token 2']);
    store.stop();
    stub.close();
  });
});

/** Deletions at the same time trip over each other's empty folders in s3rver. */
function deleteOneByOne({ store }: S3rver): void {
  const original = store.deleteObject.bind(store);
  let last: Promise<void> = Promise.resolve();
  store.deleteObject = (bucket, key) => {
    last = last.catch(() => undefined).then(() => original(bucket, key));
    return last;
  };
}

/** One answer of ListObjectsV2. */
function page(keys: string[], next?: string): string {
  const contents = keys.map((key) => `<Contents><Key>${key}</Key><Size>5</Size></Contents>`).join('');
  const more = next ? `<NextContinuationToken>${next}</NextContinuationToken>` : '';
  return `<?xml version="1.0"?><ListBucketResult><IsTruncated>${next !== undefined}</IsTruncated>${more}${contents}</ListBucketResult>`;
}

describe('S3 out of reach', () => {
  it('is told as a fault of the store', async () => {
    const store = s3Store({
      bucket: 'media',
      region: 'us-east-1',
      endpoint: 'http://127.0.0.1:1',
      credentials,
    });
    await expect(store.get('a')).rejects.toBeInstanceOf(StorageError);
    store.stop();
  });

  it('does not take a missing bucket for a missing object', async () => {
    const store = s3Store({ bucket: 'not-there', region: 'us-east-1', endpoint, credentials });
    await expect(store.put('a', Buffer.from('x'))).rejects.toBeInstanceOf(StorageError);
    await expect(store.get('a')).rejects.toBeInstanceOf(StorageError);
    store.stop();
  });
});
