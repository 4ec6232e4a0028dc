import type { Query } from '#bus';
import { newId } from '#process';

/** Acts on the record; a retired word is never used again. */
export type AuditAction =
  | 'account.signed_up'
  | 'account.renamed'
  | 'account.password_changed'
  | 'account.password_reset_made'
  | 'account.password_reset'
  | 'account.erased'
  | 'account.banned'
  | 'account.unbanned'
  | 'account.platform_roles_set'
  | 'session.started'
  | 'session.ended'
  | 'member.added'
  | 'member.role_changed'
  | 'member.removed'
  | 'invitation.created'
  | 'invitation.withdrawn'
  | 'invitation.accepted'
  | 'keys.rotated';

export interface Act {
  /** Who did it; null for the system itself. */
  actorId: string | null;
  action: AuditAction;
  /** To whom it was done. */
  subjectId?: string | null;
  shopId?: string | null;
  address?: string | null;
  /** Details without secrets. */
  data?: Record<string, unknown>;
}

/** Puts `act` on the record in the caller's transaction: no act without its trace. */
export async function recordAct(query: Query, act: Act): Promise<void> {
  await query(
    `INSERT INTO audit (audit_id, at, actor_id, action, subject_id, shop_id, address, data)
     VALUES ($1, now(), $2, $3, $4, $5, $6, $7)`,
    [
      newId(),
      act.actorId,
      act.action,
      act.subjectId ?? null,
      act.shopId ?? null,
      act.address ?? null,
      JSON.stringify(act.data ?? {}),
    ],
  );
}
