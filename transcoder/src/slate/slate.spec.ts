import { readChunk, type TrackInfo } from '#hls';
import { describe, expect, it } from '@jest/globals';
import type { CutPart } from '../timeline/cutter.ts';
import { SegmentNumbers } from '../timeline/segment-plan.ts';
import type { SlateMedia } from './slate-media.ts';
import { slatePicture } from './slate-picture.ts';
import { SlateStretch } from './slate-stretch.ts';

const track = (kind: 'video' | 'audio', timescale: number): TrackInfo => ({
  id: 1,
  kind,
  timescale,
  codec: '',
  editStart: 0,
  defaults: { duration: 0, size: 0, flags: 0 },
});

const PICTURE: SlateMedia = {
  init: Uint8Array.of(1),
  track: track('video', 15_360),
  samples: Array.from({ length: 60 }, (_, index) => ({
    data: Uint8Array.of(index),
    duration: 512,
    sync: index === 0,
    compositionOffset: 0,
    decodeTime: index * 512,
  })),
};
const SILENCE: SlateMedia = {
  init: Uint8Array.of(2),
  track: track('audio', 48_000),
  samples: [{ data: Uint8Array.of(9), duration: 1_024, sync: true, compositionOffset: 0, decodeTime: 0 }],
};

function stage(startMs: number) {
  const parts = new Map<string, CutPart[]>();
  const ended: string[] = [];
  let runs = 0;
  const slate = new SlateStretch({
    startMs,
    numbers: new SegmentNumbers(40),
    out: {
      newRun: () => `r${(runs += 1)}`,
      init: () => undefined,
      part: (name, part) => void parts.set(name, [...(parts.get(name) ?? []), part]),
      end: (name, msn) => void ended.push(`${name} ${msn}`),
      stopped: () => undefined,
      trouble: () => undefined,
      broken: () => undefined,
    },
  });
  return { slate, parts, ended };
}

describe('a slate', () => {
  it('gives parts at the speed of the clock, in segments that all renditions share', () => {
    const { slate, parts, ended } = stage(33_333);
    slate.add('source', PICTURE);
    slate.add('audio', SILENCE);
    for (let now = 33_333; now <= 33_333 + 6_100; now += 100) slate.advance(now);
    for (const name of ['source', 'audio']) {
      const of = parts.get(name) ?? [];
      expect(of.map(({ segment, index }) => `${segment.msn}.${index}`)).toEqual(
        [40, 41, 42].flatMap((msn) => [0, 1, 2, 3].map((index) => `${msn}.${index}`)),
      );
      expect(of.map(({ segment }) => segment.discontinuity)).toEqual(
        [40, 41, 42].flatMap((msn) => Array(4).fill(msn === 40)),
      );
      for (const { duration } of of) expect(duration).toBeCloseTo(0.5, 1);
    }
    expect(ended).toEqual([40, 41, 42].flatMap((msn) => [`source ${msn}`, `audio ${msn}`]));
  });

  it('has the same segments in all renditions whenever it ends', () => {
    for (let lastedMs = 500; lastedMs <= 5_000; lastedMs += 100) {
      const { slate, parts, ended } = stage(33_333);
      slate.add('source', PICTURE);
      slate.add('audio', SILENCE);
      for (let now = 33_333; now <= 33_333 + lastedMs; now += 100) slate.advance(now);
      slate.finish();
      const [picture, sound] = ['source', 'audio'].map((name) =>
        (parts.get(name) ?? []).map(({ segment, index }) => `${segment.msn}.${index}`),
      );
      expect(sound).toEqual(picture);
      expect(ended.toSorted()).toEqual(
        [
          ...new Set([...parts].flatMap(([name, of]) => of.map(({ segment }) => `${name} ${segment.msn}`))),
        ].toSorted(),
      );
    }
  });

  it('has one unbroken timeline, and a key frame at each segment’s start', () => {
    const { slate, parts } = stage(12_000);
    slate.add('source', PICTURE);
    slate.advance(12_000 + 30_000);
    const samples = (parts.get('source') ?? []).flatMap(({ bytes }) => readChunk(bytes, PICTURE.track));
    const steps = samples
      .slice(1)
      .map((sample, index) => sample.decodeTime - (samples[index]?.decodeTime ?? 0));
    expect(new Set(steps)).toEqual(new Set([512]));
    expect(samples[0]?.decodeTime).toBe((12_000 * 15_360) / 1_000);
    expect(
      (parts.get('source') ?? []).filter(({ independent }) => independent).every(({ index }) => index === 0),
    ).toBe(true);
  });

  it('takes in a rendition that is asked for later, from the open segment on', () => {
    const { slate, parts } = stage(10_000);
    slate.add('source', PICTURE);
    slate.advance(13_100);
    slate.add('v360', PICTURE);
    slate.advance(16_100);
    expect((parts.get('v360') ?? []).map(({ segment, index }) => `${segment.msn}.${index}`)).toEqual(
      (parts.get('source') ?? []).map(({ segment, index }) => `${segment.msn}.${index}`).slice(4),
    );
  });
});

describe('its picture', () => {
  it('says something, in every size', () => {
    for (const [width, height] of [
      [1920, 1080],
      [640, 360],
      [360, 640],
      [64, 64],
    ] as const) {
      const picture = slatePicture(width, height);
      expect(picture.length).toBe(width * height * 3);
      let bright = 0;
      for (let at = 0; at < picture.length; at += 3) if ((picture[at] ?? 0) > 200) bright += 1;
      expect(bright / (width * height)).toBeGreaterThan(0.002);
      expect(bright / (width * height)).toBeLessThan(0.3);
    }
  });
});
