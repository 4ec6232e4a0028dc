/** A stretch of a show, in whole seconds of its recording. */
export interface ClipSpan {
  from: number;
  to: number;
}

const USUAL_S = 30;
/** Shorter is over before it is understood. */
export const CLIP_MIN_S = 4;

/** What just happened: the stretch that ends at `at`, inside a show of `durationS`. */
export function spanBefore(at: number, durationS: number): ClipSpan {
  const to = Math.max(CLIP_MIN_S, Math.min(Math.ceil(at), Math.floor(durationS)));
  return { from: Math.max(0, to - USUAL_S), to };
}

/** The span with one end moved by `by` seconds, kept inside the show, at least `CLIP_MIN_S` and at most `longestS` long. */
export function moveEnd(
  { from, to }: ClipSpan,
  end: keyof ClipSpan,
  by: number,
  { durationS, longestS }: { durationS: number; longestS: number },
): ClipSpan {
  if (end === 'from') {
    const lowest = Math.max(0, to - longestS);
    return { from: Math.min(to - CLIP_MIN_S, Math.max(lowest, from + by)), to };
  }
  const highest = Math.min(Math.floor(durationS), from + longestS);
  return { from, to: Math.max(from + CLIP_MIN_S, Math.min(highest, to + by)) };
}

/** Reads `?from=&to=` of a clip's address; null for what is no stretch. */
export function readSpan(search: URLSearchParams): ClipSpan | null {
  const [from, to] = [search.get('from'), search.get('to')].map((text) => (text ? Number(text) : Number.NaN));
  if (from === undefined || to === undefined || !(from >= 0) || !(to > from)) return null;
  return { from, to };
}
