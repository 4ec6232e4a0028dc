import type { SaleState } from '#contracts';
import type { MoneyValue } from '../money.ts';

/** What a page needs to know of a variant. */
export interface OfferedVariant {
  variantId: string;
  price: MoneyValue;
  compareAt: MoneyValue | null;
}

/** How a variant can be bought at this moment. */
export interface Offer {
  /** Null when it is sold nowhere right now. */
  saleId: string | null;
  kind: 'flash' | 'standing' | null;
  price: MoneyValue;
  /** The higher price it stands beside. */
  was: MoneyValue | null;
  /** Units left; null while unknown. */
  available: number | null;
  soldOut: boolean;
  /** The sale waits for its engine and goes on by itself: the offer stays in sight, but cannot be taken right now. */
  paused: boolean;
  endsAt: number | null;
  limitPerBuyer: number | null;
  /** A flash sale that has been announced for it, with its start where that is fixed. */
  comes: { saleId: string; opensAt: number | null; price: MoneyValue | null } | null;
}

type Sales = Readonly<Record<string, SaleState>>;

/** The variant that stands for a product, with its offer: what is in a flash sale, then what can be had, then the cheapest. */
export function leadOffer<T extends OfferedVariant & { archived: boolean }>(
  variants: readonly T[],
  sales: Sales,
  now: number,
): { variant: T; offer: Offer } | undefined {
  return variants
    .filter(({ archived }) => !archived)
    .map((variant) => ({ variant, offer: offerFor(variant, sales, now) }))
    .toSorted((a, b) => rank(b.offer) - rank(a.offer) || a.offer.price.amount - b.offer.price.amount)[0];
}

/** The offer for a variant: an open flash sale before the shelf; the shelf again once the flash sale is sold out. */
export function offerFor(variant: OfferedVariant, sales: Sales, now: number): Offer {
  const found = Object.values(sales)
    .map((sale) => ({ sale, item: sale.items.find((item) => item.variantId === variant.variantId) }))
    .filter((entry): entry is Found => entry.item !== undefined);
  const open = found.filter(({ sale }) => isOpen(sale, now)).toSorted(byPreference);
  const best = open.find(({ item }) => !item.soldOut) ?? open[0];
  const comes = found.find(({ sale }) => sale.kind === 'flash' && comesSoon(sale, now));
  const price = best?.item.price ?? variant.price;
  return {
    saleId: best?.sale.saleId ?? null,
    kind: best?.sale.kind ?? null,
    price,
    was: higher(price, best?.sale.kind === 'flash' ? variant.price : variant.compareAt),
    available: best?.item.available ?? null,
    soldOut: best ? best.item.soldOut || best.item.available === 0 : false,
    paused: best?.sale.state === 'paused',
    endsAt: best?.sale.endsAt ?? null,
    limitPerBuyer: best?.sale.limitPerBuyer ?? null,
    comes: comes
      ? { saleId: comes.sale.saleId, opensAt: comes.sale.opensAt ?? null, price: comes.item.price ?? null }
      : null,
  };
}

/** The next moment at which an offer changes by the clock alone: a sale begins or ends; null when none is set. */
export function nextTurn(sales: Sales, now: number): number | null {
  const turns = Object.values(sales)
    .filter(({ state }) => state !== 'closed')
    .flatMap(({ opensAt, endsAt }) => [opensAt, endsAt])
    .filter((at): at is number => at !== undefined && at > now);
  return turns.length === 0 ? null : Math.min(...turns);
}

interface Found {
  sale: SaleState;
  item: SaleState['items'][number];
}

function isOpen(sale: SaleState, now: number): boolean {
  if (sale.state === 'closed') return false;
  const begun = sale.opensAt === undefined || sale.opensAt <= now;
  // A start that was announced for a moment counts from that moment on, before its event has travelled here.
  if (sale.state === 'planned' && (sale.opensAt === undefined || !begun)) return false;
  return begun && (sale.endsAt === undefined || sale.endsAt > now);
}

function comesSoon(sale: SaleState, now: number): boolean {
  return sale.state !== 'closed' && !isOpen(sale, now) && (sale.endsAt === undefined || sale.endsAt > now);
}

/** Higher is the better one to show first. */
function rank({ kind, soldOut, comes }: Offer): number {
  if (soldOut) return 0;
  if (kind === 'flash') return 3;
  return comes ? 2 : 1;
}

function byPreference(a: Found, b: Found): number {
  return Number(b.sale.kind === 'flash') - Number(a.sale.kind === 'flash');
}

function higher(price: MoneyValue, other: MoneyValue | null): MoneyValue | null {
  return other && other.currency === price.currency && other.amount > price.amount ? other : null;
}
