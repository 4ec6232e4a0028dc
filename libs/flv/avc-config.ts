import { BitReader, withoutEmulation } from './bit-reader.ts';

/** What a stream's H.264 set-up says about the picture. */
export interface AvcConfig {
  /** RFC 6381, e.g. `avc1.640028`. */
  codecs: string;
  profile: number;
  level: number;
  width: number;
  height: number;
  /** Frames per second as declared; undefined when the stream does not say. */
  frameRate: number | undefined;
  interlaced: boolean;
  /** 8 for everything that browsers play. */
  bitDepth: number;
  /** 1 is 4:2:0, which browsers play. */
  chromaFormat: number;
}

/** Profiles whose parameter set carries chroma format and bit depth (H.264 7.3.2.1.1). */
const HIGH_PROFILES = new Set([100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135]);
const EXTENDED_ASPECT = 255;

/** Reads the AVCDecoderConfigurationRecord of a sequence-header tag's data; undefined when it is not one. */
export function readAvcConfig(tagData: Buffer): AvcConfig | undefined {
  const record = tagData.subarray(5);
  try {
    if (record.readUInt8(0) !== 1 || (record.readUInt8(5) & 0x1f) === 0) return undefined;
    const length = record.readUInt16BE(6);
    return readSps(record.subarray(8, 8 + length));
  } catch {
    return undefined;
  }
}

function readSps(sps: Buffer): AvcConfig | undefined {
  if (sps.length < 4) return undefined;
  const bits = new BitReader(withoutEmulation(sps.subarray(1)));
  const profile = bits.bits(8);
  const constraints = bits.bits(8);
  const level = bits.bits(8);
  bits.ue();
  const { chromaFormat, bitDepth, separatePlanes } = readHighProfile(bits, profile);
  skipFrameNumbering(bits);
  bits.ue();
  bits.bits(1);
  const widthMacroblocks = bits.ue() + 1;
  const heightMapUnits = bits.ue() + 1;
  const framesOnly = bits.bits(1);
  if (!framesOnly) bits.bits(1);
  bits.bits(1);
  const crop = readCrop(bits, chromaFormat, separatePlanes, framesOnly);
  const frameRate = readFrameRate(bits);
  const hex = (value: number): string => value.toString(16).padStart(2, '0');
  return {
    codecs: `avc1.${hex(profile)}${hex(constraints)}${hex(level)}`,
    profile,
    level,
    width: widthMacroblocks * 16 - crop.horizontal,
    height: heightMapUnits * 16 * (2 - framesOnly) - crop.vertical,
    frameRate,
    interlaced: framesOnly === 0,
    bitDepth,
    chromaFormat,
  };
}

function readHighProfile(bits: BitReader, profile: number) {
  if (!HIGH_PROFILES.has(profile)) return { chromaFormat: 1, bitDepth: 8, separatePlanes: 0 };
  const chromaFormat = bits.ue();
  const separatePlanes = chromaFormat === 3 ? bits.bits(1) : 0;
  const bitDepth = bits.ue() + 8;
  bits.ue();
  bits.bits(1);
  if (bits.bits(1))
    for (let list = 0; list < (chromaFormat === 3 ? 12 : 8); list += 1) skipScalingList(bits, list);
  return { chromaFormat, bitDepth, separatePlanes };
}

function skipScalingList(bits: BitReader, list: number): void {
  if (!bits.bits(1)) return;
  let next = 8;
  let last = 8;
  for (let entry = 0; entry < (list < 6 ? 16 : 64); entry += 1) {
    if (next !== 0) next = (last + bits.se() + 256) % 256;
    last = next === 0 ? last : next;
  }
}

function skipFrameNumbering(bits: BitReader): void {
  bits.ue();
  const orderType = bits.ue();
  if (orderType === 0) bits.ue();
  if (orderType !== 1) return;
  bits.bits(1);
  bits.se();
  bits.se();
  for (let left = bits.ue(); left > 0; left -= 1) bits.se();
}

function readCrop(bits: BitReader, chromaFormat: number, separatePlanes: number, framesOnly: number) {
  if (!bits.bits(1)) return { horizontal: 0, vertical: 0 };
  const [left, right, top, bottom] = [bits.ue(), bits.ue(), bits.ue(), bits.ue()];
  const subsampled = separatePlanes ? 0 : chromaFormat;
  const unitX = subsampled === 1 || subsampled === 2 ? 2 : 1;
  const unitY = (subsampled === 1 ? 2 : 1) * (2 - framesOnly);
  return { horizontal: (left + right) * unitX, vertical: (top + bottom) * unitY };
}

function readFrameRate(bits: BitReader): number | undefined {
  if (!bits.bits(1)) return undefined;
  if (bits.bits(1) && bits.bits(8) === EXTENDED_ASPECT) bits.bits(32);
  if (bits.bits(1)) bits.bits(1);
  if (bits.bits(1)) {
    bits.bits(4);
    if (bits.bits(1)) bits.bits(24);
  }
  if (bits.bits(1)) {
    bits.ue();
    bits.ue();
  }
  if (!bits.bits(1)) return undefined;
  const tickUnits = bits.bits(32);
  const timeScale = bits.bits(32);
  const rate = tickUnits > 0 ? timeScale / (2 * tickUnits) : 0;
  return rate >= 1 && rate <= 240 ? rate : undefined;
}
