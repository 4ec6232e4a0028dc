import { personModerated, type Identity } from '#contracts';
import { addToOutbox, inTransaction, makeEvent, type Query } from '#bus';
import { newId } from '#process';
import type { Pool } from 'pg';
import { recordAct } from '../access/record-act.ts';
import type { Actor } from '../rooms/actor.ts';

export type Asked =
  | { ok: true; requestId: string; state: 'open' }
  | { ok: false; code: 'not_restricted' | 'unban_already_asked' };

/** Asks to lift the restriction that holds for the caller; once for each restriction. */
export async function askUnban(
  query: Query,
  shopId: string,
  caller: Identity,
  message: string,
  now: number,
): Promise<Asked> {
  const [sanction] = await query<{ sanction_id: string }>(
    `SELECT sanction_id FROM sanction
     WHERE shop_id = $1 AND user_id = $2 AND ended_at IS NULL AND kind <> 'shadow' AND (until IS NULL OR until > $3)`,
    [shopId, caller.userId, now],
  );
  if (!sanction) return { ok: false, code: 'not_restricted' };
  const requestId = newId();
  const added = await query(
    `INSERT INTO unban_request (request_id, shop_id, user_id, user_name, sanction_id, message)
     VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (sanction_id) DO NOTHING RETURNING 1`,
    [requestId, shopId, caller.userId, caller.displayName.slice(0, 60), sanction.sanction_id, message],
  );
  return added.length > 0
    ? { ok: true, requestId, state: 'open' }
    : { ok: false, code: 'unban_already_asked' };
}

export type Decided =
  | { ok: true; state: 'accepted' | 'refused'; userId: string; lifted: boolean }
  | { ok: false; code: 'not_found' | 'already_decided' };

export interface Decision {
  shopId: string;
  requestId: string;
  accept: boolean;
  reason?: string | undefined;
}

/** Decides a request once; accepting it lifts the restriction, unless that has ended by itself. */
export function decideUnban(pool: Pool, actor: Actor, decision: Decision, now: number): Promise<Decided> {
  const { shopId, requestId, accept, reason } = decision;
  const state = accept ? 'accepted' : 'refused';
  return inTransaction(pool, async (query): Promise<Decided> => {
    const [request] = await query<{ user_id: string; sanction_id: string; state: string }>(
      'SELECT user_id, sanction_id, state FROM unban_request WHERE request_id = $1 AND shop_id = $2 FOR UPDATE',
      [requestId, shopId],
    );
    if (!request) return { ok: false, code: 'not_found' };
    if (request.state !== 'open') return { ok: false, code: 'already_decided' };
    await query(
      'UPDATE unban_request SET state = $2, decided_by = $3, decided_at = now() WHERE request_id = $1',
      [requestId, state, actor.userId],
    );
    const lifted = accept ? await endSanction(query, request.sanction_id, actor.userId, now) : false;
    await recordAct(query, actor, {
      act: accept ? 'accept_unban' : 'refuse_unban',
      shopId,
      showId: null,
      at: now,
      targetUserId: request.user_id,
      reason,
    });
    if (lifted) {
      const data = {
        userId: request.user_id,
        shopId,
        showId: null,
        act: 'lift',
        byId: actor.userId,
        until: null,
      } as const;
      await addToOutbox(
        query,
        makeEvent(personModerated, { aggregateId: request.user_id, version: now, data }),
      );
    }
    return { ok: true, state, userId: request.user_id, lifted };
  });
}

async function endSanction(query: Query, sanctionId: string, by: string, now: number): Promise<boolean> {
  const rows = await query(
    'UPDATE sanction SET ended_at = $2, ended_by = $3 WHERE sanction_id = $1 AND ended_at IS NULL RETURNING 1',
    [sanctionId, now, by],
  );
  return rows.length > 0;
}
