import type { RenditionDeclaration } from '#contracts';

/** A part of a segment: a range of the segment's file. */
export interface PartRow {
  offset: number;
  size: number;
  /** Seconds. */
  duration: number;
  independent: boolean;
}

/** A segment of one rendition. */
export interface SegmentRow {
  msn: number;
  run: string;
  /** Wall clock of its first sample, Unix milliseconds. */
  pdt: number;
  /** In order; forgotten (undefined) once the segment is old. */
  parts: PartRow[] | undefined;
  /** Sum of its parts. */
  duration: number;
  size: number;
  closed: boolean;
}

/** What an init segment told of its track. */
export interface InitRow {
  run: string;
  codec: string;
  width?: number;
  height?: number;
  channels?: number;
  timescale: number;
}

/** A rendition with everything it has. */
export interface RenditionRows {
  name: string;
  declaration: RenditionDeclaration;
  inits: Map<string, InitRow>;
  /** By ascending number; numbers may be left out while a rung did not run. */
  segments: SegmentRow[];
}

/** The whole stream's state as its writer told it. */
export type StreamPhase = 'live' | 'slate' | 'ended';

/** One line of a stream's journal: everything that changes a stream, in the order in which it happened. */
export type JournalEntry =
  | { t: 'generation'; generation: number; floor: number }
  | { t: 'rendition'; r: string; declaration: RenditionDeclaration }
  | ({ t: 'init'; r: string } & InitRow)
  | { t: 'part'; r: string; msn: number; index: number; part: PartRow; begin?: SegmentBegin }
  | { t: 'end'; r: string; msn: number }
  /** The disk lost what followed: the segment keeps its first `parts` parts. */
  | { t: 'cut'; r: string; msn: number; parts: number }
  | { t: 'phase'; phase: StreamPhase; at: number };

/** What the first part of a segment says of the whole segment. */
export interface SegmentBegin {
  run: string;
  pdt: number;
  discontinuity: boolean;
}
