import { useEffect, useState } from 'react';
import { openPlaybackEndpoint, type ShowView } from '#contracts';
import { useServices } from '../app/use-services.ts';

/** The folder that a show's playlists, pictures and clips are in. */
export type ShowFolder = string;

type Addressed = Pick<ShowView, 'showId' | 'visibility' | 'goLive' | 'state'>;

/**
 * Where a show is played from; null while it is not known, not for this person, or not wanted (`show` null). Public shows have a
 * fixed address and start at once; private ones, and those in rehearsal, have signed ones that the server gives to the shop's people.
 */
export function useShowFolder(show: Addressed | null): ShowFolder | null {
  const { api } = useServices();
  const showId = show?.showId;
  const signed = show !== null && needsSignature(show);
  const [folder, setFolder] = useState<ShowFolder | null>(null);
  useEffect(() => {
    if (!signed || !showId) return;
    const abort = new AbortController();
    const ask = async () => {
      const result = await api.call(openPlaybackEndpoint, { params: { showId } }, { signal: abort.signal });
      if (!abort.signal.aborted) setFolder(result.ok ? folderOf(result.body.url) : null);
    };
    ask().catch(() => undefined); // only an abort rejects
    return () => abort.abort();
  }, [api, showId, signed]);
  if (!showId) return null;
  return signed ? folder : `/hls/${showId}`;
}

function needsSignature({ visibility, goLive, state }: Addressed): boolean {
  return visibility === 'private' || (goLive === 'manual' && state === 'scheduled');
}

function folderOf(url: string): ShowFolder {
  return url.slice(0, url.lastIndexOf('/'));
}
