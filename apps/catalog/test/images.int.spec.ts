import { inTransaction } from '#bus';
import {
  arrangeProductImagesEndpoint,
  getProductEndpoint,
  IMAGE_LIMIT_BYTES,
  type Identity,
  type ImageView,
  type ProductView,
} from '#contracts';
import { tokenOf } from '#testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { crc32 } from 'node:zlib';
import sharp from 'sharp';
import { diskStore } from '#storage';
import { PictureFiles } from '../src/images/picture-files.ts';
import { sweepPictures } from '../src/images/store-picture.ts';
import {
  bodyOf,
  codeOf,
  makeProduct,
  makeShow,
  newId,
  openShop,
  picture,
  startHarness,
  worker,
  type CatalogHarness,
} from './catalog-harness.ts';

let catalog: CatalogHarness;
let owner: Identity;
let product: ProductView;
beforeAll(async () => {
  catalog = await startHarness();
}, 60_000);
beforeEach(async () => {
  const opened = await openShop(catalog);
  owner = opened.owner;
  product = await makeProduct(catalog, opened.shop.shopId, owner);
});
afterAll(() => catalog.stop());

const pathOf = ({ shopId, productId }: ProductView) => `shops/${shopId}/products/${productId}/images`;
const add = (file: Buffer | undefined, as: Identity | undefined = owner, alt = '') =>
  catalog.upload('POST', pathOf(product), file, as, alt);
const present = async () =>
  bodyOf(
    await catalog.call(getProductEndpoint, {
      params: { shopId: product.shopId, productId: product.productId },
    }),
  );

/** A small PNG whose head claims another size, as a decompression bomb's does. */
async function claiming(width: number, height: number): Promise<Buffer> {
  const file = await picture(64, 64).png().toBuffer();
  file.writeUInt32BE(width, 16);
  file.writeUInt32BE(height, 20);
  file.writeUInt32BE(crc32(file.subarray(12, 29)), 29);
  return file;
}

describe('an uploaded picture', () => {
  it('is made anew: upright, without notes, in three widths, under its hash', async () => {
    const file = await picture(2_000, 1_000)
      .jpeg()
      .withExif({ IFD0: { Artist: 'secret name' } })
      .withMetadata({ orientation: 6 })
      .toBuffer();
    const { status, body } = await add(file, owner, ' A mug\u0007 ');
    const image = body as unknown as ImageView;
    expect([status, image.alt, image.width, image.height]).toEqual([201, 'A mug', 1_000, 2_000]);
    const sizes = [];
    for (const url of [image.large, image.medium, image.small]) {
      const response = await fetch(`${catalog.service.url}${url}`);
      expect(response.status).toBe(200);
      expect(response.headers.get('content-type')).toBe('image/webp');
      expect(response.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
      const bytes = Buffer.from(await response.arrayBuffer());
      expect(bytes.includes('secret name')).toBe(false);
      const { width, format } = await sharp(bytes).metadata();
      sizes.push([width, format]);
    }
    expect(sizes).toEqual([
      [1_000, 'webp'],
      [800, 'webp'],
      [320, 'webp'],
    ]);
    expect((await present()).images).toEqual([image]);
    const [, updated] = await catalog.heard(product.productId, 2);
    expect(updated).toMatchObject({ type: 'catalog.product_updated', data: { imageUrl: image.medium } });
  });

  it.each(['jpeg', 'png', 'webp', 'gif', 'avif'] as const)('may be %s', async (format) => {
    expect((await add(await picture(100, 80).toFormat(format).toBuffer())).status).toBe(201);
  });

  it('is taken once, and asked for again costs nothing', async () => {
    const file = await picture(300, 300).png().toBuffer();
    const first = await add(file);
    expect((await add(file)).body).toEqual(first.body);
    expect((await present()).images).toHaveLength(1);
    const url = `${catalog.service.url}${String(first.body.small)}`;
    const etag = (await fetch(url)).headers.get('etag') ?? '';
    expect((await fetch(url, { headers: { 'if-none-match': etag } })).status).toBe(304);
    expect((await fetch(url, { method: 'HEAD' })).status).toBe(200);
  });

  it.each<[string, () => Promise<Buffer> | Buffer, number, string]>([
    ['a text', () => Buffer.from('not a picture'), 422, 'image_unreadable'],
    ['an empty file', () => Buffer.alloc(0), 422, 'image_unreadable'],
    [
      'a program in SVG',
      () => Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="99" height="99"/>'),
      422,
      'image_unreadable',
    ],
    [
      'a torn PNG',
      async () => (await picture(500, 500).png().toBuffer()).subarray(0, 60),
      422,
      'image_unreadable',
    ],
    ['a head without a body', () => Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), 422, 'image_unreadable'],
    ['a dot', () => picture(1, 1).png().toBuffer(), 422, 'image_too_large'],
    ['a thread', () => picture(64, 1_000).png().toBuffer(), 422, 'image_too_large'],
    ['more pixels than fit', () => claiming(9_000, 9_000), 422, 'image_too_large'],
    ['more bytes than allowed', () => Buffer.alloc(IMAGE_LIMIT_BYTES + 1, 0xff), 413, 'body_too_large'],
  ])('is refused when it is %s', async (_, make, status, code) => {
    const answer = await add(await make());
    expect([answer.status, answer.body.code]).toEqual([status, code]);
  });

  it('needs a form with a file, sent by somebody who may', async () => {
    const file = await picture(100, 100).png().toBuffer();
    expect(await add(undefined)).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
    expect(await catalog.upload('POST', pathOf(product), file)).toMatchObject({ status: 401 });
    expect(await add(file, worker(product.shopId, 'host'))).toMatchObject({ status: 403 });
    expect(await add(file, worker(newId(), 'owner'))).toMatchObject({ status: 403 });
    const missing = `shops/${product.shopId}/products/${newId()}/images`;
    expect(await catalog.upload('POST', missing, file, owner)).toMatchObject({
      body: { code: 'product_not_found' },
    });
    const authorization = `Bearer ${await tokenOf(owner)}`;
    const raw = async (contentType: string, body: string) => {
      const response = await fetch(`${catalog.service.url}/api/catalog/v1/${pathOf(product)}`, {
        method: 'POST',
        headers: { authorization, 'content-type': contentType },
        body,
      });
      return ((await response.json()) as { code: string }).code;
    };
    expect(await raw('application/json', '{}')).toBe('unsupported_media_type');
    expect(await raw('image/png', 'x')).toBe('unsupported_media_type');
    expect(await raw('multipart/form-data', 'x')).toBe('malformed_body');
    expect(
      await raw('multipart/form-data; boundary=b', '--b\r\ncontent-disposition: form-data; name="file"'),
    ).toBe('malformed_body');
  });
});

describe('the pictures of a product', () => {
  it('are ordered and removed, and at most twelve', async () => {
    const ids: string[] = [];
    for (let n = 0; n < 13; n += 1) {
      const { status, body } = await add(
        await picture(80 + n, 80)
          .png()
          .toBuffer(),
      );
      expect(status).toBe(n < 12 ? 201 : 409);
      if (status === 201) ids.push(String(body.imageId));
    }
    const { version, shopId, productId } = await present();
    const arrange = (imageIds: string[]) =>
      catalog.call(
        arrangeProductImagesEndpoint,
        { params: { shopId, productId }, body: { version, imageIds } },
        owner,
      );
    expect(codeOf(await arrange([newId()]))).toBe('image_not_found');
    const [first = '', second = '', third = ''] = ids;
    const arranged = bodyOf(await arrange([third, first, third]));
    expect(arranged.images.map((image) => image.imageId)).toEqual([third, first]);
    expect(codeOf(await arrange([second]))).toBe('conflict');
  });

  it('leave the disk a day after nobody refers to them', async () => {
    const store = diskStore({ root: catalog.dataDir });
    const filesOf = async (url: unknown) => {
      const hash = /[0-9a-f]{64}/.exec(String(url))?.[0] ?? '';
      let count = 0;
      for await (const { key } of store.list(`media/${hash.slice(0, 2)}/`)) if (key.includes(hash)) count++;
      return count;
    };
    const sweep = () => sweepPictures((work) => inTransaction(catalog.pool, work), new PictureFiles(store));
    const dropped = await add(await picture(111, 99).png().toBuffer());
    const kept = await add(await picture(112, 99).png().toBuffer());
    const show = await makeShow(catalog, product.shopId, owner);
    const poster = await catalog.upload(
      'PUT',
      `shows/${show.showId}/poster`,
      await picture(640, 360).png().toBuffer(),
      owner,
    );
    expect(poster.body.posterUrl).toMatch(/^\/media\/[0-9a-f]{64}-800\.webp$/);
    const { shopId, productId, version } = await present();
    const body = { version, imageIds: [String(kept.body.imageId)] };
    await catalog.call(arrangeProductImagesEndpoint, { params: { shopId, productId }, body }, owner);
    expect(await sweep()).toBe(0);
    await catalog.pool.query("UPDATE pictures SET used_at = now() - interval '25 hours'");
    await sweep();
    expect(
      await Promise.all([dropped.body.large, kept.body.large, poster.body.posterUrl].map(filesOf)),
    ).toEqual([0, 3, 3]);
    expect((await fetch(`${catalog.service.url}${String(dropped.body.large)}`)).status).toBe(404);
  });

  it.each(['x', '..%2f..%2fetc%2fpasswd', `${'0'.repeat(64)}-800.webp`, `${'0'.repeat(64)}-801.webp`])(
    'are not found under %s',
    async (name) => {
      const response = await fetch(`${catalog.service.url}/media/${name}`);
      expect(response.status).toBe(404);
      expect(response.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    },
  );
});
