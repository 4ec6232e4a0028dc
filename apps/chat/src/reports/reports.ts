import type { AnswerOf, ChatLine, InputOf, listReportsEndpoint, ReportReason } from '#contracts';
import { inTransaction, type Query } from '#bus';
import { readCursor, writeCursor } from '#service';
import type { Pool } from 'pg';
import { z } from 'zod';
import { recordAct } from '../access/record-act.ts';
import type { Actor } from '../rooms/actor.ts';
import type { LineState } from '../rooms/room-ports.ts';

interface Row {
  report_id: string;
  show_id: string;
  line: ChatLine;
  line_state: LineState | null;
  reason: ReportReason;
  note: string | null;
  reporter_id: string;
  at: Date;
  state: 'open' | 'acted' | 'dismissed';
}

/** What viewers reported in a shop's rooms, oldest first. */
export async function readReports(
  query: Query,
  { params, query: filter }: InputOf<typeof listReportsEndpoint>,
): Promise<AnswerOf<typeof listReportsEndpoint>> {
  const rows = await query<Row>(
    `SELECT r.report_id, r.show_id, r.line, l.state AS line_state, r.reason, r.note, r.reporter_id, r.at, r.state
     FROM report r LEFT JOIN chat_line l USING (line_id)
     WHERE r.shop_id = $1 AND r.state = $2 AND ($3::uuid IS NULL OR r.show_id = $3)
       AND ($4::uuid IS NULL OR r.report_id > $4)
     ORDER BY r.report_id LIMIT $5`,
    [
      params.shopId,
      filter.state,
      filter.showId ?? null,
      readCursor(filter.cursor, z.tuple([z.uuid()]))?.[0] ?? null,
      filter.limit + 1,
    ],
  );
  const items = rows.slice(0, filter.limit);
  return {
    items: items.map((row) => ({
      reportId: row.report_id,
      showId: row.show_id,
      line: row.line,
      lineState: row.line_state ?? 'deleted',
      reason: row.reason,
      note: row.note,
      reporterId: row.reporter_id,
      at: row.at.toISOString(),
      state: row.state,
    })),
    nextCursor: rows.length > filter.limit ? writeCursor([items.at(-1)?.report_id ?? '']) : null,
  };
}

export type Closed =
  { ok: true; state: 'acted' | 'dismissed' } | { ok: false; code: 'not_found' | 'already_decided' };

/** Closes a report together with all others of its line: one decision answers them all. */
export function closeReport(
  pool: Pool,
  actor: Actor,
  { shopId, reportId, acted }: { shopId: string; reportId: string; acted: boolean },
  now: number,
): Promise<Closed> {
  const state = acted ? 'acted' : 'dismissed';
  return inTransaction(pool, async (query): Promise<Closed> => {
    const [report] = await query<{ line_id: string; show_id: string; state: string }>(
      'SELECT line_id, show_id, state FROM report WHERE report_id = $1 AND shop_id = $2 FOR UPDATE',
      [reportId, shopId],
    );
    if (!report) return { ok: false, code: 'not_found' };
    if (report.state !== 'open') return { ok: false, code: 'already_decided' };
    await query(
      `UPDATE report SET state = $2, decided_by = $3, decided_at = now() WHERE line_id = $1 AND state = 'open'`,
      [report.line_id, state, actor.userId],
    );
    await recordAct(query, actor, {
      act: acted ? 'act_on_report' : 'dismiss_report',
      shopId,
      showId: report.show_id,
      at: now,
      targetLineId: report.line_id,
    });
    return { ok: true, state };
  });
}
