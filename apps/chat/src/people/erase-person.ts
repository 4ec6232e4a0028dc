import type { Query } from '#bus';
import { leaveInput } from '../facts/leave-input.ts';
import type { NewEntry } from '../rooms/room-ports.ts';
import { removeQuotes } from '../rooms/room-rows.ts';

/** What stands where a name stood. */
const NOBODY = 'Deleted account';
/** Shows of one person that may still be on air; more would be a robot's. */
const MOST_SHOWS = 1_000;
/** Lines of one show that live pages may still show: they keep two hundred. */
const LIVE_LINES = 200;

/**
 * Somebody deleted their account: what they said leaves every room and replay, and nothing that stays (reports about it, the
 * record of acts, quotes by others) names them. The words of a reported line stay with the report, as evidence; restrictions
 * stay by id.
 */
export async function erasePerson(query: Query, userId: string, eventId: string): Promise<string[]> {
  const shows = await query<{ show_id: string; lines: string[] }>(
    `SELECT show_id, (array_agg(line_id ORDER BY at DESC))[1:${LIVE_LINES}] AS lines
     FROM chat_line JOIN show USING (show_id)
     WHERE author_id = $1 AND facts->>'state' <> 'ended' GROUP BY show_id LIMIT $2`,
    [userId, MOST_SHOWS],
  );
  await eraseLines(query, userId);
  await eraseNames(query, userId);
  for (const table of ['badge_choice', 'follower', 'buyer', 'room_role']) {
    await query(`DELETE FROM ${table} WHERE user_id = $1`, [userId]);
  }
  for (const { show_id: showId, lines } of shows) {
    const entries: NewEntry[] = [
      { type: 'user_cleared', data: { userId, since: 0 } },
      { type: 'lines_deleted', data: { lineIds: lines } },
    ];
    for (const entry of entries)
      await leaveInput(query, showId, `${eventId}.${entry.type}`, { kind: 'entry', entry });
  }
  return shows.map((row) => row.show_id);
}

async function eraseLines(query: Query, userId: string): Promise<void> {
  const own = await query<{ line_id: string }>('SELECT line_id FROM chat_line WHERE author_id = $1', [
    userId,
  ]);
  await removeQuotes(
    query,
    own.map((row) => row.line_id),
  );
  await query(
    `UPDATE chat_line SET state = 'deleted', decided_by = NULL,
            line = line || jsonb_build_object('text', '…', 'author', $2::jsonb)
     WHERE author_id = $1`,
    [userId, JSON.stringify({ id: userId, name: NOBODY, badges: [] })],
  );
}

async function eraseNames(query: Query, userId: string): Promise<void> {
  await query(
    `UPDATE show_log SET data = jsonb_set(data, '{line}', (data->'line') || jsonb_build_object('text', '…',
            'author', jsonb_build_object('id', $1::text, 'name', $2::text, 'badges', '[]'::jsonb)))
     WHERE type = 'line_pinned' AND data->'line'->'author'->>'id' = $1::text`,
    [userId, NOBODY],
  );
  await query(
    `UPDATE room SET view = view || '{"pinnedLine": null}' WHERE view->'pinnedLine'->'author'->>'id' = $1::text`,
    [userId],
  );
  await query(
    `UPDATE report SET line = jsonb_set(line, '{author,name}', to_jsonb($2::text))
     WHERE line->'author'->>'id' = $1::text`,
    [userId, NOBODY],
  );
  await query('UPDATE report SET note = NULL WHERE reporter_id = $1', [userId]);
  await query(`UPDATE unban_request SET user_name = $2, message = '' WHERE user_id = $1`, [userId, NOBODY]);
  await query('UPDATE audit SET actor_name = $2 WHERE actor_id = $1', [userId, NOBODY]);
  await query(`UPDATE audit SET details = details - 'text' WHERE target_user_id = $1 AND details ? 'text'`, [
    userId,
  ]);
}
