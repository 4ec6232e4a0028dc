import type { Box } from './box.ts';
import { boxesIn, byte, findBox, MalformedMediaError, needBox, u32, u64 } from './box.ts';
import type { TrackInfo } from './init-segment.ts';

/** What a fragment says of one track; times in ticks of the track's timescale. */
export interface TrackFragment {
  trackId: number;
  /** Decode time of the first sample. */
  baseDecodeTime: number;
  duration: number;
  sampleCount: number;
  /** The first sample can be decoded without any before it. */
  startsWithSync: boolean;
  /** Bytes of all samples. */
  size: number;
}

/** One sample as a fragment describes it. */
export interface SampleInfo {
  duration: number;
  size: number;
  sync: boolean;
  /** Presentation time minus decode time, in ticks; may be negative. */
  compositionOffset: number;
}

/** Reads `moof` (+ what stands before it). Tracks the init segment does not name are refused. Throws MalformedMediaError. */
export function readFragment(bytes: Uint8Array, tracks: readonly TrackInfo[]): TrackFragment[] {
  const moof = needBox(bytes, ['moof']);
  const found: TrackFragment[] = [];
  for (const traf of boxesIn(bytes, moof.body, moof.end)) {
    if (traf.type === 'traf') found.push(summarize(bytes, traf, tracks));
  }
  if (found.length === 0) throw new MalformedMediaError('moof without a track');
  return found;
}

/** Every sample of one track of a fragment, in decode order. */
export function readSamples(bytes: Uint8Array, track: TrackInfo): SampleInfo[] {
  const moof = needBox(bytes, ['moof']);
  for (const traf of boxesIn(bytes, moof.body, moof.end)) {
    if (traf.type === 'traf' && readTrackId(bytes, traf) === track.id)
      return [...samplesOf(bytes, traf, track)];
  }
  return [];
}

function summarize(bytes: Uint8Array, traf: Box, tracks: readonly TrackInfo[]): TrackFragment {
  const trackId = readTrackId(bytes, traf);
  const track = tracks.find((candidate) => candidate.id === trackId);
  if (!track)
    throw new MalformedMediaError(`fragment of track ${trackId}, which the init segment does not name`);
  const tfdt = needBox(bytes, ['tfdt'], traf);
  const long = byte(bytes, tfdt.body) === 1;
  const summary: TrackFragment = {
    trackId,
    baseDecodeTime: long ? u64(bytes, tfdt.body + 4) : u32(bytes, tfdt.body + 4),
    duration: 0,
    sampleCount: 0,
    startsWithSync: false,
    size: 0,
  };
  for (const sample of samplesOf(bytes, traf, track)) {
    if (summary.sampleCount === 0) summary.startsWithSync = sample.sync;
    summary.sampleCount++;
    summary.duration += sample.duration;
    summary.size += sample.size;
  }
  return summary;
}

function readTrackId(bytes: Uint8Array, traf: Box): number {
  return u32(bytes, needBox(bytes, ['tfhd'], traf).body + 4);
}

function* samplesOf(bytes: Uint8Array, traf: Box, track: TrackInfo): Generator<SampleInfo> {
  const defaults = fragmentDefaults(bytes, traf, track);
  for (const run of boxesIn(bytes, traf.body, traf.end))
    if (run.type === 'trun') yield* samplesOfRun(bytes, run, defaults);
}

/** tfhd (ISO/IEC 14496-12, 8.8.7): optional fields in fixed order, present as the flags say. */
function fragmentDefaults(bytes: Uint8Array, traf: Box, track: TrackInfo): TrackInfo['defaults'] {
  const tfhd = needBox(bytes, ['tfhd'], traf);
  const flags = u32(bytes, tfhd.body) & 0xff_ffff;
  let at = tfhd.body + 8;
  if (flags & 0x1) at += 8;
  if (flags & 0x2) at += 4;
  const optional = (bit: number, otherwise: number): number => {
    if (!(flags & bit)) return otherwise;
    at += 4;
    return u32(bytes, at - 4);
  };
  return {
    duration: optional(0x8, track.defaults.duration),
    size: optional(0x10, track.defaults.size),
    flags: optional(0x20, track.defaults.flags),
  };
}

/** trun (8.8.8): per-sample fields as the flags say, else the fragment's defaults. */
function* samplesOfRun(bytes: Uint8Array, run: Box, defaults: TrackInfo['defaults']): Generator<SampleInfo> {
  const flags = u32(bytes, run.body) & 0xff_ffff;
  const count = u32(bytes, run.body + 4);
  let at = run.body + 8;
  const field = (bit: number): number | undefined => {
    if (!(flags & bit)) return undefined;
    at += 4;
    if (at > run.end) throw new MalformedMediaError('trun is shorter than its sample count');
    return u32(bytes, at - 4);
  };
  field(0x1);
  const firstFlags = field(0x4);
  const perSample = flags & 0xf00;
  if (perSample === 0 && count > 100_000) throw new MalformedMediaError(`trun of ${count} samples`);
  for (let index = 0; index < count; index++) {
    const duration = field(0x100) ?? defaults.duration;
    const size = field(0x200) ?? defaults.size;
    const own = field(0x400) ?? defaults.flags;
    const sampleFlags = index === 0 && firstFlags !== undefined ? firstFlags : own;
    const compositionOffset = (field(0x800) ?? 0) | 0;
    yield { duration, size, sync: (sampleFlags & 0x1_0000) === 0, compositionOffset };
  }
}

/** True when bytes begin like a fragment: a known box before `moof`, or `moof` itself, with an `mdat` behind. */
export function looksLikeFragment(bytes: Uint8Array): boolean {
  try {
    const moof = findBox(bytes, 'moof');
    const mdat = findBox(bytes, 'mdat');
    return moof !== undefined && mdat !== undefined && mdat.start >= moof.end;
  } catch (error) {
    if (error instanceof MalformedMediaError) return false;
    throw error;
  }
}
