import type { DateRange, MediaPlaylist, PlaylistSegment } from '#hls';
import { TARGET_DURATION_S } from '../streams/live-stream.ts';
import type { LiveStream } from '../streams/live-stream.ts';
import type { RenditionRows, SegmentRow } from '../streams/media-rows.ts';
import { CAN_SKIP_UNTIL_S, playlistSegment } from './live-playlist.ts';

/** Which part of the show a playlist over whole segments holds; segment numbers, both included. */
export interface SegmentSpan {
  from: number;
  to: number;
}

/**
 * A playlist over the whole segments of one rendition: the growing DVR one while the show is on the air, the replay when it
 * is over, a clip with `span`. Where a rung did not run, the reference rendition's segments stand in, so that every rung has
 * the whole show; undefined while there is nothing to list.
 */
export function wholeMediaPlaylist(
  stream: LiveStream,
  name: string,
  dateRanges: readonly DateRange[] = [],
  span?: SegmentSpan,
): MediaPlaylist | undefined {
  const rendition = stream.renditions.get(name);
  const reference = referenceRendition(stream);
  if (!rendition || !reference) return undefined;
  const rows = reference.segments.filter(
    ({ closed, msn }) => closed && (!span || (msn >= span.from && msn <= span.to)),
  );
  const [first] = rows;
  const last = rows.at(-1);
  if (!first || !last) return undefined;
  const own = new Map(rendition.segments.map((row) => [row.msn, row]));
  const ended = stream.phase === 'ended' || span !== undefined;
  return {
    targetDuration: TARGET_DURATION_S,
    type: ended ? 'VOD' : 'EVENT',
    canSkipUntil: ended ? undefined : CAN_SKIP_UNTIL_S,
    mediaSequence: first.msn,
    discontinuitySequence: span ? 0 : stream.discontinuitiesBefore(first.msn),
    segments: rows.map((row, index) => {
      const segment = ownOrStandIn(stream, rendition, reference, row, own.get(row.msn));
      return span && index === 0 ? { ...segment, discontinuity: false } : segment;
    }),
    dateRanges: dateRanges.filter(
      ({ startMs }) => startMs >= first.pdt && startMs < last.pdt + last.duration * 1_000,
    ),
    ended,
  };
}

/** The rendition that was always there: the declared default picture, else the one with most segments. */
export function referenceRendition(stream: LiveStream): RenditionRows | undefined {
  const all = [...stream.renditions.values()].filter(({ segments }) => segments.length > 0);
  const pictures = all.filter(({ declaration }) => declaration.kind === 'video');
  const candidates = pictures.length > 0 ? pictures : all;
  return candidates.toSorted((a, b) => b.segments.length - a.segments.length || rank(b) - rank(a))[0];
}

function rank({ declaration }: RenditionRows): number {
  return declaration.default ? 1 : 0;
}

function ownOrStandIn(
  stream: LiveStream,
  rendition: RenditionRows,
  reference: RenditionRows,
  row: SegmentRow,
  own: SegmentRow | undefined,
): PlaylistSegment {
  if (own?.closed) return playlistSegment(stream, own, false);
  const segment = playlistSegment(stream, row, false);
  // Another kind of media cannot stand in: silence stays silence.
  if (rendition.declaration.kind !== reference.declaration.kind) {
    const map = [...rendition.inits.keys()].at(-1);
    return { ...segment, gap: true, map: map ? `${map}-init.mp4` : segment.map };
  }
  return {
    ...segment,
    uri: `../${reference.name}/${segment.uri}`,
    map: `../${reference.name}/${segment.map}`,
  };
}
