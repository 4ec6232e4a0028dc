import { DEMO_ACCOUNTS, DEMO_PASSWORD, type DemoRole } from './demo-accounts.ts';
import { enter, type DemoPerson } from './demo-person.ts';
import { seedProducts } from './seed-products.ts';
import { seedShop } from './seed-shop.ts';
import { seedShows } from './seed-shows.ts';
import { seedStreamKey, type KeptStreamKey } from './seed-stream-keys.ts';

/** What the starter needs to know of the demo: it prints the accounts, publishes with one key and shows the other. */
export interface SeededDemo {
  shopId: string;
  shopSlug: string;
  /** The show that the demo publisher goes live with. */
  showId: string;
  upcomingShowIds: string[];
  tryOutShowId: string;
  saleIds: string[];
  accounts: { role: string; email: string; password: string }[];
  publisherKey: KeptStreamKey;
  spareKey: KeptStreamKey;
}

/** Secrets of a former run, which no process can tell again. */
export type KeptKeys = Pick<SeededDemo, 'publisherKey' | 'spareKey'>;

/**
 * Fills a running platform with the demo through its public API: people, a shop with products, pictures and stock, a
 * show about to go live, shows to come, flash sales, stream keys. May run any number of times; each run makes a fresh
 * show for the demo publisher and otherwise adds only what is missing.
 */
export async function seedDemo(siteUrl: string, kept: Partial<KeptKeys> = {}): Promise<SeededDemo> {
  const entered = await Promise.all(
    DEMO_ACCOUNTS.map(async (account) => [account.role, await enter(siteUrl, account)] as const),
  );
  const people = Object.fromEntries(entered) as Record<DemoRole, DemoPerson>;
  const { host, merchant } = people;
  const shop = await seedShop(people);
  const products = await seedProducts(merchant, shop);
  const shows = await seedShows({ host, shop, products });
  const [publisherKey, spareKey] = await Promise.all([
    seedStreamKey(host, shop, 'Demo publisher', shows.onAirSeriesId, kept.publisherKey),
    seedStreamKey(host, shop, 'OBS', shows.tryOutSeriesId, kept.spareKey),
  ]);
  return {
    shopId: shop.shopId,
    shopSlug: shop.slug,
    showId: shows.onAir.showId,
    upcomingShowIds: shows.upcoming.map((show) => show.showId),
    tryOutShowId: shows.tryOut.showId,
    saleIds: shows.saleIds,
    accounts: DEMO_ACCOUNTS.map(({ role, email }) => ({ role, email, password: DEMO_PASSWORD })),
    publisherKey,
    spareKey,
  };
}
