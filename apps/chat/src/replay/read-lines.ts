import type { AnswerOf, ChatLine, InputOf, listLinesEndpoint, listQuestionsEndpoint } from '#contracts';
import type { Query } from '#bus';
import { readCursor, writeCursor } from '#service';
import { z } from 'zod';

const After = z.tuple([z.int()]);

interface Row {
  seq: number;
  line: ChatLine;
  media_time: number | null;
}

/** What was said between two moments, as a replay shows it: without what was held, hidden or taken away. */
export async function readLines(
  query: Query,
  { params, query: window }: InputOf<typeof listLinesEndpoint>,
): Promise<AnswerOf<typeof listLinesEndpoint>> {
  const rows = await query<Row>(
    `SELECT seq, line, media_time FROM chat_line
     WHERE show_id = $1 AND state = 'shown' AND seq > $2 AND at >= $3 AND ($4::bigint IS NULL OR at < $4)
     ORDER BY seq LIMIT $5`,
    [
      params.showId,
      readCursor(window.cursor, After)?.[0] ?? 0,
      window.from,
      window.to ?? null,
      window.limit + 1,
    ],
  );
  const items = rows.slice(0, window.limit);
  return {
    items: items.map(({ seq, line, media_time: mediaTime }) => ({ line: { ...line, seq }, mediaTime })),
    nextCursor: rows.length > window.limit ? writeCursor([items.at(-1)?.seq ?? 0]) : null,
  };
}

/** Questions that viewers asked, oldest first. */
export async function readQuestions(
  query: Query,
  { params, query: filter }: InputOf<typeof listQuestionsEndpoint>,
): Promise<AnswerOf<typeof listQuestionsEndpoint>> {
  const rows = await query<Row>(
    `SELECT l.seq, l.line, l.media_time FROM chat_line l
     WHERE l.show_id = $1 AND l.line ? 'question' AND l.state = 'shown' AND l.seq > $2
       AND $3 = EXISTS (SELECT 1 FROM show_log e WHERE e.show_id = $1 AND e.type = 'question_answered'
                          AND e.data->>'lineId' = l.line_id::text)
     ORDER BY l.seq LIMIT $4`,
    [params.showId, readCursor(filter.cursor, After)?.[0] ?? 0, filter.answered, filter.limit + 1],
  );
  const items = rows.slice(0, filter.limit);
  return {
    items: items.map(({ seq, line }) => ({ ...line, seq })),
    nextCursor: rows.length > filter.limit ? writeCursor([items.at(-1)?.seq ?? 0]) : null,
  };
}
