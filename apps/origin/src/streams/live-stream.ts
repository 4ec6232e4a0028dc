import type { InitRow, JournalEntry, PartRow, RenditionRows, SegmentRow, StreamPhase } from './media-rows.ts';

/**
 * Seconds. Never changes within a show, so it must hold for every segment to come: key frames at most 3 s apart are copied,
 * anything slower is encoded with 2 s ones.
 */
export const TARGET_DURATION_S = 3;

/**
 * Seconds. What fragments of half a second come to: 0.512 s of AAC frames, 0.533 s at 15 frames/s or with millisecond
 * timestamps, 0.5 s exactly else. One promise for all renditions, since players expect the same hold-back everywhere.
 */
export const USUAL_PART_TARGET_S = 0.55;

/** A longer part than promised (a publisher that drops frames) raises the promise in steps. */
const PART_TARGET_STEP_S = 0.05;

/**
 * Segments after which no rendition's playlist lists a part any more, and the promise is the usual one again: players keep
 * three times its length between themselves and the end, which must not grow for the rest of a show.
 */
const RAISED_FOR_SEGMENTS = 3;

/** Segments that keep the list of their parts; the playlist shows fewer. */
const SEGMENTS_WITH_PARTS = 12;

/**
 * One show's media as values: what exists, nothing of where. It changes by journal entries only, so that a stream read back
 * from its journal is the stream that wrote it.
 */
export class LiveStream {
  readonly showId: string;
  readonly renditions = new Map<string, RenditionRows>();
  /** Of the writer that is allowed to write. */
  generation = 0;
  /** Lowest segment number that this writer may begin. */
  floor = 0;
  phase: StreamPhase = 'live';
  /** When the present phase began, Unix milliseconds. */
  phaseSince = 0;
  /** Longest part promised to players, seconds. */
  partTarget = USUAL_PART_TARGET_S;
  /** Newest segment with a part that is longer than usual. */
  private longPartMsn = -1;
  /** Highest segment number of any rendition, -1 before the first. */
  highestMsn = -1;
  /** Numbers of the segments that begin with a discontinuity, ascending; the same for all renditions. */
  readonly discontinuities: number[] = [];

  constructor(showId: string) {
    this.showId = showId;
  }

  apply(entry: JournalEntry): void {
    switch (entry.t) {
      case 'generation':
        this.generation = entry.generation;
        this.floor = entry.floor;
        return;
      case 'rendition':
        return this.applyRendition(entry.r, entry.declaration);
      case 'init':
        return this.applyInit(entry.r, entry);
      case 'part':
        return this.applyPart(entry);
      case 'end':
        return this.applyEnd(entry.r, entry.msn);
      case 'cut':
        return this.applyCut(entry);
      case 'phase':
        this.phase = entry.phase;
        this.phaseSince = entry.at;
    }
  }

  /** The newest segment of a rendition. */
  newest(rendition: string): SegmentRow | undefined {
    return this.renditions.get(rendition)?.segments.at(-1);
  }

  /** A segment by its number. */
  segment(rendition: string, msn: number): SegmentRow | undefined {
    const segments = this.renditions.get(rendition)?.segments;
    return segments?.[indexOfMsn(segments, msn)];
  }

  beginsWithDiscontinuity(msn: number): boolean {
    return this.discontinuities.includes(msn);
  }

  /** How many discontinuities lie before segment `msn`, its own not counted. */
  discontinuitiesBefore(msn: number): number {
    let count = 0;
    for (const at of this.discontinuities) if (at < msn) count++;
    return count;
  }

  private applyRendition(name: string, declaration: RenditionRows['declaration']): void {
    const known = this.renditions.get(name);
    if (known) known.declaration = declaration;
    else this.renditions.set(name, { name, declaration, inits: new Map(), segments: [] });
  }

  private applyInit(rendition: string, { run, codec, width, height, channels, timescale }: InitRow): void {
    this.renditions.get(rendition)?.inits.set(run, { run, codec, width, height, channels, timescale });
  }

  private applyPart(entry: JournalEntry & { t: 'part' }): void {
    const rendition = this.renditions.get(entry.r);
    if (!rendition) return;
    if (entry.begin) this.beginSegment(rendition, entry.msn, entry.begin);
    const segment = rendition.segments.at(-1);
    if (segment?.msn !== entry.msn || !segment.parts) return;
    segment.parts.push(entry.part);
    segment.duration += entry.part.duration;
    segment.size += entry.part.size;
    this.raisePartTarget(entry.msn, entry.part);
  }

  private beginSegment(
    { segments }: RenditionRows,
    msn: number,
    { run, pdt, discontinuity }: { run: string; pdt: number; discontinuity: boolean },
  ): void {
    segments.push({ msn, run, pdt, parts: [], duration: 0, size: 0, closed: false });
    const old = segments.at(-1 - SEGMENTS_WITH_PARTS);
    if (old) old.parts = undefined;
    this.highestMsn = Math.max(this.highestMsn, msn);
    if (this.highestMsn > this.longPartMsn + RAISED_FOR_SEGMENTS) this.partTarget = USUAL_PART_TARGET_S;
    const latest = this.discontinuities.at(-1) ?? -1;
    if (discontinuity && msn > latest) this.discontinuities.push(msn);
  }

  private applyEnd(rendition: string, msn: number): void {
    const segment = this.segment(rendition, msn);
    if (segment) segment.closed = true;
  }

  private applyCut({ r, msn, parts }: JournalEntry & { t: 'cut' }): void {
    const segments = this.renditions.get(r)?.segments ?? [];
    const at = indexOfMsn(segments, msn);
    const segment = segments[at];
    if (!segment?.parts) return;
    if (parts === 0) {
      segments.splice(at, 1);
      return;
    }
    segment.parts.length = parts;
    segment.duration = segment.parts.reduce((sum, part) => sum + part.duration, 0);
    segment.size = segment.parts.reduce((sum, part) => sum + part.size, 0);
  }

  private raisePartTarget(msn: number, { duration }: PartRow): void {
    if (duration <= USUAL_PART_TARGET_S) return;
    this.longPartMsn = Math.max(this.longPartMsn, msn);
    const target = Math.ceil(duration / PART_TARGET_STEP_S - 1e-9) * PART_TARGET_STEP_S;
    this.partTarget = Math.max(this.partTarget, target);
  }
}

/** Position of `msn` in ascending segments, -1 when it is not there. */
export function indexOfMsn(segments: readonly SegmentRow[], msn: number): number {
  const at = firstAtOrAfter(segments, msn);
  return segments[at]?.msn === msn ? at : -1;
}

/** Position of the first segment whose number is `msn` or higher; the length when there is none. */
export function firstAtOrAfter(segments: readonly SegmentRow[], msn: number): number {
  let low = 0;
  let high = segments.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((segments[middle]?.msn ?? 0) < msn) low = middle + 1;
    else high = middle;
  }
  return low;
}
