import type { Query } from '#bus';
import type { EventOf, shopCreated } from '#contracts';
import { recordAct } from '../audit/record-act.ts';
import { lockShop, writeMembership } from './change-membership.ts';

/**
 * Makes the creator of a shop its owner. Only while the shop has no members: told twice, it must not bring back an
 * owner who left since. An account that is gone owns nothing.
 */
export async function ownNewShop(event: EventOf<typeof shopCreated>, query: Query): Promise<void> {
  const { shopId, ownerId } = event.data;
  await lockShop(query, shopId);
  const [state] = await query<{ has_members: boolean }>(
    `SELECT EXISTS (SELECT 1 FROM members WHERE shop_id = $1) AS has_members
     FROM users WHERE user_id = $2 FOR UPDATE`,
    [shopId, ownerId],
  );
  if (!state || state.has_members) return;
  await writeMembership(query, shopId, ownerId, 'owner', event.id);
  await recordAct(query, {
    actorId: ownerId,
    action: 'member.added',
    subjectId: ownerId,
    shopId,
    data: { role: 'owner', by: 'opening the shop' },
  });
}
