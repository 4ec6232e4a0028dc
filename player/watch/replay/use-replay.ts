import { useEffect, useMemo, useState } from 'react';
import { listLinesEndpoint, listLogEndpoint, type LogEntry } from '#contracts';
import { useServices } from '../../app/use-services.ts';
import type { Api } from '../../core/api/api.ts';
import { cueOf, type Cue } from '../../core/live/cues.ts';
import { chaptersOf, type Chapter } from '../../core/replay/chapters.ts';
import { ReplayLines } from '../../core/replay/replay-lines.ts';

/** A show's whole log is read in pages of this size; a long show has a few thousand entries. */
const PAGE = 500;
const MOST_PAGES = 40;

export interface Replay {
  cues: readonly Cue[];
  chapters: readonly Chapter[];
  lines: ReplayLines;
}

/** What a recording needs from the show log; null for a show that is not over. */
export function useReplay(showId: string, over: boolean): Replay | null {
  const { api } = useServices();
  const [entries, setEntries] = useState<readonly LogEntry[]>([]);
  useEffect(() => {
    if (!over) return;
    const abort = new AbortController();
    const load = async () => {
      const read = await readLog(api, showId, abort.signal);
      if (!abort.signal.aborted) setEntries(read);
    };
    load().catch(() => undefined); // only an abort rejects
    return () => abort.abort();
  }, [api, showId, over]);
  return useMemo(() => {
    if (!over) return null;
    const cues = entries.map(cueOf).filter((cue) => cue !== null);
    const lines = new ReplayLines(async (from, to, cursor) => {
      const result = await api.call(listLinesEndpoint, {
        params: { showId },
        query: { from, to, limit: PAGE, ...(cursor ? { cursor } : {}) },
      });
      return result.ok ? result.body : null;
    });
    return { cues, chapters: chaptersOf(entries), lines };
  }, [api, showId, over, entries]);
}

async function readLog(api: Api, showId: string, signal: AbortSignal): Promise<LogEntry[]> {
  const entries: LogEntry[] = [];
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const after = entries.at(-1)?.seq ?? 0;
    const result = await api.call(
      listLogEndpoint,
      { params: { showId }, query: { after, limit: PAGE } },
      { signal },
    );
    if (!result.ok || result.body.entries.length === 0) break;
    entries.push(...result.body.entries);
    if ((entries.at(-1)?.seq ?? 0) >= result.body.last) break;
  }
  return entries;
}
