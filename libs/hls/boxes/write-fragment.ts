import { setU32, setU64 } from './box.ts';

/** One coded sample and how it stands in time; times in ticks of its track. */
export interface Sample {
  data: Uint8Array;
  duration: number;
  /** Can be decoded without any sample before it. */
  sync: boolean;
  /** Presentation time minus decode time; may be negative. */
  compositionOffset: number;
}

/** What a fragment of one track consists of. */
export interface FragmentContent {
  /** Counts the fragments of a stream. */
  sequence: number;
  trackId: number;
  /** Decode time of the first sample. */
  baseDecodeTime: number;
  samples: readonly Sample[];
}

/** sample_depends_on 2 (nothing); sample_depends_on 1 and not a sync sample (ISO/IEC 14496-12, 8.8.3.1). */
const SYNC_FLAGS = 0x0200_0000;
const OTHER_FLAGS = 0x0101_0000;
const MFHD_BYTES = 16;
const TFHD_BYTES = 16;
const TFDT_BYTES = 20;
const TRUN_HEADER_BYTES = 20;
const TRUN_SAMPLE_BYTES = 16;
const BOX_BYTES = 8;
const DEFAULT_BASE_IS_MOOF = 0x02_0000;
/** Data offset, and per sample duration, size, flags and composition offset. */
const TRUN_FLAGS = 0x0f01;

/** One CMAF chunk, `moof` + `mdat`, that holds the samples in decode order. */
export function writeFragment({ sequence, trackId, baseDecodeTime, samples }: FragmentContent): Uint8Array {
  const trunBytes = TRUN_HEADER_BYTES + samples.length * TRUN_SAMPLE_BYTES;
  const trafBytes = BOX_BYTES + TFHD_BYTES + TFDT_BYTES + trunBytes;
  const moofBytes = BOX_BYTES + MFHD_BYTES + trafBytes;
  const dataBytes = samples.reduce((sum, { data }) => sum + data.length, 0);
  const bytes = new Uint8Array(moofBytes + BOX_BYTES + dataBytes);
  let at = box(bytes, 0, 'moof', moofBytes);
  at = fullBox(bytes, at, 'mfhd', MFHD_BYTES, 0);
  setU32(bytes, at, sequence);
  at = box(bytes, at + 4, 'traf', trafBytes);
  at = fullBox(bytes, at, 'tfhd', TFHD_BYTES, DEFAULT_BASE_IS_MOOF);
  setU32(bytes, at, trackId);
  at = fullBox(bytes, at + 4, 'tfdt', TFDT_BYTES, 0x0100_0000);
  setU64(bytes, at, baseDecodeTime);
  at = fullBox(bytes, at + 8, 'trun', trunBytes, 0x0100_0000 | TRUN_FLAGS);
  setU32(bytes, at, samples.length);
  setU32(bytes, at + 4, moofBytes + BOX_BYTES);
  at += 8;
  for (const { data, duration, sync, compositionOffset } of samples) {
    setU32(bytes, at, duration);
    setU32(bytes, at + 4, data.length);
    setU32(bytes, at + 8, sync ? SYNC_FLAGS : OTHER_FLAGS);
    setU32(bytes, at + 12, compositionOffset >>> 0);
    at += TRUN_SAMPLE_BYTES;
  }
  at = box(bytes, at, 'mdat', BOX_BYTES + dataBytes);
  for (const { data } of samples) {
    bytes.set(data, at);
    at += data.length;
  }
  return bytes;
}

function box(bytes: Uint8Array, at: number, type: string, size: number): number {
  setU32(bytes, at, size);
  for (let index = 0; index < 4; index += 1) bytes[at + 4 + index] = type.charCodeAt(index);
  return at + BOX_BYTES;
}

function fullBox(bytes: Uint8Array, at: number, type: string, size: number, versionAndFlags: number): number {
  const body = box(bytes, at, type, size);
  setU32(bytes, body, versionAndFlags);
  return body + 4;
}
