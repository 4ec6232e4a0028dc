import type { Skip } from './render-media-playlist.ts';

/** What a client asked for by `_HLS_msn`, `_HLS_part` and `_HLS_skip` (RFC 8216bis, 6.2.5). */
export interface DeliveryDirectives {
  msn?: number;
  part?: number;
  skip: Skip;
}

/** Largest number taken; far above any sequence number, far below where arithmetic becomes inexact. */
const LARGEST_NUMBER = 1_000_000_000;

/** Reads the directives of a query. `invalid` is to be answered with 400. Unknown directives are ignored, as demanded. */
export function parseDirectives(
  query: Readonly<Record<string, unknown>>,
): { kind: 'directives'; directives: DeliveryDirectives } | { kind: 'invalid'; reason: string } {
  const msn = wholeNumber(query['_HLS_msn']);
  const part = wholeNumber(query['_HLS_part']);
  if (msn === 'invalid') return { kind: 'invalid', reason: '_HLS_msn must be a whole number' };
  if (part === 'invalid') return { kind: 'invalid', reason: '_HLS_part must be a whole number' };
  if (part !== undefined && msn === undefined) return { kind: 'invalid', reason: '_HLS_part needs _HLS_msn' };
  const skip = query['_HLS_skip'] === 'v2' ? 'all' : query['_HLS_skip'] === 'YES' ? 'segments' : 'none';
  return { kind: 'directives', directives: { msn, part, skip } };
}

/** Where a rendition stands. */
export interface RenditionPosition {
  /** Newest segment that has at least one part. */
  lastMsn: number;
  /** How many parts it has. */
  partCount: number;
  /** It is complete. */
  closed: boolean;
  ended: boolean;
}

/**
 * What to do with a blocking request: `answer` now, `wait` for more, or `refuse` with 400 because the client is too far
 * ahead (two segments, or more parts than the Advance Part Limit).
 */
export function decideReload(
  { msn, part }: DeliveryDirectives,
  position: RenditionPosition,
  partTarget: number,
): 'answer' | 'wait' | 'refuse' {
  if (msn === undefined || position.ended || msn < position.lastMsn) return 'answer';
  const { lastMsn, partCount, closed } = position;
  if (msn > lastMsn + 2) return 'refuse';
  if (part === undefined) return msn === lastMsn && closed ? 'answer' : 'wait';
  if (msn === lastMsn && part < partCount) return 'answer';
  const limit = partTarget < 1 ? Math.ceil(3 / partTarget) : 3;
  const ahead = msn === lastMsn && !closed ? part - partCount + 1 : msn > lastMsn ? part + 1 : 0;
  return ahead > limit ? 'refuse' : 'wait';
}

function wholeNumber(value: unknown): number | 'invalid' | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== 'string' || !/^\d{1,10}$/.test(value)) return 'invalid';
  const number = Number(value);
  return number <= LARGEST_NUMBER ? number : 'invalid';
}
