import type { AnswerOf, FigureMinute, listFiguresEndpoint } from '#contracts';
import type { Query } from '#bus';

/** A day of minutes. */
const MOST_MINUTES = 1_440;

interface Row {
  minute: Date;
  viewers: number;
  lines: number;
  reactions: number;
  orders: number;
  units: number;
  revenue: Record<string, number>;
}

interface TotalRow {
  peak: number | null;
  lines: number | null;
  reactions: number | null;
  orders: number | null;
  units: number | null;
}

/** A show's figures minute by minute, and over all minutes. */
export async function readFigures(
  query: Query,
  showId: string,
  { from, to }: { from: number; to?: number | undefined },
): Promise<AnswerOf<typeof listFiguresEndpoint>> {
  const rows = await query<Row>(
    `SELECT minute, viewers, lines, reactions, orders, units, revenue FROM figure_minute
     WHERE show_id = $1 AND minute >= to_timestamp($2::float8 / 1000)
       AND ($3::float8 IS NULL OR minute < to_timestamp($3::float8 / 1000))
     ORDER BY minute LIMIT $4`,
    [showId, from, to ?? null, MOST_MINUTES],
  );
  const totals = await readTotals(query, showId);
  return { minutes: rows.map(minuteOf), totals };
}

/** Sums over the whole show. */
export async function readTotals(
  query: Query,
  showId: string,
): Promise<AnswerOf<typeof listFiguresEndpoint>['totals']> {
  const [row] = await query<TotalRow>(
    `SELECT max(viewers)::int AS peak, sum(lines)::int AS lines, sum(reactions)::int AS reactions,
            sum(orders)::int AS orders, sum(units)::int AS units
     FROM figure_minute WHERE show_id = $1`,
    [showId],
  );
  const revenue = await query<{ currency: string; amount: number }>(
    `SELECT key AS currency, sum(value::bigint)::bigint AS amount
     FROM figure_minute, jsonb_each_text(revenue) WHERE show_id = $1 GROUP BY key ORDER BY key`,
    [showId],
  );
  return {
    viewerPeak: row?.peak ?? 0,
    lines: row?.lines ?? 0,
    reactions: row?.reactions ?? 0,
    orders: row?.orders ?? 0,
    units: row?.units ?? 0,
    revenue: revenue.map(({ currency, amount }) => ({ currency, amount: Number(amount) })),
  };
}

function minuteOf({ minute, revenue, ...counts }: Row): FigureMinute {
  return {
    ...counts,
    minute: minute.getTime(),
    revenue: Object.entries(revenue).map(([currency, amount]) => ({ currency, amount })),
  };
}
