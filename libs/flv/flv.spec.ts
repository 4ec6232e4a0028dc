import {
  codecName,
  flvHeader,
  FlvReader,
  presentationTime,
  readAacConfig,
  readAvcConfig,
  readFlv,
  tagKind,
  writeTag,
} from '#flv';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

/** Sequence header of 1280x720, High@3.1, 30 fps, as x264 writes it. */
const AVC_720P30 = Buffer.from(
  '17000000000164001fffe1001b6764001facd9405005bb016a02020280000003008000001e478c18cb01000568ebecb22c',
  'hex',
);
const AAC_48K_STEREO = Buffer.from('af001190', 'hex');

describe('tags', () => {
  it.each([
    ['avc-config', 9, '1700000000'],
    ['key-frame', 9, '1701000000'],
    ['frame', 9, '2701000043'],
    ['end-of-sequence', 9, '1702000000'],
    ['aac-config', 8, 'af001190'],
    ['sound', 8, 'af01'],
    ['metadata', 18, '02'],
    ['other', 9, '1c01000000'],
    ['other', 9, '9068766331'],
    ['other', 8, '2f'],
    ['other', 9, '17'],
    ['other', 9, ''],
    ['other', 8, ''],
  ])('%s', (kind, type, data) => {
    expect(tagKind({ type, timestamp: 0, data: Buffer.from(data, 'hex') })).toBe(kind);
  });

  it('adds the signed composition offset', () => {
    const at = (offset: string) =>
      presentationTime({ type: 9, timestamp: 1_000, data: Buffer.from(`2701${offset}`, 'hex') });
    expect([at('000043'), at('000000'), at('ffffbd')]).toEqual([1_067, 1_000, 933]);
  });

  it('names codecs that are refused', () => {
    const name = (type: number, hex: string) =>
      codecName({ type, timestamp: 0, data: Buffer.from(hex, 'hex') });
    expect([
      name(9, '1c00'),
      name(9, '9068766331'),
      name(9, '9061763031'),
      name(8, '2f'),
      name(8, '904f707573'),
    ]).toEqual(['HEVC', 'HEVC', 'AV1', 'MP3', 'Opus']);
  });
});

describe('framing', () => {
  it('reads what it wrote, however the bytes are cut', () => {
    const tag = fc.record({
      type: fc.constantFrom(8, 9, 18),
      timestamp: fc.integer({ min: 0, max: 0xffffffff }),
      data: fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
    });
    fc.assert(
      fc.property(
        fc.array(tag, { maxLength: 20 }),
        fc.array(fc.integer({ min: 1, max: 97 }), { minLength: 1 }),
        (tags, cuts) => {
          const file = Buffer.concat([flvHeader(), ...tags.map(writeTag)]);
          const reader = new FlvReader();
          const read = [];
          for (let at = 0, turn = 0; at < file.length; turn += 1) {
            const size = cuts[turn % cuts.length] ?? 1;
            read.push(...reader.push(file.subarray(at, at + size)));
            at += size;
          }
          expect(read).toEqual(tags);
          expect(readFlv(file)).toEqual(tags);
        },
      ),
    );
  });

  it('refuses bytes that are not FLV', () => {
    expect(() => readFlv(Buffer.from('HTTP/1.1 200 OK\r\n'))).toThrow('not FLV');
  });
});

describe('codec set-ups', () => {
  it('reads size, rate and codec of H.264', () => {
    expect(readAvcConfig(AVC_720P30)).toEqual({
      codecs: 'avc1.64001f',
      profile: 100,
      level: 31,
      width: 1280,
      height: 720,
      frameRate: 30,
      interlaced: false,
      bitDepth: 8,
      chromaFormat: 1,
    });
  });

  it('reads rate and channels of AAC', () => {
    expect(readAacConfig(AAC_48K_STEREO)).toEqual({ codecs: 'mp4a.40.2', sampleRate: 48_000, channels: 2 });
  });

  it('answers undefined for anything else, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
        const data = Buffer.from(bytes);
        expect(() => [readAvcConfig(data), readAacConfig(data)]).not.toThrow();
      }),
    );
    expect(readAvcConfig(AVC_720P30.subarray(0, 20))).toBeUndefined();
    expect(readAacConfig(Buffer.from('af00', 'hex'))).toBeUndefined();
  });
});
