import { addToOutbox, inTransaction, makeEvent, type Query } from '#bus';
import { streamEnded, streamInterrupted, streamPublished, streamResumed, type EventOf } from '#contracts';
import { newId } from '#process';
import type { Pool } from 'pg';
import { HOST_MAY_PUBLISH } from '../keys/host-standing.ts';

export type StreamEndReason = EventOf<typeof streamEnded>['data']['reason'];

/** A run of a show that a connection publishes; one stream id however often the publisher reconnects. */
export interface PublishSession {
  streamId: string;
  showId: string;
  shopId: string;
  keyId: string;
  connectionId: string;
}

/** Where a stream stands, for readers of feeds and for the studio. */
export interface SessionState {
  streamId: string;
  state: 'live' | 'waiting' | 'ended';
  nodeUrl: string;
  publishedAt: Date | null;
  resumeUntil: Date | null;
}

interface Row {
  stream_id: string;
  show_id: string;
  shop_id: string;
  version: number;
}

/** A live session whose process has said nothing for this long lost its publisher. */
const ORPHAN_AFTER = '8 seconds';

type Opening = Omit<PublishSession, 'streamId'> & { nodeUrl: string };

/**
 * Opens the stream of a show for a new connection: takes over the one that is open, else begins a new one. The row lock
 * makes `waiting -> live` and `waiting -> ended` exclude each other.
 */
export async function openSession(
  pool: Pool,
  opening: Opening,
  newStreamId = newId(),
): Promise<PublishSession> {
  const { showId, shopId, keyId, connectionId, nodeUrl } = opening;
  return inTransaction(pool, async (query) => {
    const [row] = await query<{ stream_id: string }>(
      `INSERT INTO publish_sessions (stream_id, show_id, shop_id, key_id, state, connection_id, node_url)
       VALUES ($1, $2, $3, $4, 'live', $5, $6)
       ON CONFLICT (show_id) WHERE state <> 'ended' DO UPDATE
         SET state = 'live', key_id = $4, connection_id = $5, node_url = $6, seen_at = now(), resume_until = NULL,
             version = publish_sessions.version + 1
       RETURNING stream_id`,
      [newStreamId, showId, shopId, keyId, connectionId, nodeUrl],
    );
    if (!row) throw new Error('an upsert returned no row');
    return { streamId: row.stream_id, showId, shopId, keyId, connectionId };
  });
}

/** The picture is usable: the show is on air, or on air again. False when the session is no longer this connection's. */
export async function confirmSession(
  pool: Pool,
  session: PublishSession,
  picture: { width: number; height: number; frameRate: number | null },
): Promise<boolean> {
  return inTransaction(pool, async (query) => {
    const [row] = await query<Row & { first: boolean; at: Date }>(
      `UPDATE publish_sessions p SET published_at = coalesce(p.published_at, now()), version = p.version + 1
         FROM (SELECT published_at IS NULL AS first FROM publish_sessions WHERE stream_id = $1 FOR UPDATE) before
        WHERE stream_id = $1 AND connection_id = $2 AND state = 'live'
       RETURNING p.stream_id, p.show_id, p.shop_id, p.version, before.first, now() AS at`,
      [session.streamId, session.connectionId],
    );
    if (!row) return false;
    const at = row.at.toISOString();
    const event = row.first
      ? makeEvent(streamPublished, aboutRow(row, { publishedAt: at, ...picture }))
      : makeEvent(streamResumed, aboutRow(row, { resumedAt: at }));
    await addToOutbox(query, event);
    return true;
  });
}

/** The connection is gone: the show waits for its publisher, or forgets a stream that never had a picture. */
export async function releaseSession(pool: Pool, session: PublishSession, windowS: number): Promise<void> {
  await inTransaction(pool, async (query) => {
    const mine = [session.streamId, session.connectionId];
    await query(
      `DELETE FROM publish_sessions
        WHERE stream_id = $1 AND connection_id = $2 AND state = 'live' AND published_at IS NULL`,
      mine,
    );
    const rows = await query<Row>(
      `UPDATE publish_sessions SET state = 'waiting', resume_until = now() + make_interval(secs => $3), version = version + 1
        WHERE stream_id = $1 AND connection_id = $2 AND state = 'live' RETURNING *`,
      [...mine, windowS],
    );
    await announceInterrupted(query, rows, windowS);
  });
}

/** Ends the open stream of a show, if there is one. */
export async function endSessionOfShow(query: Query, showId: string, reason: StreamEndReason): Promise<void> {
  const rows = await query<Row>(
    `UPDATE publish_sessions SET state = 'ended', ended_at = now(), end_reason = $2, version = version + 1
      WHERE show_id = $1 AND state <> 'ended' RETURNING *`,
    [showId, reason],
  );
  await announceEnded(query, rows, reason);
}

/** Ends streams whose window has passed. */
export async function endPassedSessions(pool: Pool): Promise<void> {
  await inTransaction(pool, async (query) => {
    const rows = await query<Row>(
      `UPDATE publish_sessions SET state = 'ended', ended_at = now(), end_reason = 'window_passed', version = version + 1
        WHERE state = 'waiting' AND resume_until < now() RETURNING *`,
    );
    await announceEnded(query, rows, 'window_passed');
  });
}

/** Lets streams wait whose ingest process died with them. */
export async function releaseOrphans(pool: Pool, windowS: number): Promise<void> {
  await inTransaction(pool, async (query) => {
    await query(
      `DELETE FROM publish_sessions
        WHERE state = 'live' AND published_at IS NULL AND seen_at < now() - interval '${ORPHAN_AFTER}'`,
    );
    const rows = await query<Row>(
      `UPDATE publish_sessions SET state = 'waiting', resume_until = now() + make_interval(secs => $1), version = version + 1
        WHERE state = 'live' AND seen_at < now() - interval '${ORPHAN_AFTER}' RETURNING *`,
      [windowS],
    );
    await announceInterrupted(query, rows, windowS);
  });
}

/** Says that these connections are alive; gives those whose session is still theirs and whose key still counts. */
export async function keepSessions(
  query: Query,
  live: { connectionId: string; secretHash: string }[],
): Promise<Set<string>> {
  const rows = await query<{ connection_id: string }>(
    `UPDATE publish_sessions p SET seen_at = now()
       FROM unnest($1::uuid[], $2::text[]) AS mine (connection_id, secret_hash), stream_keys k
      WHERE p.connection_id = mine.connection_id AND p.state = 'live' AND k.key_id = p.key_id
        AND k.revoked_at IS NULL AND encode(k.secret_hash, 'hex') = mine.secret_hash AND ${HOST_MAY_PUBLISH}
     RETURNING p.connection_id`,
    [live.map(({ connectionId }) => connectionId), live.map(({ secretHash }) => secretHash)],
  );
  return new Set(rows.map((row) => row.connection_id));
}

/** Where a stream stands; undefined when there is no such stream. */
export async function readSession(query: Query, streamId: string): Promise<SessionState | undefined> {
  return one(query, 'stream_id = $1', streamId);
}

/** The open stream of a show. */
export async function readSessionOfShow(query: Query, showId: string): Promise<SessionState | undefined> {
  return one(query, `show_id = $1 AND state <> 'ended'`, showId);
}

async function one(query: Query, where: string, id: string): Promise<SessionState | undefined> {
  const [row] = await query<{
    stream_id: string;
    state: SessionState['state'];
    node_url: string;
    published_at: Date | null;
    resume_until: Date | null;
  }>(`SELECT stream_id, state, node_url, published_at, resume_until FROM publish_sessions WHERE ${where}`, [
    id,
  ]);
  return (
    row && {
      streamId: row.stream_id,
      state: row.state,
      nodeUrl: row.node_url,
      publishedAt: row.published_at,
      resumeUntil: row.resume_until,
    }
  );
}

async function announceInterrupted(query: Query, rows: Row[], windowS: number): Promise<void> {
  const now = Date.now();
  const times = {
    interruptedAt: new Date(now).toISOString(),
    resumeUntil: new Date(now + windowS * 1_000).toISOString(),
  };
  await addToOutbox(query, ...rows.map((row) => makeEvent(streamInterrupted, aboutRow(row, times))));
}

async function announceEnded(query: Query, rows: Row[], reason: StreamEndReason): Promise<void> {
  const endedAt = new Date().toISOString();
  await addToOutbox(query, ...rows.map((row) => makeEvent(streamEnded, aboutRow(row, { endedAt, reason }))));
}

function aboutRow<T>(row: Row, data: T) {
  return {
    aggregateId: row.stream_id,
    version: row.version,
    data: { streamId: row.stream_id, showId: row.show_id, shopId: row.shop_id, ...data },
  };
}
