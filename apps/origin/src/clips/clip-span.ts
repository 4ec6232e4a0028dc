import { CLIP_MAX_S } from '#contracts';
import { placeSegments } from '../playlists/media-time.ts';
import type { SegmentSpan } from '../playlists/whole-playlist.ts';
import type { LiveStream } from '../streams/live-stream.ts';

/** The segments that hold a stretch of the replay's time line; undefined for one that is empty, too long or not there. */
export function clipSpan(stream: LiveStream, fromS: number, toS: number): SegmentSpan | undefined {
  if (!(toS > fromS) || toS - fromS > CLIP_MAX_S) return undefined;
  const { placed } = placeSegments(stream);
  const inside = placed.filter(({ row, offsetS }) => offsetS + row.duration > fromS && offsetS < toS);
  const first = inside[0]?.row.msn;
  const last = inside.at(-1)?.row.msn;
  return first === undefined || last === undefined ? undefined : { from: first, to: last };
}
