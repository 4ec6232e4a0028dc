import type { LogEntry } from '#contracts';
import type { DateRange } from '#hls';

/** Kinds of entries that viewers of a replay meet; the rest is about the room, or too frequent to be of use in a playlist. */
const SHOWN: ReadonlySet<LogEntry['type']> = new Set([
  'pinned',
  'unpinned',
  'host_message',
  'poll_opened',
  'poll_closed',
  'line_pinned',
  'line_unpinned',
  'sale_changed',
  'price_changed',
  'sold_out',
]);

/** Prefix of every CLASS that we write. */
const CLASS = 'showfloor';

/** Largest payload put into a playlist, characters; a larger one is left out and can be read from the log by its number. */
const LONGEST_DATA_CHARS = 2_000;

/** When an entry belongs to the programme: what was at ingest, else when it happened. */
export function programmeTime({ mediaTime, at }: LogEntry): number {
  return mediaTime ?? at;
}

/**
 * Show-log entries as date ranges: one of class `showfloor.<type>` each, with the payload as percent-encoded JSON, and one of
 * class `showfloor.chapter` for every product that was shown.
 */
export function dateRangesOf(entries: readonly LogEntry[]): DateRange[] {
  const shown = entries.filter(({ type }) => SHOWN.has(type));
  const ranges = shown.map((entry): DateRange => {
    const data = encodeURIComponent(JSON.stringify(entry.data));
    return {
      id: `log-${entry.seq}`,
      class: `${CLASS}.${entry.type}`,
      startMs: programmeTime(entry),
      data: { SEQ: entry.seq, ...(data.length <= LONGEST_DATA_CHARS ? { DATA: data } : {}) },
    };
  });
  const chapters = chaptersOf(entries).map((chapter): DateRange => ({
    id: `chapter-${chapter.seq}`,
    class: `${CLASS}.chapter`,
    startMs: chapter.startMs,
    durationS: chapter.endMs === undefined ? undefined : (chapter.endMs - chapter.startMs) / 1_000,
    data: { TITLE: chapter.title, 'PRODUCT-ID': chapter.productId },
  }));
  return [...ranges, ...chapters].toSorted((a, b) => a.startMs - b.startMs);
}

/** A stretch of the programme during which one product was pinned. */
export interface Chapter {
  seq: number;
  startMs: number;
  /** Undefined while it goes on. */
  endMs?: number;
  title: string;
  productId: string;
  imageUrl?: string;
}

/** Pins and what ended them, in order. The same product pinned again goes on with its chapter. */
export function chaptersOf(entries: readonly LogEntry[]): Chapter[] {
  const chapters: Chapter[] = [];
  for (const entry of entries) {
    const open = chapters.at(-1);
    if (entry.type !== 'pinned' && entry.type !== 'unpinned') continue;
    if (entry.type === 'pinned' && open?.endMs === undefined && open?.productId === entry.data.productId)
      continue;
    const startMs = programmeTime(entry);
    if (open && open.endMs === undefined) open.endMs = Math.max(open.startMs, startMs);
    if (entry.type === 'unpinned') continue;
    const { title, productId, imageUrl } = entry.data;
    chapters.push({ seq: entry.seq, startMs, title, productId, imageUrl });
  }
  return chapters;
}
