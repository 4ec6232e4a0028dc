import { createStreamKeyEndpoint, listStreamKeysEndpoint, type ShopView } from '#contracts';
import type { DemoPerson } from './demo-person.ts';

/** A stream key as the seed was given it once: ingest itself cannot show it again. */
export interface KeptStreamKey {
  keyId: string;
  server: string;
  streamKey: string;
}

/** The key of `label` for a series: the one kept from a former run while it is good, else a new one. */
export async function seedStreamKey(
  host: DemoPerson,
  shop: ShopView,
  label: string,
  seriesId: string,
  kept: KeptStreamKey | undefined,
): Promise<KeptStreamKey> {
  const params = { shopId: shop.shopId };
  const { items } = await host.call(listStreamKeysEndpoint, { params });
  const good = items.some(
    (key) => key.keyId === kept?.keyId && key.revokedAt === null && key.seriesId === seriesId,
  );
  if (kept && good) return kept;
  const { keyId, server, streamKey } = await host.call(createStreamKeyEndpoint, {
    params,
    body: { label, seriesId },
  });
  return { keyId, server, streamKey };
}
