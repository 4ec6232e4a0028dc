import type { arrangeProductImagesEndpoint, ImageView, InputOf, ProductView } from '#contracts';
import { newId } from '#process';
import { DataSource } from 'typeorm';
import { ProductImage } from '../database/entities/product-image.entity.ts';
import { changeProduct } from '../products/change-product.ts';
import { imageView } from '../products/product-views.ts';
import { PictureFiles } from './picture-files.ts';
import type { Upload } from './read-upload.ts';
import { renderPicture } from './render-picture.ts';
import { storePicture } from './store-picture.ts';

const MOST_IMAGES = 12;

type Which = { shopId: string; productId: string };
type Refused<C extends string> = { ok: false; code: C };
type Common = Refused<'product_not_found' | 'product_archived'> | (Refused<'conflict'> & { version: number });
export type AddImageOutcome =
  | { ok: true; image: ImageView }
  | Common
  | Refused<'image_unreadable' | 'image_too_large' | 'too_many_images' | 'unavailable'>;
export type ArrangeOutcome = { ok: true; product: ProductView } | Common | Refused<'image_not_found'>;

/** The pictures of a product. */
export class ProductImages {
  private readonly database: DataSource;
  private readonly files: PictureFiles;

  constructor(database: DataSource, files: PictureFiles) {
    this.database = database;
    this.files = files;
  }

  /** Adds a picture at the end; the same picture once more gives the one that is there. */
  async add(which: Which, upload: Upload): Promise<AddImageOutcome> {
    const rendered = await renderPicture(upload.bytes);
    if (!rendered.ok) return rendered;
    let image: ImageView | undefined;
    const outcome = await changeProduct(this.database, which, async ({ productId }, tx, query) => {
      const picture = await storePicture(tx, query, this.files, rendered.picture);
      const present = await tx.find(ProductImage, { where: { productId }, order: { position: 'ASC' } });
      const same = present.find(({ hash }) => hash === picture.hash);
      if (!same && present.length >= MOST_IMAGES) return 'too_many_images';
      const row = same ?? {
        imageId: newId(),
        productId,
        hash: picture.hash,
        alt: upload.alt,
        position: (present.at(-1)?.position ?? -1) + 1,
      };
      if (!same) await tx.insert(ProductImage, row);
      image = imageView(row, picture);
      return undefined;
    });
    if (!outcome.ok) return outcome;
    if (!image) throw new Error('an image was added and is not there');
    return { ok: true, image };
  }

  /** Sets the order; pictures left out are removed. */
  arrange({ params, body }: InputOf<typeof arrangeProductImagesEndpoint>): Promise<ArrangeOutcome> {
    const { version, imageIds } = body;
    return changeProduct(this.database, { ...params, version }, async ({ productId }, tx) => {
      const present = await tx.findBy(ProductImage, { productId });
      const wanted = [...new Set(imageIds)];
      if (!wanted.every((imageId) => present.some((image) => image.imageId === imageId)))
        return 'image_not_found';
      const dropped = present.filter(({ imageId }) => !wanted.includes(imageId));
      if (dropped.length > 0)
        await tx.delete(
          ProductImage,
          dropped.map(({ imageId }) => imageId),
        );
      for (const [position, imageId] of wanted.entries())
        await tx.update(ProductImage, { imageId }, { position });
      return undefined;
    });
  }
}
