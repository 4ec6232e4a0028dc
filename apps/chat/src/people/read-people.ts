import type {
  AnswerOf,
  ChatLine,
  getPersonEndpoint,
  InputOf,
  listQueueEndpoint,
  listSanctionsEndpoint,
  listUnbanRequestsEndpoint,
} from '#contracts';
import type { Query } from '#bus';
import { readCursor, writeCursor } from '#service';
import { z } from 'zod';
import type { LineState } from '../rooms/room-ports.ts';
import { SANCTION_COLUMNS, sanctionView, type SanctionRow } from './sanction-view.ts';

const PERSON_LINES = 50;
const PERSON_SANCTIONS = 20;

/** Lines that wait for a moderator, oldest first. */
export async function readQueue(
  query: Query,
  { params, query: filter }: InputOf<typeof listQueueEndpoint>,
): Promise<AnswerOf<typeof listQueueEndpoint>> {
  const rows = await query<{ seq: number; line: ChatLine; state: 'held' | 'shadowed'; why: string | null }>(
    `SELECT seq, line, state, why FROM chat_line
     WHERE show_id = $1 AND state = $2 AND state IN ('held', 'shadowed') AND seq > $3 ORDER BY seq LIMIT $4`,
    [params.showId, filter.state, readCursor(filter.cursor, z.tuple([z.int()]))?.[0] ?? 0, filter.limit + 1],
  );
  const items = rows.slice(0, filter.limit);
  return {
    items: items.map(({ seq, line, state, why }) => ({ line: { ...line, seq }, state, why })),
    nextCursor: rows.length > filter.limit ? writeCursor([items.at(-1)?.seq ?? 0]) : null,
  };
}

/** Who is, or was, restricted in a shop's rooms; latest first. */
export async function readSanctions(
  query: Query,
  { params, query: filter }: InputOf<typeof listSanctionsEndpoint>,
  now: number,
): Promise<AnswerOf<typeof listSanctionsEndpoint>> {
  const after = readCursor(filter.cursor, z.tuple([z.int(), z.uuid()]));
  const rows = await query<SanctionRow>(
    `SELECT ${SANCTION_COLUMNS} FROM sanction s
     WHERE s.shop_id = $1 AND ($2 OR (s.ended_at IS NULL AND (s.until IS NULL OR s.until > $3)))
       AND ($4::uuid IS NULL OR s.user_id = $4)
       AND ($5::bigint IS NULL OR (s.at, s.sanction_id) < ($5, $6::uuid))
     ORDER BY s.at DESC, s.sanction_id DESC LIMIT $7`,
    [
      params.shopId,
      filter.all,
      now,
      filter.userId ?? null,
      after?.[0] ?? null,
      after?.[1] ?? null,
      filter.limit + 1,
    ],
  );
  const items = rows.slice(0, filter.limit);
  const last = items.at(-1);
  return {
    items: items.map(sanctionView),
    nextCursor: rows.length > filter.limit && last ? writeCursor([last.at, last.sanction_id]) : null,
  };
}

/** Somebody's last lines in a show, whatever became of them, and their restrictions in the shop. */
export async function readPerson(
  query: Query,
  { params }: InputOf<typeof getPersonEndpoint>,
  shopId: string,
): Promise<AnswerOf<typeof getPersonEndpoint>> {
  const lines = await query<{ seq: number; line: ChatLine; state: LineState }>(
    `SELECT seq, line, state FROM chat_line WHERE show_id = $1 AND author_id = $2 ORDER BY at DESC LIMIT $3`,
    [params.showId, params.userId, PERSON_LINES],
  );
  const sanctions = await query<SanctionRow>(
    `SELECT ${SANCTION_COLUMNS} FROM sanction s WHERE s.shop_id = $1 AND s.user_id = $2
     ORDER BY s.at DESC LIMIT $3`,
    [shopId, params.userId, PERSON_SANCTIONS],
  );
  return {
    userId: params.userId,
    lines: lines.toReversed().map(({ seq, line, state }) => ({ line: { ...line, seq }, state })),
    sanctions: sanctions.map(sanctionView),
  };
}

type UnbanRow = SanctionRow & {
  request_id: string;
  message: string;
  asked_at: Date;
  state: 'open' | 'accepted' | 'refused';
  asked_as: string;
};

/** Requests to lift a restriction, oldest first. */
export async function readUnbanRequests(
  query: Query,
  { params, query: filter }: InputOf<typeof listUnbanRequestsEndpoint>,
): Promise<AnswerOf<typeof listUnbanRequestsEndpoint>> {
  const rows = await query<UnbanRow>(
    `SELECT r.request_id, r.message, r.at AS asked_at, r.state, r.user_name AS asked_as, ${SANCTION_COLUMNS}
     FROM unban_request r JOIN sanction s USING (sanction_id)
     WHERE r.shop_id = $1 AND r.state = $2 AND ($3::uuid IS NULL OR r.request_id > $3)
     ORDER BY r.request_id LIMIT $4`,
    [
      params.shopId,
      filter.state,
      readCursor(filter.cursor, z.tuple([z.uuid()]))?.[0] ?? null,
      filter.limit + 1,
    ],
  );
  const items = rows.slice(0, filter.limit);
  return {
    items: items.map((row) => ({
      requestId: row.request_id,
      userId: row.user_id,
      userName: row.asked_as,
      message: row.message,
      at: row.asked_at.toISOString(),
      state: row.state,
      sanction: sanctionView(row),
    })),
    nextCursor: rows.length > filter.limit ? writeCursor([items.at(-1)?.request_id ?? '']) : null,
  };
}
