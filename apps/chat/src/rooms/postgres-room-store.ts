import {
  SNAPSHOT_LINES,
  type ChatLine,
  type ChatRight,
  type LogEntry,
  type RoomModes,
  type ShowFacts,
} from '#contracts';
import { inTransaction, queryOf, type Query } from '#bus';
import type { Pool } from 'pg';
import { readTotals } from '../figures/read-figures.ts';
import { OwnerTransaction } from './owner-transaction.ts';
import type {
  Fence,
  MinuteFigures,
  StoredFigures,
  RoomStart,
  RoomStore,
  RoomTransaction,
  Sanction,
  Standing,
  StoredLine,
  Unpublished,
} from './room-ports.ts';
import { applyEntry, emptyView, OPEN_MODES, type RoomView } from './room-view.ts';
import { countVotes, entryOf, storedLineOf, type EntryRow, type LineRow } from './room-rows.ts';

/** Lines that a new owner knows again for repeated keys, slow mode and duplicates. */
const RECENT_LINES = 1_000;
const RECENT_MS = 10 * 60_000;
/** Restrictions held in memory; beyond it the oldest timeouts and bans are the first to be looked up by nobody. */
const MOST_SANCTIONS = 100_000;
const MOST_WORDS = 10_000;
/** How long the badge of a buyer says that they just bought. */
const JUST_BOUGHT = '12 hours';
const MOST_UNPUBLISHED = 5_000;

type Policy = Pick<RoomStart, 'show' | 'sanctions' | 'roles' | 'words'>;

/** Rooms in PostgreSQL, schema chat. Whatever an owner writes is conditional on its generation in the room's row. */
export class PostgresRoomStore implements RoomStore {
  readonly #pool: Pool;
  readonly #query: Query;
  readonly #now: () => number;

  constructor(pool: Pool, now: () => number) {
    this.#pool = pool;
    this.#query = queryOf(pool);
    this.#now = now;
  }

  async generationOf(showId: string): Promise<number | undefined> {
    const [row] = await this.#query<{ generation: number | null }>(
      'SELECT generation FROM show LEFT JOIN room USING (show_id) WHERE show_id = $1 AND NOT deleted',
      [showId],
    );
    return row && (row.generation ?? 0);
  }

  async takeOver(fence: Fence, epoch: string): Promise<(RoomStart & { epoch: string }) | undefined> {
    return inTransaction(this.#pool, async (query) => {
      const [room] = await query<{ epoch: string; modes: RoomModes | null; view: RoomView | null }>(
        `INSERT INTO room (show_id, generation, epoch)
         SELECT show_id, $2, $3 FROM show WHERE show_id = $1 AND NOT deleted
         ON CONFLICT (show_id) DO UPDATE SET generation = $2, owned_at = now() WHERE room.generation < $2
         RETURNING epoch, modes, view`,
        [fence.showId, fence.generation, epoch],
      );
      if (!room) return undefined;
      const policy = await readPolicy(query, fence.showId, this.#now());
      if (!policy) return undefined;
      const view = await this.#readView(query, policy.show, room);
      const [top] = await query<{ log: number | null; line: number | null }>(
        `SELECT (SELECT max(seq) FROM show_log WHERE show_id = $1) AS log,
                (SELECT max(seq) FROM chat_line WHERE show_id = $1) AS line`,
        [fence.showId],
      );
      const recent = await this.#recentLines(query, fence.showId);
      return { ...policy, epoch: room.epoch, view, logSeq: top?.log ?? 0, lineSeq: top?.line ?? 0, recent };
    });
  }

  async setEpoch(fence: Fence, epoch: string): Promise<boolean> {
    const changed = await this.#query(
      'UPDATE room SET epoch = $3 WHERE show_id = $1 AND generation = $2 RETURNING 1',
      [fence.showId, fence.generation, epoch],
    );
    return changed.length > 0;
  }

  async unpublished(showId: string, log: number, line: number): Promise<Unpublished> {
    const entries = await this.#query<EntryRow>(
      `SELECT seq, type, at, media_time, data FROM show_log WHERE show_id = $1 AND seq > $2 ORDER BY seq LIMIT $3`,
      [showId, log, MOST_UNPUBLISHED],
    );
    const lines = await this.#query<{ seq: number; line: ChatLine; shows: boolean }>(
      `SELECT seq, line, state = 'shown' AND NOT unseen AS shows FROM chat_line
       WHERE show_id = $1 AND seq > $2 ORDER BY seq LIMIT $3`,
      [showId, line, MOST_UNPUBLISHED],
    );
    return {
      entries: entries.map(entryOf),
      lines: lines.filter(({ shows }) => shows).map(({ seq, line: body }) => ({ ...body, seq })),
      logSeq: entries.at(-1)?.seq ?? log,
      lineSeq: lines.at(-1)?.seq ?? line,
    };
  }

  async transact<T>(
    fence: Fence,
    work: (tx: RoomTransaction) => Promise<T>,
  ): Promise<{ value: T } | undefined> {
    return inTransaction(this.#pool, async (query) => {
      const [owner] = await query<{ shop_id: string }>(
        `SELECT show.shop_id FROM room JOIN show USING (show_id)
         WHERE room.show_id = $1 AND generation = $2 FOR SHARE OF room`,
        [fence.showId, fence.generation],
      );
      if (!owner) return undefined;
      return { value: await work(new OwnerTransaction(query, fence, owner.shop_id)) };
    });
  }

  async checkpoint(fence: Fence, view: RoomView): Promise<void> {
    await this.#query('UPDATE room SET view = $3 WHERE show_id = $1 AND generation = $2', [
      fence.showId,
      fence.generation,
      JSON.stringify({ ...view, lines: [] }),
    ]);
  }

  async addFigures(
    showId: string,
    minute: number,
    { viewers, lines, reactions }: MinuteFigures,
  ): Promise<void> {
    await this.#query(
      `INSERT INTO figure_minute AS f (show_id, minute, viewers, lines, reactions)
       VALUES ($1, to_timestamp($2::float8 / 1000), $3, $4, $5)
       ON CONFLICT (show_id, minute) DO UPDATE SET viewers = greatest(f.viewers, $3), lines = f.lines + $4,
         reactions = f.reactions + $5`,
      [showId, minute, viewers, lines, reactions],
    );
  }

  async figures(showId: string, now: number): Promise<StoredFigures> {
    const totals = await readTotals(this.#query, showId);
    const [row] = await this.#query<{
      orders: number | null;
      held: number;
      reports: number;
      questions: number;
    }>(
      `SELECT (SELECT sum(orders)::int FROM figure_minute
               WHERE show_id = $1 AND minute > to_timestamp($2::float8 / 1000) - interval '60 seconds') AS orders,
              (SELECT count(*)::int FROM chat_line WHERE show_id = $1 AND state = 'held') AS held,
              (SELECT count(*)::int FROM report WHERE show_id = $1 AND state = 'open') AS reports,
              (SELECT count(*)::int FROM chat_line l WHERE show_id = $1 AND line ? 'question' AND state = 'shown'
                 AND NOT EXISTS (SELECT 1 FROM show_log e WHERE e.show_id = $1 AND e.type = 'question_answered'
                                   AND e.data->>'lineId' = l.line_id::text)) AS questions`,
      [showId, now],
    );
    const { orders, units, revenue } = totals;
    return {
      orders,
      units,
      revenue,
      ordersLastMinute: row?.orders ?? 0,
      held: row?.held ?? 0,
      reports: row?.reports ?? 0,
      questions: row?.questions ?? 0,
    };
  }

  async standing(shopId: string, userId: string): Promise<Standing> {
    const [row] = await this.#query<{ shows_badge: boolean | null; since: Date | null; buyer: boolean }>(
      `SELECT b.user_id IS NOT NULL AS buyer, f.since,
              c.shows AND b.last_paid_at > now() - interval '${JUST_BOUGHT}' AS shows_badge
       FROM (SELECT $1::uuid AS shop_id, $2::uuid AS user_id) AS who
       LEFT JOIN buyer b USING (shop_id, user_id) LEFT JOIN follower f USING (shop_id, user_id)
       LEFT JOIN badge_choice c USING (user_id)`,
      [shopId, userId],
    );
    return {
      buyer: row?.buyer ?? false,
      showsBadge: row?.shows_badge ?? false,
      followsSince: row?.since?.getTime() ?? null,
    };
  }

  policy(showId: string): Promise<Policy | undefined> {
    return readPolicy(this.#query, showId, this.#now());
  }

  /** The kept view, and the log after it. */
  async #readView(
    query: Query,
    show: ShowFacts,
    room: { epoch: string; modes: RoomModes | null; view: RoomView | null },
  ): Promise<RoomView> {
    const { showId, shopId, hostId, title, state } = show;
    const fresh = emptyView(showId, room.epoch, { state, title: title.slice(0, 200), shopId, hostId });
    const view: RoomView = { ...fresh, ...room.view, show: fresh.show, lines: [] };
    const entries = await query<EntryRow>(
      'SELECT seq, type, at, media_time, data FROM show_log WHERE show_id = $1 AND seq > $2 ORDER BY seq',
      [showId, view.seq],
    );
    for (const row of entries) applyEntry(view, entryOf(row) as LogEntry);
    view.show = fresh.show;
    view.modes = room.modes ?? { ...OPEN_MODES, guestsMayWrite: show.guestChat };
    const lines = await query<{ seq: number; line: ChatLine }>(
      `SELECT seq, line FROM chat_line WHERE show_id = $1 AND state = 'shown' AND NOT unseen
       ORDER BY seq DESC LIMIT $2`,
      [showId, SNAPSHOT_LINES * 2],
    );
    view.lines = lines.toReversed().map(({ seq, line }) => ({ ...line, seq }));
    if (view.poll)
      view.poll = { ...view.poll, counts: await countVotes(query, view.poll.pollId, view.poll.options) };
    return view;
  }

  async #recentLines(query: Query, showId: string): Promise<StoredLine[]> {
    const rows = await query<LineRow>(
      `SELECT seq, line, state, unseen, why, media_time FROM chat_line
       WHERE show_id = $1 AND at > $2 ORDER BY seq DESC LIMIT $3`,
      [showId, this.#now() - RECENT_MS, RECENT_LINES],
    );
    return rows.toReversed().map(storedLineOf);
  }
}

async function readPolicy(query: Query, showId: string, now: number): Promise<Policy | undefined> {
  const [row] = await query<{ facts: ShowFacts }>(
    'SELECT facts FROM show WHERE show_id = $1 AND NOT deleted',
    [showId],
  );
  if (!row) return undefined;
  const show = row.facts;
  const sanctions = await query<{
    user_id: string;
    kind: Sanction['kind'];
    until: number | null;
    reason: string | null;
  }>(
    `SELECT user_id, kind, until, reason FROM sanction
     WHERE shop_id = $1 AND ended_at IS NULL AND (until IS NULL OR until > $2) ORDER BY at DESC LIMIT $3`,
    [show.shopId, now, MOST_SANCTIONS],
  );
  const roles = await query<{ user_id: string; rights: ChatRight[] }>(
    'SELECT user_id, rights FROM room_role WHERE shop_id = $1',
    [show.shopId],
  );
  const words = await query<Policy['words'][number]>(
    `SELECT pattern, action, match FROM word
     WHERE (shop_id IS NULL OR shop_id = $1) AND (show_id IS NULL OR show_id = $2) LIMIT $3`,
    [show.shopId, showId, MOST_WORDS],
  );
  return {
    show,
    sanctions: sanctions.map(({ user_id: userId, kind, until, reason }) => ({ userId, kind, until, reason })),
    roles: roles.map(({ user_id: userId, rights }) => ({ userId, rights })),
    words,
  };
}
