/** One segment of a stretch, the same for all renditions. Times are programme milliseconds. */
export interface PlannedSegment {
  msn: number;
  startMs: number;
  /** Begins after a break in time or encoding. */
  discontinuity: boolean;
}

/** A key frame this much later than the boundary still is the boundary's: timestamps are rounded on their way. */
const ROUNDING_MS = 8;
const KEPT = 32;

/**
 * Gives segments their numbers; shared by all stretches of a stream. A number that no part bears is given again to the next
 * stretch: players take a missing number for the loss of everything before it.
 */
export class SegmentNumbers {
  private next: number;
  /** Lowest number that may be given. */
  private floor: number;

  constructor(next: number) {
    this.next = next;
    this.floor = next;
  }

  take(): number {
    const msn = this.next;
    this.next += 1;
    return msn;
  }

  /** A part bears this number. */
  handleUsed(msn: number): void {
    this.floor = Math.max(this.floor, msn + 1);
  }

  /** Whether some rendition has shown a part of it. */
  isUsed(msn: number): boolean {
    return msn < this.floor;
  }

  /** The former stretch is over: what it planned and did not use is free. */
  settle(): void {
    this.next = this.floor;
  }

  /** The origin says where to continue: what it did not get of the numbers before is nobody's. */
  continueAt(next: number): void {
    this.next = next;
    this.floor = next;
  }
}

/** Where the segments of a continuous stretch begin, as decided from the source before any encoder has answered. */
export class SegmentPlan {
  private readonly numbers: SegmentNumbers;
  private readonly segments: PlannedSegment[] = [];
  /** Up to here no further boundary will be set. */
  private horizon: number;

  constructor(numbers: SegmentNumbers, startMs: number, discontinuity: boolean) {
    this.numbers = numbers;
    numbers.settle();
    this.horizon = startMs;
    this.segments.push({ msn: numbers.take(), startMs, discontinuity });
  }

  get current(): PlannedSegment {
    const last = this.segments.at(-1);
    if (!last) throw new Error('a plan always has a segment');
    return last;
  }

  get horizonMs(): number {
    return this.horizon;
  }

  /** Sets the next boundary. */
  begin(startMs: number): PlannedSegment {
    const segment = { msn: this.numbers.take(), startMs, discontinuity: false };
    this.segments.push(segment);
    if (this.segments.length > KEPT) this.segments.shift();
    this.advance(startMs);
    return segment;
  }

  /** Says that the source has come this far. */
  advance(ms: number): void {
    this.horizon = Math.max(this.horizon, ms);
  }

  /** The segment that a sample at `ms` belongs to; undefined before the first. */
  at(ms: number, toleranceMs = ROUNDING_MS): PlannedSegment | undefined {
    return this.segments.findLast(({ startMs }) => startMs <= ms + toleranceMs);
  }
}
