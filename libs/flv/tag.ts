/** Kinds of FLV tags, with the numbers that FLV and RTMP share. */
export const AUDIO_TAG = 8;
export const VIDEO_TAG = 9;
export const SCRIPT_TAG = 18;

/** One tag: sound, picture or metadata, with its decoding time in milliseconds. */
export interface FlvTag {
  type: number;
  timestamp: number;
  data: Buffer;
}

/** What a tag is to somebody who forwards or cuts a stream. */
export type TagKind =
  'metadata' | 'avc-config' | 'key-frame' | 'frame' | 'aac-config' | 'sound' | 'end-of-sequence' | 'other';

const KEY_FRAME = 1;
const AVC = 7;
const AAC = 10;

/** Sorts a tag; H.264 and AAC only, everything else is `other`. */
export function tagKind({ type, data }: FlvTag): TagKind {
  if (type === SCRIPT_TAG) return 'metadata';
  const [first = 0, packetType = 0] = data;
  if (type === AUDIO_TAG && first >> 4 === AAC && data.length >= 2)
    return packetType === 0 ? 'aac-config' : 'sound';
  if (type !== VIDEO_TAG || (first & 0x8f) !== AVC || data.length < 5) return 'other';
  if (packetType === 0) return 'avc-config';
  if (packetType === 2) return 'end-of-sequence';
  if (packetType !== 1) return 'other';
  return first >> 4 === KEY_FRAME ? 'key-frame' : 'frame';
}

/** Presentation time of an H.264 tag in milliseconds: decoding time plus the signed offset in the tag. */
export function presentationTime({ timestamp, data }: FlvTag): number {
  return timestamp + data.readIntBE(2, 3);
}

/** Name of the codec of a picture or sound tag, for refusals that people read. */
export function codecName({ type, data }: FlvTag): string {
  const [first = 0] = data;
  if (type === VIDEO_TAG) {
    if (first & 0x80) return fourCcName(data.toString('latin1', 1, 5));
    return VIDEO_CODECS[first & 0x0f] ?? `video codec ${first & 0x0f}`;
  }
  if (first >> 4 === 9) return fourCcName(data.toString('latin1', 1, 5));
  return AUDIO_CODECS[first >> 4] ?? `audio codec ${first >> 4}`;
}

const VIDEO_CODECS: Record<number, string> = {
  2: 'Sorenson H.263',
  3: 'Screen video',
  4: 'VP6',
  5: 'VP6 with alpha',
  6: 'Screen video 2',
  7: 'H.264',
  12: 'HEVC',
  13: 'AV1',
};

const AUDIO_CODECS: Record<number, string> = {
  0: 'PCM',
  1: 'ADPCM',
  2: 'MP3',
  3: 'PCM',
  4: 'Nellymoser',
  5: 'Nellymoser',
  6: 'Nellymoser',
  7: 'G.711',
  8: 'G.711',
  10: 'AAC',
  11: 'Speex',
  14: 'MP3',
};

const FOUR_CC: Record<string, string> = {
  hvc1: 'HEVC',
  av01: 'AV1',
  vp09: 'VP9',
  vp08: 'VP8',
  avc1: 'H.264 (enhanced RTMP)',
  Opus: 'Opus',
  'ac-3': 'AC-3',
  'ec-3': 'E-AC-3',
  fLaC: 'FLAC',
  '.mp3': 'MP3',
  mp4a: 'AAC (enhanced RTMP)',
};

function fourCcName(fourCc: string): string {
  return FOUR_CC[fourCc] ?? 'an unknown codec';
}
