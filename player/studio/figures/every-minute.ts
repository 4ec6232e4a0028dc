import type { FigureMinute } from '#contracts';

const MINUTE_MS = 60_000;
/** Longer silences are left out: a room that was opened days before its show. */
const LONGEST_SILENCE_MINUTES = 60;

/** The minutes of a show without gaps: one in which nothing happened is not stored, and would be drawn as a slope. */
export function everyMinute(minutes: readonly FigureMinute[]): FigureMinute[] {
  return minutes.flatMap((figures, index) => {
    const before = minutes[index - 1];
    const missing = before ? Math.round((figures.minute - before.minute) / MINUTE_MS) - 1 : 0;
    if (!before || missing <= 0) return [figures];
    const silent = Array.from({ length: Math.min(missing, LONGEST_SILENCE_MINUTES) }, (_, step) =>
      silence(before.minute + (step + 1) * MINUTE_MS),
    );
    return [...silent, figures];
  });
}

function silence(minute: number): FigureMinute {
  return { minute, viewers: 0, lines: 0, reactions: 0, orders: 0, units: 0, revenue: [] };
}
