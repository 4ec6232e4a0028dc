import type { Query } from '#bus';

/** Stands for all shops: the scope of a ban from the platform. */
const EVERYWHERE = '00000000-0000-0000-0000-000000000000';

/** Whether somebody may publish for a shop (or, without one, at all) since `version` of that person. */
export interface HostStanding {
  userId: string;
  shopId: string | null;
  mayPublish: boolean;
  version: number;
}

/** Condition on `stream_keys k`: accounts has not taken publishing away from the key's host. */
export const HOST_MAY_PUBLISH = `NOT EXISTS (
  SELECT 1 FROM host_standing s
   WHERE s.user_id = k.host_id AND s.shop_id IN (k.shop_id, '${EVERYWHERE}') AND NOT s.may_publish)`;

/**
 * Keeps what accounts told last about a person and revokes the keys that person may use no more. The row stays, so that a
 * key made meanwhile with an older token opens nothing either. Older versions than the stored one change nothing.
 */
export async function recordStanding(query: Query, standing: HostStanding): Promise<void> {
  const { userId, shopId, mayPublish, version } = standing;
  const fresh = await query(
    `INSERT INTO host_standing (user_id, shop_id, may_publish, version) VALUES ($1, $2, $3, $4)
     ON CONFLICT (user_id, shop_id) DO UPDATE SET may_publish = $3, version = $4 WHERE host_standing.version < $4
     RETURNING user_id`,
    [userId, shopId ?? EVERYWHERE, mayPublish, version],
  );
  if (fresh.length === 0 || mayPublish) return;
  await query(
    `UPDATE stream_keys SET revoked_at = now()
      WHERE host_id = $1 AND ($2::uuid IS NULL OR shop_id = $2) AND revoked_at IS NULL`,
    [userId, shopId],
  );
}

/** Whether accounts has taken publishing for `shopId` away from somebody. */
export async function isBarred(query: Query, userId: string, shopId: string): Promise<boolean> {
  const rows = await query(
    `SELECT 1 FROM host_standing
      WHERE user_id = $1 AND shop_id IN ($2, '${EVERYWHERE}') AND NOT may_publish LIMIT 1`,
    [userId, shopId],
  );
  return rows.length > 0;
}
