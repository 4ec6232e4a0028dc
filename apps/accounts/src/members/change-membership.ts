import { lockKey, type Query } from '#bus';
import { membershipChanged, type ShopRole } from '#contracts';
import { MOST_MEMBERSHIPS } from '../people/account-view.ts';
import { publishAboutUser } from '../people/publish-about-user.ts';

/** Members of one shop: a list that a person can oversee, and the answer of one call. */
export const MOST_MEMBERS = 200;

/** One change of a shop's members at a time, so that the last owner cannot leave twice. Taken before any user. */
export async function lockShop(query: Query, shopId: string): Promise<void> {
  await query('SELECT pg_advisory_xact_lock($1)', [lockKey(`accounts:shop:${shopId}`)]);
}

/** Tells whether one more membership fits; the shop and the user are locked. */
export async function roomFor(
  query: Query,
  shopId: string,
  userId: string,
): Promise<'ok' | 'already_member' | 'too_many_memberships' | 'too_many_members'> {
  const [counts] = await query<{ is_member: boolean; shops: number; members: number }>(
    `SELECT EXISTS (SELECT 1 FROM members WHERE shop_id = $1 AND user_id = $2) AS is_member,
       (SELECT count(*)::int FROM members WHERE user_id = $2) AS shops,
       (SELECT count(*)::int FROM members WHERE shop_id = $1) AS members`,
    [shopId, userId],
  );
  if (!counts || counts.is_member) return 'already_member';
  if (counts.shops >= MOST_MEMBERSHIPS) return 'too_many_memberships';
  return counts.members >= MOST_MEMBERS ? 'too_many_members' : 'ok';
}

/** Whether `userId` is the only owner of the shop. */
export async function isLastOwner(query: Query, shopId: string, userId: string): Promise<boolean> {
  const owners = await query<{ user_id: string }>(
    `SELECT user_id FROM members WHERE shop_id = $1 AND role = 'owner' LIMIT 2`,
    [shopId],
  );
  return owners.length === 1 && owners[0]?.user_id === userId;
}

/** Writes what `userId` is to the shop from now on (null: nothing), and tells every process. */
export async function writeMembership(
  query: Query,
  shopId: string,
  userId: string,
  role: ShopRole | null,
  causeId: string | null = null,
): Promise<void> {
  if (role === null) {
    await query('DELETE FROM members WHERE shop_id = $1 AND user_id = $2', [shopId, userId]);
  } else {
    await query(
      `INSERT INTO members (shop_id, user_id, role, created_at) VALUES ($1, $2, $3, now())
       ON CONFLICT (shop_id, user_id) DO UPDATE SET role = excluded.role`,
      [shopId, userId, role],
    );
  }
  await publishAboutUser(query, membershipChanged, userId, { userId, shopId, role }, causeId);
}
