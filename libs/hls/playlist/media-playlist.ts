import type { DateRange } from './date-range.ts';

/** A partial segment as a playlist lists it. */
export interface PlaylistPart {
  uri: string;
  /** Seconds. */
  duration: number;
  independent: boolean;
}

/** A segment; without `duration` it is still being written and only its parts can be listed. */
export interface PlaylistSegment {
  uri: string;
  duration?: number;
  /** Parts to list; empty for segments too old for that. */
  parts: readonly PlaylistPart[];
  /** Wall clock of the first sample, Unix milliseconds. */
  pdt?: number;
  /** A tag stands before this segment. */
  discontinuity: boolean;
  /** Init segment; a tag is written where it changes. */
  map: string;
  /** The segment has no media; players skip it. */
  gap?: boolean;
}

/** Where another rendition stands (EXT-X-RENDITION-REPORT). */
export interface RenditionReport {
  uri: string;
  lastMsn: number;
  lastPart?: number;
}

/** What a low-latency playlist promises besides (EXT-X-SERVER-CONTROL, EXT-X-PART-INF). */
export interface LowLatency {
  /** Longest part, seconds. */
  partTarget: number;
  /** Seconds from the end at which players should stay. */
  partHoldBack: number;
}

/** A media playlist as values. */
export interface MediaPlaylist {
  /** Whole seconds; never changes while a playlist lives. */
  targetDuration: number;
  lowLatency?: LowLatency;
  /** Segments further than this from the end may be skipped in a delta update, seconds. */
  canSkipUntil?: number;
  /** `EVENT` only grows, `VOD` never changes. */
  type?: 'EVENT' | 'VOD';
  mediaSequence: number;
  /** Discontinuities before the first listed segment's own tag. */
  discontinuitySequence: number;
  segments: readonly PlaylistSegment[];
  /** Address of the part that comes next. */
  preloadHint?: string;
  reports?: readonly RenditionReport[];
  dateRanges?: readonly DateRange[];
  ended: boolean;
}
