import { z } from 'zod';
import { Id } from './values.ts';

/** What somebody is to one shop. */
export const ShopRole = z.enum(['owner', 'merchant', 'host', 'moderator']);
export type ShopRole = z.infer<typeof ShopRole>;

/** What somebody is to the whole platform. */
export const PlatformRole = z.enum(['admin', 'moderator']);
export type PlatformRole = z.infer<typeof PlatformRole>;

/** Who is calling, as an access token says it. Guests have a name and nothing else. */
export const Identity = z.object({
  userId: Id,
  displayName: z.string(),
  kind: z.enum(['user', 'guest']),
  platformRoles: z.array(PlatformRole),
  shops: z.array(z.object({ shopId: Id, role: ShopRole })),
  sessionId: Id,
  /** Milliseconds since the epoch. */
  expiresAt: z.number(),
});
export type Identity = z.infer<typeof Identity>;

/** Acts that a role in a shop allows. */
export const Permission = z.enum([
  'shop:write',
  'members:write',
  'products:write',
  'shows:write',
  'shows:run',
  'stream-keys:write',
  'stock:read',
  'stock:write',
  'sales:run',
  'orders:read',
  'orders:write',
  'chat:moderate',
  'figures:read',
]);
export type Permission = z.infer<typeof Permission>;

const MODERATOR: Permission[] = ['chat:moderate'];
const HOST: Permission[] = [
  ...MODERATOR,
  'shows:write',
  'shows:run',
  'stream-keys:write',
  'sales:run',
  'stock:read',
  'figures:read',
];
const MERCHANT: Permission[] = [...HOST, 'products:write', 'stock:write', 'orders:read', 'orders:write'];
const OWNER: Permission[] = [...MERCHANT, 'shop:write', 'members:write'];

/** The permission table: one line per role, read by servers and by pages that hide what would be refused. */
export const PERMISSIONS_BY_ROLE: Record<ShopRole, readonly Permission[]> = {
  moderator: MODERATOR,
  host: HOST,
  merchant: MERCHANT,
  owner: OWNER,
};

/** Whether `identity` may do `permission` in `shopId`; platform admins may do everything. */
export function mayInShop(identity: Identity, shopId: string, permission: Permission): boolean {
  if (identity.platformRoles.includes('admin')) return true;
  return identity.shops.some(
    (shop) => shop.shopId === shopId && PERMISSIONS_BY_ROLE[shop.role].includes(permission),
  );
}
