import type { AnswerOf, InputOf, listChatAuditEndpoint } from '#contracts';
import type { Query } from '#bus';
import { readCursor, writeCursor } from '#service';
import { z } from 'zod';

interface Row {
  audit_id: number;
  at: Date;
  show_id: string | null;
  actor_id: string;
  actor_name: string;
  act: string;
  target_user_id: string | null;
  target_name: string | null;
  target_line_id: string | null;
  until: number | null;
  reason: string | null;
  details: Record<string, unknown> | null;
}

/** The author of the line that was acted on, else what the person last wrote as, else the name they have rights under. */
const TARGET_NAME = `coalesce(
  (SELECT l.line->'author'->>'name' FROM chat_line l WHERE l.line_id = a.target_line_id),
  (SELECT l.line->'author'->>'name' FROM chat_line l JOIN show USING (show_id)
   WHERE show.shop_id = a.shop_id AND l.author_id = a.target_user_id ORDER BY l.at DESC LIMIT 1),
  (SELECT r.user_name FROM room_role r WHERE r.shop_id = a.shop_id AND r.user_id = a.target_user_id)
) AS target_name`;

/** Pages of a shop's audit record, latest first. */
export async function listAudit(
  query: Query,
  { params, query: filter }: InputOf<typeof listChatAuditEndpoint>,
): Promise<AnswerOf<typeof listChatAuditEndpoint>> {
  const after = readCursor(filter.cursor, z.tuple([z.int()]));
  const rows = await query<Row>(
    `SELECT audit_id, at, show_id, actor_id, actor_name, act, target_user_id, ${TARGET_NAME}, target_line_id, until, reason, details
     FROM audit a
     WHERE shop_id = $1 AND audit_id < $2 AND ($3::uuid IS NULL OR show_id = $3) AND ($4::uuid IS NULL OR actor_id = $4)
       AND ($5::uuid IS NULL OR target_user_id = $5)
     ORDER BY audit_id DESC LIMIT $6`,
    [
      params.shopId,
      after?.[0] ?? Number.MAX_SAFE_INTEGER,
      filter.showId ?? null,
      filter.actorId ?? null,
      filter.targetUserId ?? null,
      filter.limit + 1,
    ],
  );
  const items = rows.slice(0, filter.limit);
  return {
    items: items.map((row) => ({
      at: row.at.toISOString(),
      showId: row.show_id,
      actorId: row.actor_id,
      actorName: row.actor_name,
      act: row.act,
      targetUserId: row.target_user_id,
      targetName: row.target_name,
      targetLineId: row.target_line_id,
      until: row.until === null ? null : new Date(row.until).toISOString(),
      reason: row.reason,
      details: row.details,
    })),
    nextCursor: rows.length > filter.limit ? writeCursor([items.at(-1)?.audit_id ?? 0]) : null,
  };
}
