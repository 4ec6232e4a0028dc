import type { SharedFrame } from './frames.ts';

interface Held {
  n: number;
  at: number;
  frame: SharedFrame;
}

/** More than this in one room is a flood; the oldest go first, whatever their age. */
const MOST_TICKS = 1_200;
const MOST_BYTES = 16 * 1024 * 1024;
/** Answers up to this are one buffer, which is one write. */
const JOIN_MOST_BYTES = 128 * 1024;
const JOINED_MOST = 64;

/** The last two minutes of a room's ticks as ready frames: what a client missed is a copy of bytes. */
export class Ring {
  readonly #keepMs: number;
  #held: Held[] = [];
  #bytes = 0;
  /** Many clients come back with the same offset: their answer is joined once per tick. */
  #joined = new Map<string, readonly Buffer[]>();

  constructor(keepMs: number) {
    this.#keepMs = keepMs;
  }

  get isEmpty(): boolean {
    return this.#held.length === 0;
  }

  has(n: number): boolean {
    return this.first !== undefined && n >= this.first && n <= (this.last ?? -1);
  }

  get first(): number | undefined {
    return this.#held[0]?.n;
  }

  get last(): number | undefined {
    return this.#held.at(-1)?.n;
  }

  /** Adds the tick after the last; starts anew when it is not the next. */
  push(n: number, at: number, frame: SharedFrame): void {
    const last = this.last;
    if (last !== undefined && n !== last + 1) this.clear();
    this.#held.push({ n, at, frame });
    this.#bytes += frame.payload.length;
    this.#joined.clear();
    this.#forget(at);
  }

  /** Puts ticks before the first one, from the newest to the oldest; stops at the first that does not fit on. */
  prepend(n: number, at: number, frame: SharedFrame): boolean {
    const first = this.first;
    if (first !== undefined && n !== first - 1) return false;
    if (this.#held.length >= MOST_TICKS || this.#bytes + frame.payload.length > MOST_BYTES) return false;
    this.#held.unshift({ n, at, frame });
    this.#bytes += frame.payload.length;
    return true;
  }

  /** Every frame after tick `n`, a short answer joined to one buffer; undefined when some of them are not here. */
  after(n: number, deflate: boolean): readonly Buffer[] | undefined {
    const last = this.last;
    if (last === undefined || this.first === undefined) return undefined;
    if (n === last) return [];
    if (n > last || n < this.first - 1) return undefined;
    const key = `${deflate ? 'd' : 'p'}${n}`;
    const known = this.#joined.get(key);
    if (known) return known;
    const frames = this.#held.slice(n - this.first + 1).map((held) => held.frame.bytesFor(deflate));
    const bytes = frames.reduce((sum, frame) => sum + frame.length, 0);
    // A long answer stays the frames that everybody shares, so that it costs a slow reader's queue no copy of its own.
    const answer = bytes <= JOIN_MOST_BYTES ? [Buffer.concat(frames, bytes)] : frames;
    if (this.#joined.size < JOINED_MOST) this.#joined.set(key, answer);
    return answer;
  }

  /** JSON of the ticks from `first` to `last`, as far as they have happened; undefined when `first` is too old. */
  json(first: number, last: number): string[] | undefined {
    if (this.first === undefined || first < this.first) return undefined;
    return this.#held.slice(first - this.first, last - this.first + 1).map(({ frame }) => frame.json);
  }

  clear(): void {
    this.#held = [];
    this.#bytes = 0;
    this.#joined.clear();
  }

  #forget(now: number): void {
    let drop = 0;
    for (const held of this.#held) {
      const tooOld = held.at < now - this.#keepMs;
      const tooMany = this.#held.length - drop > MOST_TICKS || this.#bytes > MOST_BYTES;
      if (!tooOld && !tooMany) break;
      this.#bytes -= held.frame.payload.length;
      drop += 1;
    }
    if (drop > 0) this.#held.splice(0, drop);
  }
}
