/** Every key of a sale. They share the hash tag of the sale, so a cluster keeps them together on one node. */
export interface SaleKeys {
  readonly sale: string;
  readonly variants: string;
  readonly variant: string;
  readonly holds: string;
  readonly buyers: string;
  readonly ended: string;
  readonly due: string;
  readonly pinned: string;
  readonly waiting: string;
  readonly journal: string;
  readonly base: string;
}

/**
 * Names the keys of `saleId`. Keys that a command learns only from data, such as the expiry index of a variant inside
 * an expired cart, are built by it from these prefixes and so share the hash tag too.
 */
export function saleKeys(saleId: string): SaleKeys {
  const tag = `inv:{${saleId}}`;
  return {
    sale: tag,
    variants: `${tag}:variants`,
    variant: `${tag}:v:`,
    holds: `${tag}:holds`,
    buyers: `${tag}:buyers`,
    ended: `${tag}:ended`,
    due: `${tag}:due`,
    pinned: `${tag}:pinned`,
    waiting: `${tag}:waiting:`,
    journal: `${tag}:journal`,
    base: `${tag}:base`,
  };
}
