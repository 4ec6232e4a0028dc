import { MalformedMediaError } from './box.ts';
import { BoxSplitter } from './box-splitter.ts';

/** What a fragmented MP4 stream consists of: one init segment, then fragments (moof + mdat with what precedes them). */
export type CmafPiece = { kind: 'init'; bytes: Uint8Array } | { kind: 'fragment'; bytes: Uint8Array };

const BEFORE_INIT = new Set(['ftyp', 'free', 'skip', 'wide']);
const BEFORE_FRAGMENT = new Set(['styp', 'prft', 'emsg', 'sidx', 'free', 'skip']);

/** Puts an encoder's output stream together into init segment and fragments, whatever pieces it arrives in. */
export class CmafReader {
  private readonly splitter = new BoxSplitter();
  private waiting: Uint8Array[] = [];
  private stage: 'init' | 'before moof' | 'after moof' = 'init';

  /** Takes more bytes; throws MalformedMediaError on what is no CMAF. A trailing `mfra` index is dropped. */
  push(chunk: Uint8Array): CmafPiece[] {
    const pieces: CmafPiece[] = [];
    for (const { type, bytes } of this.splitter.push(chunk)) {
      const piece = this.accept(type, bytes);
      if (piece) pieces.push(piece);
    }
    return pieces;
  }

  private accept(type: string, bytes: Uint8Array): CmafPiece | undefined {
    if (this.stage === 'init') {
      if (type === 'moov') return this.finish('init', bytes);
      if (!BEFORE_INIT.has(type)) throw new MalformedMediaError(`"${type}" before the init segment`);
      this.waiting.push(bytes);
      return undefined;
    }
    if (this.stage === 'after moof') {
      if (type !== 'mdat') throw new MalformedMediaError(`"${type}" between moof and mdat`);
      return this.finish('fragment', bytes);
    }
    if (type === 'mfra') return undefined;
    if (type === 'moof') this.stage = 'after moof';
    else if (!BEFORE_FRAGMENT.has(type)) throw new MalformedMediaError(`"${type}" between fragments`);
    this.waiting.push(bytes);
    return undefined;
  }

  private finish(kind: CmafPiece['kind'], last: Uint8Array): CmafPiece {
    const bytes = joinBytes([...this.waiting, last]);
    this.waiting = [];
    this.stage = 'before moof';
    return { kind, bytes };
  }
}

/** One buffer out of several. */
export function joinBytes(pieces: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    joined.set(piece, at);
    at += piece.length;
  }
  return joined;
}
