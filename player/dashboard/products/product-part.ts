import type { ProductView } from '#contracts';

/** What every part of the product page is given. */
export interface ProductPartProps {
  product: ProductView;
  onChange: (product: ProductView) => void;
  editable: boolean;
}
