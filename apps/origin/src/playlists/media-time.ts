import type { LiveStream } from '../streams/live-stream.ts';
import type { SegmentRow } from '../streams/media-rows.ts';
import { referenceRendition } from './whole-playlist.ts';

/** A complete segment with its place on the time line of DVR and replay, where pauses of the show take no time. */
export interface PlacedSegment {
  row: SegmentRow;
  /** Seconds of media before it. */
  offsetS: number;
}

/** The show's complete segments on the replay's time line. */
export function placeSegments(stream: LiveStream): { placed: PlacedSegment[]; totalS: number } {
  const placed: PlacedSegment[] = [];
  let totalS = 0;
  for (const row of referenceRendition(stream)?.segments ?? []) {
    if (!row.closed) continue;
    placed.push({ row, offsetS: totalS });
    totalS += row.duration;
  }
  return { placed, totalS };
}

/** Seconds of the replay at which the picture shows a programme time (Unix milliseconds); the next picture when there was none. */
export function offsetOfMediaTime(placed: readonly PlacedSegment[], mediaTime: number): number {
  let low = 0;
  let high = placed.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const row = placed[middle]?.row;
    if (row && row.pdt + row.duration * 1_000 <= mediaTime) low = middle + 1;
    else high = middle;
  }
  const found = placed[low];
  if (!found) {
    const last = placed.at(-1);
    return last ? last.offsetS + last.row.duration : 0;
  }
  return found.offsetS + Math.max(0, mediaTime - found.row.pdt) / 1_000;
}
