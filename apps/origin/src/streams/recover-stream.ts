import type { LiveStream } from './live-stream.ts';
import { mediaNames, parseMediaName } from './media-names.ts';
import type { JournalEntry, RenditionRows } from './media-rows.ts';
import type { Spool } from './spool.ts';

/** What a restart found in the spool. */
export interface Recovery {
  /** Corrections to record: parts that the disk does not have. */
  cuts: JournalEntry[];
  /** Files that the store does not have yet. */
  toKeep: { rendition: string; name: string }[];
}

/**
 * Compares a stream read back from its journal with the files beside it. Only a loss of power can leave a part in the
 * journal that is not in its file; a kill of the process cannot, since parts are written first.
 */
export async function recoverStream(rows: LiveStream, spool: Spool): Promise<Recovery> {
  const recovery: Recovery = { cuts: [], toKeep: [] };
  for (const rendition of rows.renditions.values()) {
    const files = await spool.filesOf(rendition.name);
    cutLostParts(rendition, files, recovery);
    for (const name of files.keys()) {
      if (isWhole(rows, rendition, name)) recovery.toKeep.push({ rendition: rendition.name, name });
    }
  }
  return recovery;
}

function cutLostParts(
  rendition: RenditionRows,
  files: ReadonlyMap<string, number>,
  { cuts }: Recovery,
): void {
  for (const { run, msn, parts, closed } of rendition.segments) {
    const size = files.get(mediaNames.segment(run, msn));
    // A closed segment that is not in the spool is in the store, where only whole files go.
    if (!parts || (size === undefined && closed)) continue;
    const intact = parts.filter((part) => part.offset + part.size <= (size ?? 0)).length;
    if (intact < parts.length) cuts.push({ t: 'cut', r: rendition.name, msn, parts: intact });
  }
}

function isWhole(rows: LiveStream, rendition: RenditionRows, name: string): boolean {
  const parsed = parseMediaName(name);
  if (parsed?.kind === 'init') return rendition.inits.has(parsed.run);
  return parsed?.kind === 'segment' && rows.segment(rendition.name, parsed.msn)?.closed === true;
}
