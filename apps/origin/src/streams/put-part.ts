import type { PartQuery } from '#contracts';
import { looksLikeFragment } from '#hls';
import { admitPart } from './admit-part.ts';
import type { PartVerdict } from './admit-part.ts';
import { USUAL_PART_TARGET_S } from './live-stream.ts';
import { mediaNames } from './media-names.ts';
import type { JournalEntry } from './media-rows.ts';
import type { ShowStream, WriterRefusal } from './show-stream.ts';

/**
 * Only the last part of a segment may be shorter than 85 % of the part target (RFC 8216bis, 4.4.4.9), and writers cut by the
 * usual one. Its segment ends with it at once: until the writer says so, viewers would be shown a short part that could be
 * followed by another.
 */
const LEAST_PART_S = 0.85 * USUAL_PART_TARGET_S;

export interface PartToPut {
  rendition: string;
  msn: number;
  index: number;
  query: PartQuery;
  bytes: Buffer;
}

export type PutPartResult =
  { kind: 'done' } | { kind: 'not media' } | Extract<PartVerdict, { kind: 'refused' }> | WriterRefusal;

/** Stores a part and shows it to viewers. When this returns the part survives a kill of this process. */
export async function putPart(
  stream: ShowStream,
  generation: number,
  part: PartToPut,
): Promise<PutPartResult> {
  if (!looksLikeFragment(part.bytes)) return { kind: 'not media' };
  return stream.write(generation, async () => {
    const verdict = admitPart(stream.rows, part);
    if (verdict.kind === 'refused') return verdict;
    if (verdict.kind === 'next') await storePart(stream, part, verdict);
    return { kind: 'done' } as const;
  });
}

async function storePart(
  stream: ShowStream,
  { rendition, msn, index, query, bytes }: PartToPut,
  { begin, endBefore }: Extract<PartVerdict, { kind: 'next' }>,
): Promise<void> {
  const { run, duration, independent } = query;
  const offset = begin ? 0 : (stream.rows.newest(rendition)?.size ?? 0);
  await stream.spool.writePart(rendition, mediaNames.segment(run, msn), offset, bytes);
  const entries: JournalEntry[] = [];
  if (endBefore !== undefined) entries.push({ t: 'end', r: rendition, msn: endBefore });
  const row = { offset, size: bytes.length, duration, independent };
  entries.push({ t: 'part', r: rendition, msn, index, part: row, ...(begin ? { begin } : {}) });
  if (!independent && duration < LEAST_PART_S) {
    await stream.spool.finish(rendition);
    entries.push({ t: 'end', r: rendition, msn });
  }
  // In memory before the commit tells the readers of it: they ask for it at once.
  stream.recent.add(rendition, msn, index, bytes);
  await stream.commit(entries);
  stream.keepEnded(entries);
}
