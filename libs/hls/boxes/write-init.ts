import { setU32 } from './box.ts';

/** What a track's init segment is made of. */
export type InitContent = PictureSetup | SoundSetup;

export interface PictureSetup {
  kind: 'video';
  /** Ticks per second of every time in the fragments. */
  timescale: number;
  width: number;
  height: number;
  /** AVCDecoderConfigurationRecord (ISO/IEC 14496-15, 5.3.3.1). */
  config: Uint8Array;
}

export interface SoundSetup {
  kind: 'audio';
  /** Also the sample rate. */
  timescale: number;
  channels: number;
  /** AudioSpecificConfig (ISO/IEC 14496-3, 1.6.2.1). */
  config: Uint8Array;
}

const TRACK_ID = 1;
/** Rotation and scale of a picture that is shown as it is (ISO/IEC 14496-12, 8.2.2.2). */
const IDENTITY = [0x1_0000, 0, 0, 0, 0x1_0000, 0, 0, 0, 0x4000_0000].flatMap(u32Bytes);
/** "und", undetermined, five bits a letter. */
const NO_LANGUAGE = [0x55, 0xc4];
const SEVENTY_TWO_DPI = u32Bytes(0x48_0000);
const COMPRESSOR_NAME_BYTES = 32;
const FULL_VOLUME = [1, 0];
const NORMAL_SPEED = [0, 1, 0, 0];
const MOVIE_TIMESCALE = 1_000;
/** Track enabled, in the movie. */
const TKHD_FLAGS = 3;
/** Media data is in the same file. */
const SELF_CONTAINED = 1;
const OBJECT_TYPE_AAC = 0x40;
/** Stream type 5, sound; the low bit is reserved and set. */
const AUDIO_STREAM = 0x15;

/** `ftyp` + `moov` of a fragmented track without edit list, for H.264 or AAC. */
export function writeInitSegment(content: InitContent): Uint8Array {
  const ftyp = box('ftyp', text('iso6'), u32Bytes(0), text('iso6'), text('cmfc'), text('mp41'));
  const mvhd = full(
    'mvhd',
    0,
    ...[zeros(8), u32Bytes(MOVIE_TIMESCALE), zeros(4), NORMAL_SPEED, FULL_VOLUME, zeros(10), IDENTITY],
    ...[zeros(24), u32Bytes(TRACK_ID + 1)],
  );
  const trex = full('trex', 0, u32Bytes(TRACK_ID), u32Bytes(1), zeros(12));
  const moov = box('moov', mvhd, track(content), box('mvex', trex));
  return Uint8Array.from([...ftyp, ...moov]);
}

function track(content: InitContent): number[] {
  const isPicture = content.kind === 'video';
  const [width, height] = isPicture ? [content.width, content.height] : [0, 0];
  const tkhd = full(
    'tkhd',
    TKHD_FLAGS,
    ...[zeros(8), u32Bytes(TRACK_ID), zeros(20), isPicture ? [0, 0] : FULL_VOLUME, [0, 0], IDENTITY],
    ...[u32Bytes(width * 0x1_0000), u32Bytes(height * 0x1_0000)],
  );
  const mdhd = full('mdhd', 0, zeros(8), u32Bytes(content.timescale), zeros(4), NO_LANGUAGE, [0, 0]);
  const hdlr = full('hdlr', 0, zeros(4), text(isPicture ? 'vide' : 'soun'), zeros(12), [0]);
  return box('trak', tkhd, box('mdia', mdhd, hdlr, mediaInfo(content)));
}

function mediaInfo(content: InitContent): number[] {
  const header = content.kind === 'video' ? full('vmhd', 1, zeros(8)) : full('smhd', 0, zeros(4));
  const dinf = box('dinf', full('dref', 0, u32Bytes(1), full('url ', SELF_CONTAINED)));
  const entry = content.kind === 'video' ? pictureEntry(content) : soundEntry(content);
  const empty = [full('stts', 0, zeros(4)), full('stsc', 0, zeros(4)), full('stsz', 0, zeros(8))];
  const stbl = box('stbl', full('stsd', 0, u32Bytes(1), entry), ...empty, full('stco', 0, zeros(4)));
  return box('minf', header, dinf, stbl);
}

function pictureEntry({ width, height, config }: PictureSetup): number[] {
  return box(
    'avc1',
    ...[zeros(6), [0, 1], zeros(16), u16Bytes(width), u16Bytes(height), SEVENTY_TWO_DPI, SEVENTY_TWO_DPI],
    ...[zeros(4), [0, 1], zeros(COMPRESSOR_NAME_BYTES), [0, 24, 0xff, 0xff], box('avcC', [...config])],
  );
}

function soundEntry({ timescale, channels, config }: SoundSetup): number[] {
  const specific = descriptor(0x05, [...config]);
  const decoder = descriptor(0x04, [OBJECT_TYPE_AAC, AUDIO_STREAM, ...zeros(11), ...specific]);
  const stream = descriptor(0x03, [0, TRACK_ID, 0, ...decoder, ...descriptor(0x06, [2])]);
  return box(
    'mp4a',
    ...[zeros(6), [0, 1], zeros(8), u16Bytes(channels), [0, 16], zeros(4), u16Bytes(timescale), [0, 0]],
    full('esds', 0, stream),
  );
}

function descriptor(tag: number, body: number[]): number[] {
  if (body.length > 127) throw new RangeError(`a descriptor of ${body.length} bytes`);
  return [tag, body.length, ...body];
}

function full(type: string, flags: number, ...bodies: number[][]): number[] {
  return box(type, u32Bytes(flags), ...bodies);
}

function box(type: string, ...bodies: number[][]): number[] {
  const body = bodies.flat();
  return [...u32Bytes(8 + body.length), ...text(type), ...body];
}

function text(value: string): number[] {
  return [...value].map((letter) => letter.charCodeAt(0));
}

function zeros(count: number): number[] {
  return Array.from({ length: count }, () => 0);
}

function u16Bytes(value: number): number[] {
  if (!(value >= 0 && value <= 0xffff)) throw new RangeError(`${value} does not fit into 16 bits`);
  return [value >> 8, value & 0xff];
}

function u32Bytes(value: number): number[] {
  const bytes = new Uint8Array(4);
  setU32(bytes, 0, value);
  return [...bytes];
}
