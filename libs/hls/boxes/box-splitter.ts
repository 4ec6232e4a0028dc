import { MalformedMediaError, readBoxHeader } from './box.ts';

/** A complete top-level box; `bytes` belongs to the receiver. */
export interface WholeBox {
  type: string;
  bytes: Uint8Array;
}

/** No box of a live stream is larger; beyond it the stream is taken to be broken, before memory is. */
const LARGEST_BOX_BYTES = 128 * 1024 * 1024;

/** Cuts a byte stream that arrives in arbitrary pieces into its top-level boxes. */
export class BoxSplitter {
  private chunks: Uint8Array[] = [];
  private held = 0;

  /** Takes more bytes and gives back the boxes that are now complete. Throws MalformedMediaError. */
  push(chunk: Uint8Array): WholeBox[] {
    this.chunks.push(chunk);
    this.held += chunk.length;
    const whole: WholeBox[] = [];
    for (let size = this.nextSize(); size !== undefined && size <= this.held; size = this.nextSize()) {
      const bytes = this.take(size);
      whole.push({ type: String.fromCharCode(...bytes.subarray(4, 8)), bytes });
    }
    return whole;
  }

  /** Bytes of a box that has begun and is not complete. */
  get pendingBytes(): number {
    return this.held;
  }

  private nextSize(): number | undefined {
    const box = readBoxHeader(this.peek(16), 0);
    if (box && box.end > LARGEST_BOX_BYTES)
      throw new MalformedMediaError(`box "${box.type}" of ${box.end} bytes`);
    return box?.end;
  }

  private peek(count: number): Uint8Array {
    const first = this.chunks[0];
    if (!first) return new Uint8Array(0);
    if (first.length >= count || this.chunks.length === 1) return first.subarray(0, count);
    return this.joined().subarray(0, count);
  }

  private take(count: number): Uint8Array {
    const first = this.chunks[0];
    const source = first && first.length >= count ? first : this.joined();
    const rest = source.subarray(count);
    this.chunks[0] = rest;
    if (rest.length === 0) this.chunks.shift();
    this.held -= count;
    return source.subarray(0, count);
  }

  private joined(): Uint8Array {
    const all = new Uint8Array(this.held);
    let at = 0;
    for (const chunk of this.chunks) {
      all.set(chunk, at);
      at += chunk.length;
    }
    this.chunks = [all];
    return all;
  }
}
