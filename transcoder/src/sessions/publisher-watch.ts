/** Viewers see the slate this soon after the last frame, when the publisher has visibly left or has just gone silent. */
const LEFT_MS = 700;
const SILENT_MS = 1_400;

/** Tells whether the publisher is gone, by the moments at which its frames arrived (milliseconds of one clock). */
export class PublisherWatch {
  private lastFrameAt: number;

  constructor(now: number) {
    this.lastFrameAt = now;
  }

  handleFrame(now: number): void {
    this.lastFrameAt = now;
  }

  /** A connection that stands may only be slow; one that ended is given less time. */
  isGone(now: number, isConnected: boolean): boolean {
    return now - this.lastFrameAt > (isConnected ? SILENT_MS : LEFT_MS);
  }

  /** Whether frames come again. */
  isBack(now: number): boolean {
    return now - this.lastFrameAt < LEFT_MS;
  }
}
