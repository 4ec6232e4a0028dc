import {
  addMemberEndpoint,
  createShopEndpoint,
  listMembersEndpoint,
  listShopsEndpoint,
  type ShopView,
} from '#contracts';
import { setTimeout as pause } from 'node:timers/promises';
import { DEMO_ACCOUNTS, type DemoRole } from './demo-accounts.ts';
import type { DemoPerson } from './demo-person.ts';
import { stableId } from './stable-id.ts';

export const DEMO_SHOP = {
  slug: 'fern-and-kiln',
  name: 'Fern & Kiln',
  description:
    'Pots thrown by hand, coffee roasted on Mondays, cloth printed in between. A shop that exists to be looked at.',
  currency: 'EUR',
};

/** Accounts hears of a new shop by an event; well under a second, but a busy machine may take longer. */
const MEMBERSHIP_TRIES = 100;
const MEMBERSHIP_PAUSE_MS = 100;

/** Opens the demo shop where there is none, and makes the demo's people its members. */
export async function seedShop(people: Record<DemoRole, DemoPerson>): Promise<ShopView> {
  const { merchant } = people;
  const found = await merchant.call(listShopsEndpoint, { query: { slug: DEMO_SHOP.slug } });
  const shop =
    found.items[0] ??
    (await merchant.call(createShopEndpoint, { body: DEMO_SHOP, idempotencyKey: stableId('demo shop') }));
  await untilOwner(merchant, shop.shopId);
  const params = { shopId: shop.shopId };
  const { items: members } = await merchant.call(listMembersEndpoint, { params });
  for (const { role, shopRole } of DEMO_ACCOUNTS) {
    const { userId } = people[role];
    if (shopRole === null || members.some((member) => member.userId === userId)) continue;
    await merchant.call(addMemberEndpoint, { params, body: { userId, role: shopRole } });
    await people[role].refresh();
  }
  return shop;
}

async function untilOwner(merchant: DemoPerson, shopId: string): Promise<void> {
  const owns = (): boolean => merchant.shops.some((shop) => shop.shopId === shopId && shop.role === 'owner');
  for (let attempt = 0; !owns(); attempt += 1) {
    if (attempt === MEMBERSHIP_TRIES)
      throw new Error(`${merchant.email} did not become the owner of ${shopId}`);
    await pause(MEMBERSHIP_PAUSE_MS);
    await merchant.refresh();
  }
}
