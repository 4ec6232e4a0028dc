import { createContext, use } from 'react';
import type { ShowDetail } from '#contracts';
import type { Presentation } from '../core/live/cues.ts';
import type { LiveShow } from '../core/live/live-show.ts';
import type { ShowState } from '../core/live/show-state.ts';
import { useStore } from '../ui/use-store.ts';

/** What the parts of a show page share. */
export interface WatchValue {
  show: ShowDetail;
  live: LiveShow;
  /** What stands on the stage at the viewer's own picture. */
  presentation: Presentation;
  /** Where playlists and pictures are; null while that is not known, or not for this person. */
  folder: string | null;
}

export const WatchContext = createContext<WatchValue | null>(null);

export function useWatch(): WatchValue {
  const value = use(WatchContext);
  if (!value) throw new Error('useWatch is called outside a show page');
  return value;
}

/** A part of the live state; the component renders again only when that part changes. */
export function useShowState<T>(select: (state: ShowState) => T): T {
  return useStore(useWatch().live.state, select);
}
