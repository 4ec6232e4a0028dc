/** Segments become at least this long where key frames allow it. */
const WORTHWHILE_MS = 1_500;
/** TARGETDURATION is 3 s, which allows what rounds to 3; a little is left for rounding. */
export const LONGEST_SEGMENT_MS = 3_400;
const REMEMBERED_GAPS = 8;

/** Decides at which of the source's key frames segments begin. */
export class BoundaryChooser {
  private lastKeyMs: number | undefined;
  private gaps: number[] = [];

  /** Whether the key frame at `ms` begins a segment, when the open one began at `startMs`. */
  isBoundary(ms: number, startMs: number): boolean {
    if (this.lastKeyMs !== undefined) {
      this.gaps = [...this.gaps, ms - this.lastKeyMs].slice(-REMEMBERED_GAPS);
    }
    this.lastKeyMs = ms;
    const elapsed = ms - startMs;
    return elapsed >= WORTHWHILE_MS || elapsed + Math.max(0, ...this.gaps) > LONGEST_SEGMENT_MS;
  }
}
