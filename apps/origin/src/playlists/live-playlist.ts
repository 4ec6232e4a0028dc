import type { DateRange, MediaPlaylist, PlaylistPart, PlaylistSegment, RenditionReport } from '#hls';
import { TARGET_DURATION_S } from '../streams/live-stream.ts';
import type { LiveStream } from '../streams/live-stream.ts';
import { mediaNames } from '../streams/media-names.ts';
import type { RenditionRows, SegmentRow } from '../streams/media-rows.ts';

/** Seconds of the show that the live playlist holds. */
const LIVE_WINDOW_S = 600;

/** Complete segments whose parts are listed. Parts must be gone three target durations from the end; strict parsers count three segments. */
const CLOSED_SEGMENTS_WITH_PARTS = 2;

/** Seconds from the end that a delta update may skip; the specification asks for at least six target durations. */
export const CAN_SKIP_UNTIL_S = 6 * TARGET_DURATION_S;

/** Parts that players stay behind the end (Apple, HLS authoring specification 14.3). */
const HOLD_BACK_PARTS = 3;

/** The low-latency playlist of one rendition as it is now, or undefined while it has no complete segment. */
export function liveMediaPlaylist(
  stream: LiveStream,
  name: string,
  dateRanges: readonly DateRange[] = [],
): MediaPlaylist | undefined {
  const rendition = stream.renditions.get(name);
  if (!rendition) return undefined;
  const rows = liveWindow(rendition.segments);
  const [first] = rows;
  const newest = rows.at(-1);
  if (!first?.closed || !newest) return undefined;
  const ended = stream.phase === 'ended';
  return {
    targetDuration: TARGET_DURATION_S,
    lowLatency: {
      partTarget: stream.partTarget,
      partHoldBack: HOLD_BACK_PARTS * stream.partTarget,
    },
    canSkipUntil: CAN_SKIP_UNTIL_S,
    mediaSequence: first.msn,
    discontinuitySequence: stream.discontinuitiesBefore(first.msn),
    segments: rows.map((row, index) =>
      playlistSegment(
        stream,
        row,
        index >= rows.length - CLOSED_SEGMENTS_WITH_PARTS - (newest.closed ? 0 : 1),
      ),
    ),
    dateRanges: dateRanges.filter((range) => range.startMs >= first.pdt),
    preloadHint: ended ? undefined : nextPartName(rows, newest),
    reports: ended ? [] : renditionReports(stream, name),
    ended,
  };
}

/** A segment as a playlist lists it. */
export function playlistSegment(stream: LiveStream, row: SegmentRow, withParts: boolean): PlaylistSegment {
  return {
    uri: mediaNames.segment(row.run, row.msn),
    duration: row.closed ? row.duration : undefined,
    parts: withParts ? listedParts(row) : [],
    pdt: row.pdt,
    discontinuity: stream.beginsWithDiscontinuity(row.msn),
    map: mediaNames.init(row.run),
  };
}

/** The newest segments without a hole in their numbers, as many as the window holds. */
function liveWindow(segments: readonly SegmentRow[]): SegmentRow[] {
  let seconds = 0;
  let from = segments.length;
  while (from > 0 && seconds < LIVE_WINDOW_S) {
    const row = segments[from - 1];
    const later = segments[from];
    if (!row || (later && later.msn !== row.msn + 1)) break;
    seconds += row.duration;
    from--;
  }
  return segments.slice(from);
}

function listedParts({ run, msn, parts = [] }: SegmentRow): PlaylistPart[] {
  return parts.map(({ duration, independent }, index) => ({
    uri: mediaNames.part(run, msn, index),
    duration,
    independent,
  }));
}

/** The next part belongs to the open segment, unless that is already as long as the one before: then it begins a new one. */
function nextPartName(rows: readonly SegmentRow[], newest: SegmentRow): string {
  const { run, msn, parts = [], duration, closed } = newest;
  const former = rows.at(-2);
  const full = former !== undefined && duration + (parts[0]?.duration ?? 0) / 2 >= former.duration;
  return closed || full ? mediaNames.part(run, msn + 1, 0) : mediaNames.part(run, msn, parts.length);
}

/** Where the other running renditions stand, so that a player can switch without asking for their present state. */
function renditionReports(stream: LiveStream, self: string): RenditionReport[] {
  const reports: RenditionReport[] = [];
  for (const other of stream.renditions.values()) {
    const report = other.name === self ? undefined : renditionReport(other);
    if (report) reports.push(report);
  }
  return reports;
}

function renditionReport({ name, declaration, segments }: RenditionRows): RenditionReport | undefined {
  const newest = segments.at(-1);
  if (!newest?.parts?.length || declaration.state !== 'running') return undefined;
  return { uri: `../${name}/live.m3u8`, lastMsn: newest.msn, lastPart: newest.parts.length - 1 };
}
