import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { boxesIn, MalformedMediaError, needBox } from './box.ts';
import { BoxSplitter } from './box-splitter.ts';
import { CmafReader, joinBytes } from './cmaf-reader.ts';
import { looksLikeFragment, readFragment, readSamples } from './fragment.ts';
import { readInitSegment } from './init-segment.ts';
import { rewriteFragment } from './rewrite-fragment.ts';

const fixture = (name: string): Uint8Array =>
  new Uint8Array(readFileSync(new URL(`../fixtures/${name}.mp4`, import.meta.url)));
const video = fixture('video');
const audio = fixture('audio');

function cut(file: Uint8Array) {
  const [init, ...fragments] = new CmafReader().push(file);
  if (init?.kind !== 'init') throw new Error('no init segment');
  return {
    init: init.bytes,
    tracks: readInitSegment(init.bytes),
    fragments: fragments.map(({ bytes }) => bytes),
  };
}

describe('init segments', () => {
  it('tell what the track is', () => {
    expect(cut(video).tracks).toEqual([
      {
        id: 1,
        kind: 'video',
        timescale: 15_360,
        codec: 'avc1.64000a',
        width: 128,
        height: 72,
        editStart: 0,
        defaults: { duration: 0, size: 0, flags: 0 },
      },
    ]);
    expect(cut(audio).tracks).toMatchObject([
      { kind: 'audio', timescale: 48_000, codec: 'mp4a.40.2', channels: 2, sampleRate: 48_000 },
    ]);
    expect(cut(fixture('hevc')).tracks).toMatchObject([{ codec: 'hvc1.1.6.L30.90', width: 64, height: 64 }]);
  });

  it('are refused when they are cut short or hold no track', () => {
    const { init } = cut(video);
    for (const length of [0, 7, 40, init.length - 1]) {
      expect(() => readInitSegment(init.subarray(0, length))).toThrow(MalformedMediaError);
    }
    expect(() => readInitSegment(cut(video).fragments[0] ?? new Uint8Array())).toThrow('no "moov" box');
  });
});

describe('fragments', () => {
  it('tell when they begin, how long they last and whether they can be decoded alone', () => {
    const { tracks, fragments } = cut(video);
    const read = fragments.map((bytes) => readFragment(bytes, tracks)[0]);
    expect(read.map((part) => part?.baseDecodeTime)).toEqual([
      0, 7680, 15360, 23040, 30720, 38400, 46080, 53760,
    ]);
    expect(new Set(read.map((part) => part?.duration))).toEqual(new Set([7680]));
    expect(read.map((part) => part?.startsWithSync)).toEqual([
      true,
      false,
      false,
      false,
      true,
      false,
      false,
      false,
    ]);
    expect(read.map((part) => part?.sampleCount)).toEqual(Array.from({ length: 8 }, () => 15));
  });

  it('give their samples, which fill the media data exactly', () => {
    const { tracks, fragments } = cut(video);
    const [track] = tracks;
    const [first] = fragments;
    if (!track || !first) throw new Error('fixture');
    const samples = readSamples(first, track);
    const data = needBox(first, ['mdat']);
    expect(samples.reduce((sum, { size }) => sum + size, 0)).toBe(data.end - data.body);
    expect(samples.filter(({ sync }) => sync)).toHaveLength(1);
    // B-frames: some pictures are shown later than they are decoded, some earlier.
    expect(
      new Set(samples.map(({ compositionOffset }) => Math.sign(compositionOffset))).size,
    ).toBeGreaterThan(1);
  });

  it('of a track that the init segment does not name are refused', () => {
    const { fragments } = cut(video);
    expect(() => readFragment(fragments[0] ?? new Uint8Array(), [])).toThrow('does not name');
  });

  it('can be moved in time and renumbered without touching anything else', () => {
    const { tracks, fragments } = cut(audio);
    const original = fragments[2] ?? new Uint8Array();
    const moved = rewriteFragment(original, { sequence: 99, shiftTicks: -1_024 });
    expect(readFragment(moved, tracks)[0]).toEqual({
      ...readFragment(original, tracks)[0],
      baseDecodeTime: 49_152 - 1_024,
    });
    expect(rewriteFragment(moved, { sequence: 3, shiftTicks: 1_024 })).toEqual(original);
    expect(() => rewriteFragment(fragments[0] ?? new Uint8Array(), { shiftTicks: -1 })).toThrow(RangeError);
  });

  it('are told from other bytes', () => {
    const { init, fragments } = cut(video);
    const [first = new Uint8Array()] = fragments;
    expect(looksLikeFragment(first)).toBe(true);
    expect(looksLikeFragment(init)).toBe(false);
    expect(looksLikeFragment(first.subarray(0, -1))).toBe(false);
    expect(looksLikeFragment(new TextEncoder().encode('not media at all'))).toBe(false);
  });
});

describe('a stream in pieces', () => {
  it('gives the same boxes whatever the pieces are', () => {
    const whole = new BoxSplitter().push(video).map(({ type, bytes }) => [type, bytes.length]);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 9_000 }), { minLength: 1, maxLength: 40 }), (sizes) => {
        const splitter = new BoxSplitter();
        const found: [string, number][] = [];
        for (let at = 0, turn = 0; at < video.length; turn++) {
          const size = sizes[turn % sizes.length] ?? 1;
          for (const { type, bytes } of splitter.push(video.slice(at, at + size)))
            found.push([type, bytes.length]);
          at += size;
        }
        expect(found).toEqual(whole);
        expect(splitter.pendingBytes).toBe(0);
      }),
    );
  });

  it('becomes one init segment and fragments that together are the stream', () => {
    const reader = new CmafReader();
    const pieces = [];
    for (let at = 0; at < video.length; at += 1_000) pieces.push(...reader.push(video.slice(at, at + 1_000)));
    expect(pieces.map(({ kind }) => kind)).toEqual(['init', ...Array.from({ length: 8 }, () => 'fragment')]);
    expect(joinBytes(pieces.map(({ bytes }) => bytes))).toEqual(video);
  });

  it('is refused at the first box that does not belong', () => {
    expect(() => new CmafReader().push(cut(video).fragments[0] ?? new Uint8Array())).toThrow(
      'before the init segment',
    );
    const reader = new CmafReader();
    reader.push(cut(video).init);
    expect(() => reader.push(cut(video).init)).toThrow('"ftyp" between fragments');
  });
});

describe('bytes from strangers', () => {
  it('are read or refused, never anything else', () => {
    const { tracks, fragments, init } = cut(video);
    const [fragment = new Uint8Array()] = fragments;
    const flips = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), {
      minLength: 1,
      maxLength: 8,
    });
    fc.assert(
      fc.property(flips, fc.boolean(), (changes, ofInit) => {
        const bytes = (ofInit ? init : fragment).slice();
        for (const [at, value] of changes) bytes[at % Math.min(bytes.length, 800)] = value;
        try {
          if (ofInit) readInitSegment(bytes);
          else readFragment(bytes, tracks);
        } catch (error) {
          expect(error).toBeInstanceOf(MalformedMediaError);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it('do not announce boxes larger than memory', () => {
    const head = new Uint8Array([0, 0, 0, 1, 0x6d, 0x64, 0x61, 0x74, 0, 0, 1, 0, 0, 0, 0, 0]);
    expect(() => new BoxSplitter().push(head)).toThrow(MalformedMediaError);
    expect(() => [...boxesIn(new Uint8Array([0, 0, 0, 0, 0x6d, 0x64, 0x61, 0x74]))]).toThrow(
      'impossible size',
    );
  });
});
