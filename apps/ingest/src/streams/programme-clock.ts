/** Window over which the least delayed arrival is taken for the publisher's true clock. */
const WINDOW_MS = 10_000;
/** Timestamps that leave the clock by more than this have begun anew. */
const JUMP_MS = 5_000;

/** A presentation time and the programme time (Unix milliseconds) that it stands for. */
export interface Anchor {
  pts: number;
  mediaTime: number;
}

/** What the publisher's clock showed at a moment of ours. */
export interface ClockPair {
  pts: number;
  wallMs: number;
  mediaTime: number;
}

/**
 * Relates a publisher's timestamps to wall-clock time. Arrival wavers with the network but never comes early, so the least
 * delay of a window is the clock; its slow change is drift. Programme time follows the anchor and takes over the drift
 * only when a reader begins anew, since within a continuous stretch it must not jump.
 */
export class ProgrammeClock {
  private anchor: Anchor | undefined;
  /** Wall clock minus presentation time: settled by the last full window, and of the open one. */
  private settled: number | undefined;
  private least = Infinity;
  private windowFrom = 0;
  private newestPts = 0;

  /** Takes in a frame; `jumped` when its timestamp does not belong to the same clock as those before. */
  add(pts: number, wallMs: number): 'steady' | 'measured' | 'jumped' {
    const offset = wallMs - pts;
    if (!this.anchor) return this.restart(pts, wallMs);
    if (Math.abs(offset - (this.settled ?? this.anchor.mediaTime - this.anchor.pts)) > JUMP_MS + WINDOW_MS) {
      this.restart(pts, wallMs);
      return 'jumped';
    }
    this.newestPts = pts;
    this.least = Math.min(this.least, offset);
    if (wallMs - this.windowFrom < WINDOW_MS) return 'steady';
    this.settled = this.least;
    this.least = Infinity;
    this.windowFrom = wallMs;
    return 'measured';
  }

  /** The anchor for a reader that begins now; drift so far is taken over. Undefined before the first frame. */
  reanchor(): Anchor | undefined {
    if (!this.anchor) return undefined;
    if (this.settled !== undefined) {
      this.anchor = { pts: this.newestPts, mediaTime: this.newestPts + this.settled };
    }
    return this.anchor;
  }

  /** The newest frame's times. */
  pair(): ClockPair | undefined {
    if (!this.anchor) return undefined;
    const offset = this.settled ?? this.anchor.mediaTime - this.anchor.pts;
    const pts = this.newestPts;
    return {
      pts,
      wallMs: Math.round(pts + offset),
      mediaTime: Math.round(this.anchor.mediaTime + pts - this.anchor.pts),
    };
  }

  /** How far programme time has moved away from the wall clock, milliseconds. */
  driftMs(): number {
    const pair = this.pair();
    return pair ? pair.wallMs - pair.mediaTime : 0;
  }

  private restart(pts: number, wallMs: number): 'measured' {
    this.anchor = { pts, mediaTime: wallMs };
    this.settled = undefined;
    this.least = Infinity;
    this.windowFrom = wallMs;
    this.newestPts = pts;
    return 'measured';
  }
}
