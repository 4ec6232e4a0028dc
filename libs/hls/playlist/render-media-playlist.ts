import { attributeList, dateTime, seconds } from './attributes.ts';
import { renderDateRange } from './date-range.ts';
import type { MediaPlaylist, PlaylistSegment } from './media-playlist.ts';

/** `segments`: old segments are replaced by EXT-X-SKIP (`_HLS_skip=YES`); `all`: old date ranges too (`_HLS_skip=v2`). */
export type Skip = 'none' | 'segments' | 'all';

/** Version 10: EXT-X-SKIP may stand for date ranges (RFC 8216bis, 8). Plain playlists need 6 (EXT-X-MAP). */
const SKIPPING_VERSION = 10;
const PLAIN_VERSION = 6;

/** A media playlist as text. A skip is ignored when nothing is old enough, as the specification demands. */
export function renderMediaPlaylist(playlist: MediaPlaylist, skip: Skip = 'none'): string {
  const skipped = skip === 'none' ? 0 : countSkippable(playlist);
  const lines = head(playlist);
  if (skipped > 0) lines.push(`#EXT-X-SKIP:SKIPPED-SEGMENTS=${skipped}`);
  lines.push(...dateRangeLines(playlist, skip === 'all' ? skipped : 0));
  let map = skipped > 0 ? playlist.segments[skipped - 1]?.map : undefined;
  for (let index = skipped; index < playlist.segments.length; index++) {
    const segment = playlist.segments[index];
    if (!segment) continue;
    lines.push(...segmentLines(segment, map));
    map = segment.map;
  }
  lines.push(...tail(playlist));
  return `${lines.join('\n')}\n`;
}

/** How many segments lie further from the end than the skip boundary. */
export function countSkippable({ segments, canSkipUntil: boundary }: MediaPlaylist): number {
  if (boundary === undefined) return 0;
  let fromEnd = 0;
  for (let index = segments.length - 1; index >= 0; index--) {
    // A segment is old when its end is further away than the boundary.
    if (fromEnd > boundary) return index + 1;
    const segment = segments[index];
    fromEnd += segment?.duration ?? segment?.parts.reduce((sum, part) => sum + part.duration, 0) ?? 0;
  }
  return 0;
}

function head(playlist: MediaPlaylist): string[] {
  const { lowLatency, canSkipUntil } = playlist;
  const lines = [
    '#EXTM3U',
    `#EXT-X-VERSION:${lowLatency || canSkipUntil !== undefined ? SKIPPING_VERSION : PLAIN_VERSION}`,
    `#EXT-X-TARGETDURATION:${playlist.targetDuration}`,
  ];
  const control = attributeList({
    'CAN-BLOCK-RELOAD': lowLatency && 'YES',
    'PART-HOLD-BACK': lowLatency && seconds(lowLatency.partHoldBack),
    'CAN-SKIP-UNTIL': canSkipUntil === undefined ? undefined : seconds(canSkipUntil),
    'CAN-SKIP-DATERANGES': canSkipUntil === undefined ? undefined : 'YES',
  });
  if (control !== '') lines.push(`#EXT-X-SERVER-CONTROL:${control}`);
  if (lowLatency) lines.push(`#EXT-X-PART-INF:PART-TARGET=${seconds(lowLatency.partTarget)}`);
  if (playlist.type) lines.push(`#EXT-X-PLAYLIST-TYPE:${playlist.type}`);
  lines.push(`#EXT-X-MEDIA-SEQUENCE:${playlist.mediaSequence}`);
  if (playlist.discontinuitySequence > 0) {
    lines.push(`#EXT-X-DISCONTINUITY-SEQUENCE:${playlist.discontinuitySequence}`);
  }
  return lines;
}

function dateRangeLines({ dateRanges = [], segments }: MediaPlaylist, skipped: number): string[] {
  const from = segments[skipped]?.pdt;
  const listed =
    skipped > 0 && from !== undefined ? dateRanges.filter((range) => range.startMs >= from) : dateRanges;
  return listed.map(renderDateRange);
}

/** Discontinuity, map and date stand before the segment's first part. */
function segmentLines(segment: PlaylistSegment, formerMap: string | undefined): string[] {
  const lines: string[] = [];
  if (segment.discontinuity) lines.push('#EXT-X-DISCONTINUITY');
  if (segment.map !== formerMap) lines.push(`#EXT-X-MAP:URI="${segment.map}"`);
  if (segment.pdt !== undefined) lines.push(`#EXT-X-PROGRAM-DATE-TIME:${dateTime(segment.pdt)}`);
  for (const { duration, uri, independent } of segment.parts) {
    lines.push(
      `#EXT-X-PART:DURATION=${seconds(duration)},URI="${uri}"${independent ? ',INDEPENDENT=YES' : ''}`,
    );
  }
  if (segment.duration === undefined) return lines;
  if (segment.gap) lines.push('#EXT-X-GAP');
  lines.push(`#EXTINF:${seconds(segment.duration)},`, segment.uri);
  return lines;
}

function tail({ ended, preloadHint, reports = [] }: MediaPlaylist): string[] {
  if (ended) return ['#EXT-X-ENDLIST'];
  const lines: string[] = [];
  if (preloadHint !== undefined) lines.push(`#EXT-X-PRELOAD-HINT:TYPE=PART,URI="${preloadHint}"`);
  for (const { uri, lastMsn, lastPart } of reports) {
    const report = attributeList({ URI: { quoted: uri }, 'LAST-MSN': lastMsn, 'LAST-PART': lastPart });
    lines.push(`#EXT-X-RENDITION-REPORT:${report}`);
  }
  return lines;
}
