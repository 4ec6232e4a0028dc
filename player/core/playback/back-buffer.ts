import type Hls from 'hls.js';

/** Seconds behind the picture that are kept, as `backBufferLength` does for recordings. */
export const KEPT_S = 30;
/** Seconds that may gather before they are let go, and the most when no good moment comes. */
const GATHERED_S = 10;
const MOST_S = 60;
/** A picture that is buffered this near to the live edge has nothing more to load at this moment. */
const AT_EDGE_S = 0.1;

/** What is known when a piece of media has been buffered, seconds. */
export interface BackBuffer {
  /** Behind the picture. */
  behindS: number;
  /** From the end of what is buffered to the live edge. */
  toEdgeS: number;
  /** Nothing is being loaded or read. */
  idle: boolean;
}

/** Whether this is the moment to let the past go. */
export function mayTrim({ behindS, toEdgeS, idle }: BackBuffer): boolean {
  if (behindS > KEPT_S + MOST_S) return true;
  return behindS > KEPT_S + GATHERED_S && idle && toEdgeS < AT_EDGE_S;
}

/**
 * Lets a live picture's past go between two parts. hls.js 1.7 trims whenever a playlist comes, which is when the next part is
 * read: a removal that ends while a part is being read makes it take that part's segment for a gap, and the picture stops for
 * seconds. Recordings keep its own way (`backBufferLength`), which does no harm to whole segments.
 */
export function trimBetweenParts(hls: Hls, Engine: typeof Hls): void {
  const { Events } = Engine;
  const loading = new Set<string>();
  hls.on(Events.FRAG_LOADING, (_, { frag }) => void loading.add(frag.type));
  hls.on(Events.ERROR, (_, { frag }) => void (frag && loading.delete(frag.type)));
  hls.on(Events.LEVEL_UPDATED, (_, { details }) => {
    hls.config.backBufferLength = details.live ? Infinity : KEPT_S;
  });
  hls.on(Events.FRAG_BUFFERED, (_, { frag }) => {
    loading.delete(frag.type);
    const { media, latestLevelDetails: details } = hls;
    const ranges = media?.buffered;
    if (!media || !details?.live || !ranges || ranges.length === 0) return;
    const behindS = media.currentTime - ranges.start(0);
    const toEdgeS = details.edge - ranges.end(ranges.length - 1);
    if (!mayTrim({ behindS, toEdgeS, idle: loading.size === 0 })) return;
    hls.trigger(Events.BUFFER_FLUSHING, {
      ...{ startOffset: 0, endOffset: media.currentTime - KEPT_S, type: null },
    });
  });
}
