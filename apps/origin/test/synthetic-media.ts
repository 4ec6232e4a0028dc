import { CmafReader, readFragment, readInitSegment } from '#hls';
import type { TrackInfo } from '#hls';
import { readFileSync } from 'node:fs';

/** One fragment of a fixture with what the wire wants to know of it. */
export interface FixtureFragment {
  bytes: Uint8Array;
  /** Seconds. */
  duration: number;
  independent: boolean;
  /** Decode time of its first sample, seconds. */
  start: number;
}

/** A fixture of libs/hls cut into what a transcoder would put. */
export interface Fixture {
  init: Uint8Array;
  track: TrackInfo;
  fragments: FixtureFragment[];
}

/** Reads `video` (4 s, key frames every 2 s, parts of 0.5 s) or `audio` (2 s, parts of 0.512 s). */
export function readFixture(name: 'video' | 'audio'): Fixture {
  const file = new URL(`../../../libs/hls/fixtures/${name}.mp4`, import.meta.url);
  return cutCmaf(readFileSync(file));
}

/** Cuts a fragmented MP4 file with one track. */
export function cutCmaf(file: Uint8Array): Fixture {
  const [first, ...rest] = new CmafReader().push(file);
  const [track] = first?.kind === 'init' ? readInitSegment(first.bytes) : [];
  if (!first || !track) throw new Error('the file does not begin with an init segment');
  const fragments = rest.map(({ bytes }) => {
    const [part] = readFragment(bytes, [track]);
    if (!part) throw new Error('a fragment without samples');
    return {
      bytes,
      duration: part.duration / track.timescale,
      independent: part.startsWithSync,
      start: part.baseDecodeTime / track.timescale,
    };
  });
  return { init: first.bytes, track, fragments };
}
