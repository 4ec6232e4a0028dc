import type { AnswerOf, EntryType, listLogEndpoint } from '#contracts';
import type { Query } from '#bus';
import { entryOf, type EntryRow } from '../rooms/room-rows.ts';

/** Entries of a show's log after a position, oldest first. */
export async function readLog(
  query: Query,
  showId: string,
  { after, limit, type }: { after: number; limit: number; type?: readonly EntryType[] | undefined },
): Promise<AnswerOf<typeof listLogEndpoint>> {
  const rows = await query<EntryRow>(
    `SELECT seq, type, at, media_time, data FROM show_log
     WHERE show_id = $1 AND seq > $2 AND ($3::text[] IS NULL OR type = ANY($3)) ORDER BY seq LIMIT $4`,
    [showId, after, type ?? null, limit],
  );
  const [top] = await query<{ last: number | null }>(
    'SELECT max(seq) AS last FROM show_log WHERE show_id = $1',
    [showId],
  );
  return { entries: rows.map(entryOf), last: top?.last ?? 0 };
}
