import { describe, expect, it } from '@jest/globals';
import { h264Level } from './h264-level.ts';
import { encodedTop, ladderBelow, pixelRate } from './ladder.ts';

const source = (width: number, height: number, frameRate = 30) => ({
  codecs: 'avc1.64001f',
  width,
  height,
  frameRate,
});
const sizes = (width: number, height: number) =>
  ladderBelow(source(width, height)).map((rung) => `${rung.name} ${rung.width}x${rung.height}`);

describe('the ladder', () => {
  it.each([
    [1920, 1080, ['v720 1280x720', 'v480 854x480', 'v360 640x360']],
    [1280, 720, ['v480 854x480', 'v360 640x360']],
    [854, 480, ['v360 640x360']],
    [640, 360, []],
    [320, 180, []],
    [3840, 2160, ['v1080 1920x1080', 'v720 1280x720', 'v480 854x480', 'v360 640x360']],
    [720, 1280, ['v480 480x854', 'v360 360x640']],
    [1024, 768, ['v480 640x480', 'v360 480x360']],
    [1366, 768, ['v480 854x480', 'v360 640x360']],
    [790, 790, ['v480 480x480', 'v360 360x360']],
  ])('of %i x %i', (width, height, expected) => {
    expect(sizes(width, height)).toEqual(expected);
  });

  it('gives fast motion more, and names codecs as x264 will write them', () => {
    expect(ladderBelow(source(1280, 720))).toEqual([
      { name: 'v480', width: 854, height: 480, frameRate: 30, kbps: 1_200, level: 31, codecs: 'avc1.64001f' },
      { name: 'v360', width: 640, height: 360, frameRate: 30, kbps: 700, level: 30, codecs: 'avc1.64001e' },
    ]);
    expect(ladderBelow(source(1280, 720, 60)).map(({ kbps, level }) => [kbps, level])).toEqual([
      [1_680, 31],
      [980, 31],
    ]);
  });

  it('encodes a top that cannot be copied at its own size, no larger than allowed', () => {
    expect(encodedTop(source(1280, 720))).toMatchObject({
      name: 'source',
      width: 1280,
      height: 720,
      kbps: 2_500,
    });
    expect(encodedTop(source(3840, 2160))).toMatchObject({ width: 1920, height: 1080, kbps: 4_500 });
    expect(encodedTop(source(1920, 1080), 720)).toMatchObject({ width: 1280, height: 720 });
    expect(encodedTop(source(321, 181))).toMatchObject({ width: 322, height: 182 });
  });

  it('counts cost in points per second', () => {
    expect(ladderBelow(source(1280, 720)).reduce((sum, rung) => sum + pixelRate(rung), 0)).toBe(
      (854 * 480 + 640 * 360) * 30,
    );
  });
});

describe('H.264 levels', () => {
  it.each([
    [640, 360, 30, 30],
    [854, 480, 30, 31],
    [1280, 720, 30, 31],
    [1280, 720, 60, 32],
    [1920, 1080, 30, 40],
    [1920, 1080, 60, 42],
    [3840, 2160, 30, 51],
    [3840, 2160, 60, 52],
    [8192, 4320, 60, 52],
  ])('%i x %i at %i', (width, height, frameRate, level) => {
    expect(h264Level(width, height, frameRate)).toBe(level);
  });
});
