import type { TrackInfo } from '#hls';
import type { Blamed } from '../ffmpeg/blame.ts';
import type { CutPart } from '../timeline/cutter.ts';

/** A trouble worth telling the host of. */
export interface Trouble {
  what: 'restarted' | 'rung_dropped' | 'top_rung_encoded' | 'storage_full' | 'gave_up';
  blame: Blamed;
  rendition: string | null;
  detail: string;
}

/** Where a stretch's media goes. */
export interface StretchOutput {
  /** A name for a new run of an encoder, unique within the show. */
  newRun(): string;
  init(rendition: string, run: string, bytes: Uint8Array, track: TrackInfo): void;
  part(rendition: string, part: CutPart): void;
  end(rendition: string, msn: number): void;
  /** A rung's encoder runs no more. */
  stopped(rendition: string): void;
  trouble(trouble: Trouble): void;
  /** The stretch cannot go on; a new one must begin. */
  broken(why: string): void;
}
