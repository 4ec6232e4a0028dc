import type { Query } from '#bus';
import type { Actor } from '../rooms/actor.ts';
import type { AuditRow } from '../rooms/room-ports.ts';

export type Act = Omit<AuditRow, 'actorId' | 'actorName'> & {
  shopId: string | null;
  showId: string | null;
  at: number;
};

/** Writes one act into the audit record; in the transaction of what was done. */
export async function recordAct(
  query: Query,
  actor: Pick<Actor, 'userId' | 'name'>,
  act: Act,
): Promise<void> {
  await query(
    `INSERT INTO audit (at, shop_id, show_id, actor_id, actor_name, act, target_user_id, target_line_id, until,
                        reason, details)
     VALUES (to_timestamp($1::float8 / 1000), $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
    [
      act.at,
      act.shopId,
      act.showId,
      actor.userId,
      actor.name,
      act.act,
      act.targetUserId ?? null,
      act.targetLineId ?? null,
      act.until ?? null,
      act.reason ?? null,
      act.details ? JSON.stringify(act.details) : null,
    ],
  );
}
