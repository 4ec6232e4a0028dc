import type { SanctionView } from '#contracts';

export interface SanctionRow {
  sanction_id: string;
  user_id: string;
  user_name: string | null;
  kind: SanctionView['kind'];
  until: number | null;
  reason: string | null;
  by_id: string;
  at: number;
  ended_at: number | null;
}

/** Columns of a `SanctionRow` from `sanction s`; the name is that of the person's last line anywhere in the shop. */
export const SANCTION_COLUMNS = `s.sanction_id, s.user_id, s.kind, s.until, s.reason, s.by_id, s.at, s.ended_at,
  (SELECT l.line->'author'->>'name' FROM chat_line l JOIN show USING (show_id)
   WHERE show.shop_id = s.shop_id AND l.author_id = s.user_id ORDER BY l.at DESC LIMIT 1) AS user_name`;

export function sanctionView(row: SanctionRow): SanctionView {
  return {
    sanctionId: row.sanction_id,
    userId: row.user_id,
    userName: row.user_name,
    kind: row.kind,
    until: row.until === null ? null : new Date(row.until).toISOString(),
    reason: row.reason,
    byId: row.by_id,
    at: new Date(row.at).toISOString(),
    endedAt: row.ended_at === null ? null : new Date(row.ended_at).toISOString(),
  };
}
