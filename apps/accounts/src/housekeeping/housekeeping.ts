import type { Query } from '#bus';

/** Rows removed by one statement, so that no lock is held for long. */
const BATCH = 1_000;
/** Batches of one run; what is left waits for the next. */
const MOST_BATCHES = 50;

interface Chore {
  name: string;
  /** Removes at most `$1` rows and returns them. */
  sql: string;
}

/** What is removed once nobody can need it. */
function choresOf(auditKeepDays: number): Chore[] {
  return [
    {
      name: 'sessions',
      sql: `DELETE FROM sessions WHERE session_id IN (
        SELECT session_id FROM sessions
        WHERE expires_at < now() - interval '30 days' OR ended_at < now() - interval '30 days' LIMIT $1
      ) RETURNING 1`,
    },
    {
      name: 'guests',
      sql: `DELETE FROM users WHERE user_id IN (
        SELECT user_id FROM users WHERE kind = 'guest' AND banned_at IS NULL
          AND created_at < now() - interval '30 days'
          AND NOT EXISTS (SELECT 1 FROM sessions WHERE sessions.user_id = users.user_id)
        LIMIT $1 FOR UPDATE SKIP LOCKED
      ) RETURNING 1`,
    },
    {
      name: 'invitations',
      sql: `DELETE FROM invitations WHERE invitation_id IN (
        SELECT invitation_id FROM invitations WHERE expires_at < now() - interval '30 days' LIMIT $1
      ) RETURNING 1`,
    },
    {
      name: 'password resets',
      sql: `DELETE FROM password_resets WHERE user_id IN (
        SELECT user_id FROM password_resets WHERE expires_at < now() LIMIT $1
      ) RETURNING 1`,
    },
    {
      name: 'audit',
      sql: `DELETE FROM audit WHERE audit_id IN (
        SELECT audit_id FROM audit WHERE at < now() - interval '${auditKeepDays} days' LIMIT $1
      ) RETURNING 1`,
    },
  ];
}

/** Removes what is past its time; gives the rows removed by chore. */
export async function keepHouse(query: Query, auditKeepDays: number): Promise<Record<string, number>> {
  const removed: Record<string, number> = {};
  for (const { name, sql } of choresOf(auditKeepDays)) {
    let total = 0;
    for (let batch = 0; batch < MOST_BATCHES; batch += 1) {
      const rows = await query(sql, [BATCH]);
      total += rows.length;
      if (rows.length < BATCH) break;
    }
    removed[name] = total;
  }
  return removed;
}
