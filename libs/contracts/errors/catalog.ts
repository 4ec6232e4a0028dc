import { defineErrors } from './define.ts';

/** Refusals of apps/catalog. */
export const catalogErrors = defineErrors({
  shop_not_found: { status: 404, title: 'There is no such shop', retry: 'no' },
  slug_taken: { status: 409, title: 'Another shop has this address', retry: 'no' },
  too_many_shops: { status: 409, title: 'This account owns as many shops as it may', retry: 'no' },
  product_not_found: { status: 404, title: 'There is no such product', retry: 'no' },
  product_archived: { status: 409, title: 'This product is archived', retry: 'no' },
  variant_not_found: { status: 404, title: 'There is no such variant', retry: 'no' },
  variant_options_taken: {
    status: 409,
    title: 'Another variant of the product has the same options',
    retry: 'no',
  },
  too_many_variants: { status: 409, title: 'The product has as many variants as it may', retry: 'no' },
  sku_taken: { status: 409, title: 'Another variant of the shop has this SKU', retry: 'no' },
  options_mismatch: {
    status: 422,
    title: "The variant's options are not those of its product",
    retry: 'no',
  },
  currency_mismatch: { status: 422, title: "The price is not in the shop's currency", retry: 'no' },
  image_not_found: { status: 404, title: 'There is no such image', retry: 'no' },
  image_unreadable: { status: 422, title: 'The file is not an image that can be read', retry: 'no' },
  image_too_large: {
    status: 422,
    title: 'The image has more pixels than allowed, or none worth showing',
    retry: 'no',
  },
  too_many_images: { status: 409, title: 'The product has as many images as it may', retry: 'no' },
  show_not_found: { status: 404, title: 'There is no such show', retry: 'no' },
  show_state: { status: 409, title: "The show's state does not allow this", retry: 'no' },
  show_not_publishing: {
    status: 409,
    title: 'No picture arrives yet; start streaming, then go live',
    retry: 'later',
  },
  starts_in_past: { status: 422, title: 'The start lies in the past', retry: 'no' },
  series_not_found: { status: 404, title: 'There is no such series of shows', retry: 'no' },
  series_in_use: { status: 409, title: 'The series still has shows, or is the last one', retry: 'no' },
  lineup_product_unknown: {
    status: 422,
    title: 'The line-up names a product that the shop does not sell',
    retry: 'no',
  },
  sale_plan_not_found: { status: 404, title: 'There is no such flash-sale plan', retry: 'no' },
  sale_plan_variant_unknown: {
    status: 422,
    title: 'The plan names a variant that the shop does not sell',
    retry: 'no',
  },
  too_many_sale_plans: { status: 409, title: 'The show has as many sale plans as it may', retry: 'no' },
});
