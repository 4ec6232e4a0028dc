import type { PartQuery } from '#contracts';
import type { LiveStream } from './live-stream.ts';
import type { SegmentBegin, SegmentRow } from './media-rows.ts';

/** What the origin does with a part that a writer puts. */
export type PartVerdict =
  | { kind: 'stored already' }
  | { kind: 'next'; begin?: undefined; endBefore?: undefined }
  | { kind: 'next'; begin: SegmentBegin; endBefore?: number }
  | { kind: 'refused'; reason: string; expected?: { msn: number; index: number } };

export interface OfferedPart {
  rendition: string;
  msn: number;
  index: number;
  query: PartQuery;
}

/** Decides whether a part is the one that may come next. Changes nothing. */
export function admitPart(stream: LiveStream, offered: OfferedPart): PartVerdict {
  const rendition = stream.renditions.get(offered.rendition);
  if (!rendition) return { kind: 'refused', reason: 'the rendition has not been declared' };
  const { msn, index, query } = offered;
  const newest = rendition.segments.at(-1);
  if (newest && msn <= newest.msn) return withinKnown(stream, offered, newest);
  const expected = { msn: Math.max(stream.floor, (newest?.msn ?? -1) + 1), index: 0 };
  if (msn < stream.floor)
    return { kind: 'refused', reason: 'the number belongs to a former writer', expected };
  if (index !== 0) return { kind: 'refused', reason: 'a segment begins with part 0', expected };
  if (!rendition.inits.has(query.run)) {
    return { kind: 'refused', reason: 'the run has no init segment yet', expected };
  }
  if (query.pdt === undefined)
    return { kind: 'refused', reason: 'the first part of a segment needs pdt', expected };
  const begin = { run: query.run, pdt: query.pdt, discontinuity: query.discontinuity };
  return { kind: 'next', begin, endBefore: newest && !newest.closed ? newest.msn : undefined };
}

function withinKnown(
  stream: LiveStream,
  { rendition, msn, index, query }: OfferedPart,
  newest: SegmentRow,
): PartVerdict {
  const segment = stream.segment(rendition, msn);
  const count = segment?.parts?.length;
  const expected = newest.closed
    ? { msn: newest.msn + 1, index: 0 }
    : { msn: newest.msn, index: newest.parts?.length ?? 0 };
  if (!segment) return { kind: 'refused', reason: 'the segment was left out and is past', expected };
  // Parts of an old segment are not known one by one any more, but all of them arrived.
  if (count === undefined || index < count) return { kind: 'stored already' };
  if (segment.closed || segment !== newest)
    return { kind: 'refused', reason: 'the segment is closed', expected };
  if (index !== count) return { kind: 'refused', reason: 'a part was skipped', expected };
  if (query.run !== segment.run) {
    return { kind: 'refused', reason: 'a segment belongs to one run', expected };
  }
  return { kind: 'next' };
}
