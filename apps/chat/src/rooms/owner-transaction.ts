import type { ChatLine, EventEnvelope, LogEntry, Poll, ProductFacts, RoomModes, SaleState } from '#contracts';
import { addToOutbox, type Query } from '#bus';
import { recordAct } from '../access/record-act.ts';
import type {
  AuditRow,
  CommandRow,
  Fence,
  LineState,
  NewReport,
  RepeatedLine,
  RoomInput,
  RoomTransaction,
  Sanction,
  StoredLine,
} from './room-ports.ts';
import { countVotes, removeQuotes, storedLineOf, type LineRow } from './room-rows.ts';

/** Lines that "clear" takes at most; ten minutes at the account's rate are fewer. */
const MOST_CLEARED = 1_000;

/** One transaction of a room's owner, with the room's row locked against a change of owner. */
export class OwnerTransaction implements RoomTransaction {
  readonly #query: Query;
  readonly #fence: Fence;
  readonly #shopId: string;

  constructor(query: Query, fence: Fence, shopId: string) {
    this.#query = query;
    this.#fence = fence;
    this.#shopId = shopId;
  }

  async findCommand(id: string): Promise<CommandRow | undefined> {
    const [row] = await this.#query<{ actor_id: string; type: string; outcome: CommandRow['outcome'] }>(
      'SELECT actor_id, type, outcome FROM command WHERE show_id = $1 AND command_id = $2',
      [this.#fence.showId, id],
    );
    return row && { id, actorId: row.actor_id, type: row.type, outcome: row.outcome };
  }

  async addCommand({ id, actorId, type, outcome }: CommandRow): Promise<void> {
    await this.#query(
      'INSERT INTO command (show_id, command_id, actor_id, type, outcome) VALUES ($1, $2, $3, $4, $5)',
      [this.#fence.showId, id, actorId, type, JSON.stringify(outcome)],
    );
  }

  async addEntries(entries: readonly (LogEntry & { commandId?: string })[]): Promise<void> {
    if (entries.length === 0) return;
    await this.#query(
      `INSERT INTO show_log (show_id, generation, seq, type, at, media_time, data, command_id)
       SELECT $1, $2, * FROM unnest($3::int[], $4::text[], $5::bigint[], $6::bigint[], $7::jsonb[], $8::uuid[])`,
      [
        this.#fence.showId,
        this.#fence.generation,
        entries.map(({ seq }) => seq),
        entries.map(({ type }) => type),
        entries.map(({ at }) => at),
        entries.map(({ mediaTime }) => mediaTime),
        entries.map(({ data }) => JSON.stringify(data)),
        entries.map(({ commandId }) => commandId ?? null),
      ],
    );
  }

  async inputs(limit: number): Promise<RoomInput[]> {
    const rows = await this.#query<{ slot: string; input: RoomInput }>(
      'SELECT slot, input FROM room_input WHERE show_id = $1 ORDER BY position LIMIT $2 FOR UPDATE',
      [this.#fence.showId, limit],
    );
    return rows.map(({ slot, input }) => ({ ...input, id: slot }));
  }

  async removeInputs(ids: readonly string[]): Promise<void> {
    await this.#query('DELETE FROM room_input WHERE show_id = $1 AND slot = ANY($2)', [
      this.#fence.showId,
      ids,
    ]);
  }

  async addLines(lines: readonly StoredLine[]): Promise<RepeatedLine[]> {
    const { showId } = this.#fence;
    const stored = await this.#query<{ line_id: string }>(
      `INSERT INTO chat_line (show_id, seq, line_id, author_id, key, line, at, media_time, state, unseen, why)
       SELECT $1, * FROM unnest($2::int[], $3::uuid[], $4::uuid[], $5::uuid[], $6::jsonb[], $7::bigint[], $8::bigint[],
                                $9::text[], $10::boolean[], $11::text[])
       ON CONFLICT (show_id, author_id, key) DO NOTHING RETURNING line_id`,
      [
        showId,
        lines.map(({ line }) => line.seq),
        lines.map(({ line }) => line.id),
        lines.map(({ line }) => line.author.id),
        lines.map(({ line }) => line.key),
        lines.map(({ line }) => JSON.stringify(line)),
        lines.map(({ line }) => line.at),
        lines.map(({ mediaTime }) => mediaTime),
        lines.map(({ state }) => state),
        lines.map(({ unseen }) => unseen),
        lines.map(({ why }) => why),
      ],
    );
    if (stored.length === lines.length) return [];
    const fresh = new Set(stored.map((row) => row.line_id));
    const repeats = lines.filter(({ line }) => !fresh.has(line.id));
    return this.#query<RepeatedLine>(
      `SELECT author_id AS "authorId", key, line_id AS "lineId", seq, state FROM chat_line
       WHERE show_id = $1 AND (author_id, key) IN (SELECT * FROM unnest($2::uuid[], $3::uuid[]))`,
      [showId, repeats.map(({ line }) => line.author.id), repeats.map(({ line }) => line.key)],
    );
  }

  async lines(ids: readonly string[]): Promise<StoredLine[]> {
    const rows = await this.#query<LineRow>(
      `SELECT seq, line, state, unseen, why, media_time FROM chat_line
       WHERE show_id = $1 AND line_id = ANY($2) ORDER BY seq`,
      [this.#fence.showId, ids],
    );
    return rows.map(storedLineOf);
  }

  async setLines(ids: readonly string[], state: LineState, by: string): Promise<void> {
    await this.#query(
      'UPDATE chat_line SET state = $3, decided_by = $4 WHERE show_id = $1 AND line_id = ANY($2)',
      [this.#fence.showId, ids, state, by],
    );
    if (state === 'deleted') await removeQuotes(this.#query, ids);
  }

  async clearLines(userId: string, since: number, by: string): Promise<string[]> {
    const rows = await this.#query<{ line_id: string }>(
      `UPDATE chat_line SET state = 'deleted', decided_by = $4
       WHERE line_id IN (SELECT line_id FROM chat_line
                         WHERE show_id = $1 AND author_id = $2 AND at >= $3 AND state <> 'deleted' LIMIT $5)
       RETURNING line_id`,
      [this.#fence.showId, userId, since, by, MOST_CLEARED],
    );
    const ids = rows.map((row) => row.line_id);
    await removeQuotes(this.#query, ids);
    return ids;
  }

  async releaseLine(id: string, seq: number, by: string): Promise<ChatLine | undefined> {
    const [row] = await this.#query<{ line: ChatLine }>(
      `UPDATE chat_line SET state = 'shown', seq = $3, decided_by = $4
       WHERE show_id = $1 AND line_id = $2 AND state = 'held' RETURNING line`,
      [this.#fence.showId, id, seq, by],
    );
    return row && { ...row.line, seq };
  }

  async product(id: string): Promise<ProductFacts | undefined> {
    const [row] = await this.#query<{ facts: ProductFacts }>(
      'SELECT facts FROM product WHERE product_id = $1',
      [id],
    );
    return row?.facts;
  }

  async lineUp(): Promise<string[]> {
    const [row] = await this.#query<{ product_ids: string[] }>(
      'SELECT product_ids FROM line_up WHERE show_id = $1',
      [this.#fence.showId],
    );
    return row?.product_ids ?? [];
  }

  async sale(id: string): Promise<SaleState | undefined> {
    const [row] = await this.#query<{ state: SaleState }>(
      'SELECT state FROM sale WHERE sale_id = $1 AND (show_id = $2 OR (show_id IS NULL AND shop_id = $3))',
      [id, this.#fence.showId, this.#shopId],
    );
    return row?.state;
  }

  async addSanction(
    sanction: Sanction & { id: string; userName: string | null; byId: string; at: number },
  ): Promise<void> {
    const { id, userId, kind, until, reason, byId, at } = sanction;
    await this.liftSanctions(userId, byId, at);
    await this.#query(
      `INSERT INTO sanction (sanction_id, shop_id, user_id, kind, until, reason, by_id, at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
      [id, this.#shopId, userId, kind, until, reason, byId, at],
    );
  }

  async liftSanctions(userId: string, by: string, at: number): Promise<boolean> {
    const lifted = await this.#query<{ until: number | null }>(
      `UPDATE sanction SET ended_at = $3, ended_by = $4
       WHERE shop_id = $1 AND user_id = $2 AND ended_at IS NULL RETURNING until`,
      [this.#shopId, userId, at, by],
    );
    return lifted.some(({ until }) => until === null || until > at);
  }

  async openPoll(poll: Poll): Promise<void> {
    await this.#query('INSERT INTO poll (poll_id, show_id, poll) VALUES ($1, $2, $3)', [
      poll.pollId,
      this.#fence.showId,
      JSON.stringify(poll),
    ]);
  }

  async closePoll(pollId: string): Promise<number[] | undefined> {
    const [row] = await this.#query<{ poll: Poll }>(
      `UPDATE poll SET closed_at = now() WHERE poll_id = $1 AND show_id = $2 AND closed_at IS NULL RETURNING poll`,
      [pollId, this.#fence.showId],
    );
    return row && countVotes(this.#query, pollId, row.poll.options);
  }

  async addVotes(pollId: string, votes: readonly { userId: string; choice: number }[]): Promise<string[]> {
    const counted = await this.#query<{ user_id: string }>(
      `INSERT INTO poll_vote (poll_id, user_id, choice) SELECT $1, * FROM unnest($2::uuid[], $3::smallint[])
       ON CONFLICT DO NOTHING RETURNING user_id`,
      [pollId, votes.map(({ userId }) => userId), votes.map(({ choice }) => choice)],
    );
    const fresh = new Set(counted.map((row) => row.user_id));
    return votes.map(({ userId }) => userId).filter((userId) => !fresh.has(userId));
  }

  async addReports(reports: readonly NewReport[]): Promise<string[]> {
    const rows = await this.#query<{ report_id: string }>(
      `INSERT INTO report (report_id, show_id, shop_id, line_id, reporter_id, reason, note, line)
       SELECT r.report_id, $1, $2, r.line_id, r.reporter_id, r.reason, r.note, l.line
       FROM unnest($3::uuid[], $4::uuid[], $5::uuid[], $6::text[], $7::text[])
              AS r (report_id, line_id, reporter_id, reason, note)
       JOIN chat_line l ON l.line_id = r.line_id AND l.show_id = $1
       ON CONFLICT (line_id, reporter_id) DO NOTHING RETURNING report_id`,
      [
        this.#fence.showId,
        this.#shopId,
        reports.map(({ id }) => id),
        reports.map(({ lineId }) => lineId),
        reports.map(({ reporterId }) => reporterId),
        reports.map(({ reason }) => reason),
        reports.map(({ note }) => note),
      ],
    );
    return rows.map((row) => row.report_id);
  }

  async setModes(modes: RoomModes): Promise<void> {
    await this.#query('UPDATE room SET modes = $2 WHERE show_id = $1', [
      this.#fence.showId,
      JSON.stringify(modes),
    ]);
  }

  async audit(row: AuditRow & { at: number }): Promise<void> {
    const { actorId: userId, actorName: name, ...act } = row;
    await recordAct(
      this.#query,
      { userId, name },
      { ...act, shopId: this.#shopId, showId: this.#fence.showId },
    );
  }

  async publish(events: readonly EventEnvelope[]): Promise<void> {
    await addToOutbox(this.#query, ...events);
  }
}
