import { Package } from 'lucide-react';
import type { ProductView } from '#contracts';
import './product-picture.css';

/** The product's first picture; `size` is how wide it is drawn. */
export function ProductPicture({
  product,
  size = 'medium',
}: {
  product: Pick<ProductView, 'images' | 'title'>;
  size?: 'small' | 'medium' | 'large';
}) {
  const image = product.images[0];
  if (!image) {
    return (
      <span className="product-picture product-picture--none" aria-hidden="true">
        <Package />
      </span>
    );
  }
  return (
    <img
      className="product-picture"
      src={image[size]}
      alt={image.alt}
      loading="lazy"
      decoding="async"
      width={image.width}
      height={image.height}
    />
  );
}
