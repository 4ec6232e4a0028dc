import { findBox, MalformedMediaError } from './box.ts';
import { readFragment, readSamples } from './fragment.ts';
import type { TrackInfo } from './init-segment.ts';
import type { Sample } from './write-fragment.ts';

/** A sample with its decode time. */
export interface TimedSample extends Sample {
  decodeTime: number;
}

/** The samples of a fragment of a single track, with their bytes (which share the fragment's memory). */
export function readChunk(bytes: Uint8Array, track: TrackInfo): TimedSample[] {
  const [fragment] = readFragment(bytes, [track]);
  const mdat = findBox(bytes, 'mdat');
  if (!fragment || !mdat) throw new MalformedMediaError('a fragment without samples');
  let decodeTime = fragment.baseDecodeTime;
  let at = mdat.body;
  return readSamples(bytes, track).map(({ duration, size, sync, compositionOffset }) => {
    const sample = { data: bytes.subarray(at, at + size), duration, sync, compositionOffset, decodeTime };
    at += size;
    decodeTime += duration;
    if (at > mdat.end) throw new MalformedMediaError('samples run past their mdat');
    return sample;
  });
}
