import type { ChatLine, LogEntry } from '#contracts';
import type { Query } from '#bus';
import type { LineState, StoredLine } from './room-ports.ts';

export interface EntryRow {
  seq: number;
  type: string;
  at: number;
  media_time: number | null;
  data: unknown;
}

export interface LineRow {
  seq: number;
  line: ChatLine;
  state: LineState;
  unseen: boolean;
  why: string | null;
  media_time: number | null;
}

/** A row of the show log as it travels. */
export function entryOf({ seq, type, at, media_time: mediaTime, data }: EntryRow): LogEntry {
  return { seq, type, at, mediaTime, data } as LogEntry;
}

/** A row of chat lines; its position counts, since a line that waited gets a new one when it is shown. */
export function storedLineOf({ seq, line, state, unseen, why, media_time: mediaTime }: LineRow): StoredLine {
  return { line: { ...line, seq }, state, unseen, why, mediaTime };
}

/** Votes per option, in the order of the options. */
export async function countVotes(
  query: Query,
  pollId: string,
  options: readonly string[],
): Promise<number[]> {
  const rows = await query<{ choice: number; votes: number }>(
    'SELECT choice, count(*)::int AS votes FROM poll_vote WHERE poll_id = $1 GROUP BY choice',
    [pollId],
  );
  const votes = new Map(rows.map((row) => [row.choice, row.votes]));
  return options.map((_, choice) => votes.get(choice) ?? 0);
}

/** What answers quote of these lines goes with them. */
export async function removeQuotes(query: Query, lineIds: readonly string[]): Promise<void> {
  if (lineIds.length === 0) return;
  await query(
    `UPDATE chat_line SET line = line - 'replyTo'
     WHERE line ? 'replyTo' AND line->'replyTo'->>'id' = ANY($1::text[])`,
    [lineIds],
  );
}
