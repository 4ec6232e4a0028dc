import { ProductFacts, type ImageView, type ProductView, type VariantView } from '#contracts';
import { In, type EntityManager } from 'typeorm';
import { Picture } from '../database/entities/picture.entity.ts';
import { ProductImage } from '../database/entities/product-image.entity.ts';
import { Product } from '../database/entities/product.entity.ts';
import { Variant } from '../database/entities/variant.entity.ts';
import { pictureUrl } from '../images/picture-address.ts';
import { optionValues, variantTitle } from './variant-options.ts';

/** Whole products in the order of `products`; archived variants only of archived products, or on demand. */
export async function productViews(
  tx: EntityManager,
  products: readonly Product[],
  options: { archivedVariants?: boolean } = {},
): Promise<ProductView[]> {
  const where = { productId: In(products.map((product) => product.productId)) };
  const order = { position: 'ASC' } as const;
  // one after the other: inside a transaction they share a connection
  const variants = Map.groupBy(await tx.find(Variant, { where, order }), (variant) => variant.productId);
  const images = Map.groupBy(await tx.find(ProductImage, { where, order }), (image) => image.productId);
  const hashes = [...images.values()].flat().map((image) => image.hash);
  const pictures = new Map(
    (await tx.findBy(Picture, { hash: In(hashes) })).map((picture) => [picture.hash, picture]),
  );
  return products.map((product) => {
    const all = variants.get(product.productId) ?? [];
    const keepAll = options.archivedVariants || product.status === 'archived';
    const shown = keepAll ? all : all.filter((variant) => variant.archivedAt === null);
    return {
      productId: product.productId,
      shopId: product.shopId,
      title: product.title,
      description: product.description,
      status: product.status,
      options: optionValues(product.optionNames, shown),
      variants: shown.map((variant) => variantView(variant, product.optionNames)),
      images: (images.get(product.productId) ?? []).flatMap((image) => {
        const picture = pictures.get(image.hash);
        return picture ? [imageView(image, picture)] : [];
      }),
      version: product.version,
    };
  });
}

/** One product with all that ever was of it. */
export async function wholeProduct(tx: EntityManager, product: Product): Promise<ProductView> {
  const [view] = await productViews(tx, [product], { archivedVariants: true });
  if (!view) throw new Error('one product in, none out');
  return view;
}

export function variantView(variant: Variant, optionNames: readonly string[]): VariantView {
  const { variantId, productId, sku, options, price, compareAt, currency, weightGrams } = variant;
  return {
    variantId,
    productId,
    sku,
    title: variantTitle(optionNames, options),
    options,
    price: { amount: price, currency },
    compareAt: compareAt === null ? null : { amount: compareAt, currency },
    weightGrams,
    archived: variant.archivedAt !== null,
  };
}

export function imageView({ imageId, alt, hash }: ProductImage, { width, height }: Picture): ImageView {
  return {
    imageId,
    alt,
    width,
    height,
    large: pictureUrl(hash, 'large'),
    medium: pictureUrl(hash, 'medium'),
    small: pictureUrl(hash, 'small'),
  };
}

/** What other processes are told of a whole product. */
export function productFacts(view: ProductView): ProductFacts {
  return ProductFacts.parse({ ...view, imageUrl: view.images[0]?.medium ?? null });
}
