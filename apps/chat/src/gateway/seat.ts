import type { CloseReason } from '#contracts';
import type { Outlet } from './outlet.ts';
import type { SharedFrame } from './frames.ts';

/** Waiting bytes from which a client only gets the critical lane, and from which it is cut off. */
export const SLOW_BYTES = 64 * 1024;
export const TOO_SLOW_BYTES = 512 * 1024;
/** Waiting bytes at which a slow client has caught up and gets a snapshot. */
export const CAUGHT_UP_BYTES = 16 * 1024;
/** A client that cannot catch up within this is cut off. */
export const TOO_SLOW_MS = 15_000;

/** What a seat needs to know of the room to be brought up to date. */
export interface SeatSource {
  /** Number of the room's last tick: what `after` and `snapshot` bring a seat up to. */
  readonly topN: number;
  /** Frames after tick `n`, or undefined when they are gone. */
  after(n: number, deflate: boolean): readonly Buffer[] | undefined;
  snapshot(): SharedFrame;
}

/** One connection's place in a room: how far it has been written, and whether it keeps up. */
export class Seat {
  readonly outlet: Outlet;
  readonly #close: (reason: CloseReason) => void;
  /** The last tick that was written; -1 before the first. */
  sentN = -1;
  #behindSince = 0;
  /** Waiting bytes from which it is cut off: more while it still takes in what it missed, which it asked for at once. */
  #most = TOO_SLOW_BYTES;
  #closed = false;

  constructor(outlet: Outlet, close: (reason: CloseReason) => void) {
    this.outlet = outlet;
    this.#close = close;
  }

  get isBehind(): boolean {
    return this.#behindSince > 0;
  }

  /** Closes the connection with a reason; once. */
  close(reason: CloseReason): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#close(reason);
  }

  /** Starts with what is missing after `n`, or gives false when that is gone. */
  resume(n: number, source: SeatSource): boolean {
    const missed = source.after(n, this.outlet.deflate);
    if (!missed) return false;
    this.outlet.writeAll(missed);
    this.#most = Math.max(TOO_SLOW_BYTES, this.outlet.waiting() + SLOW_BYTES);
    this.sentN = source.topN;
    return true;
  }

  startOver(source: SeatSource): void {
    this.outlet.write(source.snapshot().bytesFor(this.outlet.deflate));
    this.sentN = source.topN;
    this.#behindSince = 0;
  }

  /** Writes tick `n`, or what of it a slow connection still gets. `critical` makes the frame of its critical lane. */
  send(
    n: number,
    frame: SharedFrame,
    critical: (() => SharedFrame) | undefined,
    now: number,
    source: SeatSource,
  ): void {
    if (this.#closed || this.sentN >= n) return;
    const waiting = this.outlet.waiting();
    if (waiting <= TOO_SLOW_BYTES) this.#most = TOO_SLOW_BYTES;
    if (waiting > this.#most || (this.isBehind && now - this.#behindSince > TOO_SLOW_MS)) {
      this.close('slow');
      return;
    }
    if (this.isBehind && waiting <= CAUGHT_UP_BYTES) {
      this.startOver(source);
      return;
    }
    if (this.isBehind || waiting > SLOW_BYTES) {
      if (!this.isBehind) this.#behindSince = Math.max(1, now);
      if (critical) this.outlet.write(critical().bytesFor(this.outlet.deflate));
      return;
    }
    if (this.sentN === n - 1) {
      this.outlet.write(frame.bytesFor(this.outlet.deflate));
      this.sentN = n;
    } else if (!this.resume(this.sentN, source)) this.startOver(source);
  }
}
