import type { Query } from '#bus';
import { sessionRevoked, type SessionEndReason } from '#contracts';
import { publishAboutUser } from '../people/publish-about-user.ts';

/**
 * Ends those of `sessionIds` that are open and belong to `userId`, and tells every process; gives the ids that
 * ended. In the caller's transaction.
 */
export async function endSessions(
  query: Query,
  userId: string,
  sessionIds: readonly string[],
  reason: SessionEndReason,
): Promise<string[]> {
  if (sessionIds.length === 0) return [];
  const ended = await query<{ session_id: string }>(
    `UPDATE sessions SET ended_at = now(), end_reason = $3
     WHERE user_id = $1 AND session_id = ANY($2::uuid[]) AND ended_at IS NULL RETURNING session_id`,
    [userId, sessionIds, reason],
  );
  for (const { session_id: sessionId } of ended) {
    await publishAboutUser(query, sessionRevoked, userId, { userId, sessionId, reason });
  }
  return ended.map((row) => row.session_id);
}

/** Ends every open session of `userId` but `exceptId`. */
export async function endAllSessions(
  query: Query,
  userId: string,
  reason: SessionEndReason,
  exceptId: string | null = null,
): Promise<string[]> {
  const open = await query<{ session_id: string }>(
    `SELECT session_id FROM sessions
     WHERE user_id = $1 AND ended_at IS NULL AND session_id IS DISTINCT FROM $2::uuid`,
    [userId, exceptId],
  );
  return endSessions(
    query,
    userId,
    open.map((row) => row.session_id),
    reason,
  );
}
