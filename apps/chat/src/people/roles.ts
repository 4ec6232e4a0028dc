import type { AnswerOf, ChatRight, ChatRoleView, InputOf, listChatRolesEndpoint } from '#contracts';
import { inTransaction, type Query } from '#bus';
import { readCursor, writeCursor } from '#service';
import type { Pool } from 'pg';
import { z } from 'zod';
import { recordAct } from '../access/record-act.ts';
import type { Actor } from '../rooms/actor.ts';

interface Row {
  user_id: string;
  user_name: string;
  rights: ChatRight[];
  given_by: string;
  given_at: Date;
}

/** People with single rights in a shop's rooms, in the order of their ids. */
export async function readRoles(
  query: Query,
  { params, query: filter }: InputOf<typeof listChatRolesEndpoint>,
): Promise<AnswerOf<typeof listChatRolesEndpoint>> {
  const rows = await query<Row>(
    `SELECT user_id, user_name, rights, given_by, given_at FROM room_role
     WHERE shop_id = $1 AND ($2::uuid IS NULL OR user_id > $2) ORDER BY user_id LIMIT $3`,
    [params.shopId, readCursor(filter.cursor, z.tuple([z.uuid()]))?.[0] ?? null, filter.limit + 1],
  );
  const items = rows.slice(0, filter.limit);
  return {
    items: items.map(roleView),
    nextCursor: rows.length > filter.limit ? writeCursor([items.at(-1)?.user_id ?? '']) : null,
  };
}

export interface NewRole {
  shopId: string;
  userId: string;
  userName: string;
  rights: readonly ChatRight[];
}

/** Gives somebody exactly these rights. */
export function setRole(pool: Pool, actor: Actor, role: NewRole, now: number): Promise<ChatRoleView> {
  const { shopId, userId, userName } = role;
  const rights = [...new Set(role.rights)];
  return inTransaction(pool, async (query) => {
    const [row] = await query<Row>(
      `INSERT INTO room_role (shop_id, user_id, user_name, rights, given_by) VALUES ($1, $2, $3, $4, $5)
       ON CONFLICT (shop_id, user_id) DO UPDATE SET user_name = $3, rights = $4, given_by = $5, given_at = now()
       RETURNING user_id, user_name, rights, given_by, given_at`,
      [shopId, userId, userName, rights, actor.userId],
    );
    if (!row) throw new Error('a role was not stored');
    await recordAct(query, actor, {
      act: 'set_role',
      shopId,
      showId: null,
      at: now,
      targetUserId: userId,
      details: { rights },
    });
    return roleView(row);
  });
}

/** Takes somebody's rights away; false when they had none. */
export function removeRole(
  pool: Pool,
  actor: Actor,
  { shopId, userId }: Pick<NewRole, 'shopId' | 'userId'>,
  now: number,
): Promise<boolean> {
  return inTransaction(pool, async (query) => {
    const removed = await query('DELETE FROM room_role WHERE shop_id = $1 AND user_id = $2 RETURNING 1', [
      shopId,
      userId,
    ]);
    if (removed.length === 0) return false;
    await recordAct(query, actor, {
      act: 'remove_role',
      shopId,
      showId: null,
      at: now,
      targetUserId: userId,
    });
    return true;
  });
}

function roleView(row: Row): ChatRoleView {
  return {
    userId: row.user_id,
    userName: row.user_name,
    rights: row.rights,
    givenBy: row.given_by,
    givenAt: row.given_at.toISOString(),
  };
}
