import type { PinnedProduct } from '#contracts';
import { refused, type Carry, type CommandContext, type CommandResult } from './command.ts';

/** Shows a product of the line-up; with a sale of this show its price and clock are shown with it. */
export const pin: Carry<'pin'> = async (command, context) => {
  const lineUp = await context.tx.lineUp();
  if (!lineUp.includes(command.productId)) return refused('product_not_in_line_up');
  return pinProduct(command.productId, context, command.variantId, command.saleId);
};

export const unpin: Carry<'unpin'> = async (_command, { view }) =>
  view.pins.at(-1)?.product ? { entries: [{ type: 'unpinned', data: {} }] } : { entries: [] };

/** Goes on in the line-up: the product after the one that is shown, or the first. */
export const next: Carry<'next'> = async (_command, context) => {
  const lineUp = await context.tx.lineUp();
  const shown = context.view.pins.at(-1)?.product?.productId;
  const following = shown === undefined ? lineUp[0] : lineUp[lineUp.indexOf(shown) + 1];
  return following === undefined ? refused('line_up_at_end') : pinProduct(following, context);
};

async function pinProduct(
  productId: string,
  { tx, view }: CommandContext,
  variantId?: string,
  saleId?: string,
): Promise<CommandResult> {
  const product = await tx.product(productId);
  if (!product || product.status === 'archived') return refused('product_not_in_line_up');
  const variant = product.variants.find((other) =>
    variantId ? other.variantId === variantId : !other.archived,
  );
  if (variantId && !variant) return refused('product_not_in_line_up');
  const sale = saleId
    ? await tx.sale(saleId)
    : view.sales.findLast(
        (other) =>
          other.kind === 'flash' &&
          other.state !== 'closed' &&
          other.items.some((item) => item.productId === productId),
      );
  if (saleId && !sale) return refused('sale_not_of_show');
  // Of a product whose first variant is not in the sale, the price of the one that is.
  const inSale =
    sale?.items.find((item) => item.variantId === variant?.variantId) ??
    (variantId ? undefined : sale?.items.find((item) => item.productId === productId));
  const pinned: PinnedProduct = {
    productId,
    title: product.title.slice(0, 200),
    ...(variantId ? { variantId } : {}),
    ...(sale ? { saleId: sale.saleId } : {}),
    ...(product.imageUrl ? { imageUrl: product.imageUrl } : {}),
    ...((inSale?.price ?? variant?.price) ? { price: inSale?.price ?? variant?.price } : {}),
  };
  return { entries: [{ type: 'pinned', data: pinned }], audit: { details: { productId } } };
}
