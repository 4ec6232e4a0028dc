import type { ShopRole } from '#contracts';

/** The roles of a shop in words, the widest first. */
export const ROLES: readonly { value: ShopRole; label: string }[] = [
  { value: 'owner', label: 'Owner' },
  { value: 'merchant', label: 'Merchant: products, stock, orders' },
  { value: 'host', label: 'Host: shows and sales' },
  { value: 'moderator', label: 'Moderator: the chat' },
];
