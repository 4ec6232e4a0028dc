import type { Box } from './box.ts';
import { boxesIn, byte, findBox, MalformedMediaError, needBox, u16, u32, u64 } from './box.ts';
import { codecString, sampleEntries } from './codec-string.ts';

/** What an init segment says of one track. */
export interface TrackInfo {
  id: number;
  kind: 'video' | 'audio';
  /** Ticks per second of every time in the fragments. */
  timescale: number;
  /** RFC 6381. */
  codec: string;
  width?: number;
  height?: number;
  channels?: number;
  sampleRate?: number;
  /** Ticks cut off at the start by an edit list (encoder delay), 0 without one. */
  editStart: number;
  /** What a fragment's samples have when the fragment does not say (trex). */
  defaults: { duration: number; size: number; flags: number };
}

/** Reads `ftyp` + `moov`. Tracks that are neither picture nor sound are left out. Throws MalformedMediaError. */
export function readInitSegment(bytes: Uint8Array): TrackInfo[] {
  const moov = needBox(bytes, ['moov']);
  const mvex = needBox(bytes, ['mvex'], moov);
  const tracks: TrackInfo[] = [];
  for (const box of boxesIn(bytes, moov.body, moov.end)) {
    const track = box.type === 'trak' ? readTrack(bytes, box, mvex) : undefined;
    if (track) tracks.push(track);
  }
  if (tracks.length === 0) throw new MalformedMediaError('init segment without a track');
  return tracks;
}

function readTrack(bytes: Uint8Array, trak: Box, mvex: Box): TrackInfo | undefined {
  const handler = needBox(bytes, ['mdia', 'hdlr'], trak);
  const type = String.fromCharCode(...bytes.subarray(handler.body + 8, handler.body + 12));
  if (type !== 'vide' && type !== 'soun') return undefined;
  const tkhd = needBox(bytes, ['tkhd'], trak);
  const id = u32(bytes, tkhd.body + (byte(bytes, tkhd.body) === 1 ? 20 : 12));
  const mdhd = needBox(bytes, ['mdia', 'mdhd'], trak);
  const timescale = u32(bytes, mdhd.body + (byte(bytes, mdhd.body) === 1 ? 20 : 12));
  if (timescale === 0) throw new MalformedMediaError(`track ${id} has no timescale`);
  const [entry] = sampleEntries(bytes, needBox(bytes, ['mdia', 'minf', 'stbl', 'stsd'], trak));
  if (!entry) throw new MalformedMediaError(`track ${id} has no sample entry`);
  const shape =
    type === 'vide'
      ? { kind: 'video' as const, width: u16(bytes, entry.body + 24), height: u16(bytes, entry.body + 26) }
      : {
          kind: 'audio' as const,
          channels: u16(bytes, entry.body + 16),
          sampleRate: u16(bytes, entry.body + 24),
        };
  return {
    id,
    timescale,
    codec: codecString(bytes, entry),
    ...shape,
    editStart: readEditStart(bytes, trak),
    defaults: readDefaults(bytes, mvex, id),
  };
}

/** First edit that shows media (`media_time` other than -1); later edits do not occur in a live stream. */
function readEditStart(bytes: Uint8Array, trak: Box): number {
  const edts = findBox(bytes, 'edts', trak.body, trak.end);
  const elst = edts && findBox(bytes, 'elst', edts.body, edts.end);
  if (!elst) return 0;
  const long = byte(bytes, elst.body) === 1;
  const count = u32(bytes, elst.body + 4);
  for (let index = 0; index < count; index++) {
    const at = elst.body + 8 + index * (long ? 20 : 12);
    const empty = u32(bytes, at + (long ? 8 : 4)) === 0xffff_ffff;
    if (!empty) return long ? u64(bytes, at + 8) : u32(bytes, at + 4);
  }
  return 0;
}

function readDefaults(bytes: Uint8Array, mvex: Box, trackId: number): TrackInfo['defaults'] {
  for (const box of boxesIn(bytes, mvex.body, mvex.end)) {
    if (box.type !== 'trex' || u32(bytes, box.body + 4) !== trackId) continue;
    return {
      duration: u32(bytes, box.body + 12),
      size: u32(bytes, box.body + 16),
      flags: u32(bytes, box.body + 20),
    };
  }
  throw new MalformedMediaError(`no defaults (trex) for track ${trackId}`);
}
