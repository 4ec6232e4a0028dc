import { AUDIO_TAG, VIDEO_TAG, type FlvTag } from '#flv';
import type { TimedSample } from '#hls';
import { describe, expect, it } from '@jest/globals';
import { PictureCopier } from './picture-copier.ts';
import { SoundCopier } from './sound-copier.ts';
import { isUsualSound } from './sound-setup.ts';

/** 1280x720, High@3.1, 30 fps, as x264 writes it. */
const AVC_SETUP = Buffer.from(
  '17000000000164001fffe1001b6764001facd9405005bb016a02020280000003008000001e478c18cb01000568ebecb22c',
  'hex',
);
const PACKET = 1_024;
const SILENCE = {
  data: new Uint8Array(6),
  decodeTime: 0,
  duration: PACKET,
  sync: true,
  compositionOffset: 0,
};

function picture() {
  const samples: TimedSample[] = [];
  const copier = PictureCopier.begin(
    { type: VIDEO_TAG, timestamp: 0, data: AVC_SETUP },
    { handleInit: () => undefined, push: (more) => void samples.push(...more) },
  );
  if (!copier) throw new Error('the set-up was not understood');
  return { copier, samples };
}

function frame(timestamp: number, offsetMs = 0, key = false): FlvTag {
  const data = Buffer.from([key ? 0x17 : 0x27, 1, 0, 0, 0, 9, 9]);
  data.writeIntBE(offsetMs, 2, 3);
  return { type: VIDEO_TAG, timestamp, data };
}

function sound(endTick?: number) {
  const samples: TimedSample[] = [];
  const sink = { endTick, push: (more: readonly TimedSample[]) => void samples.push(...more) };
  const copier = new SoundCopier(sink, () => SILENCE);
  return { copier, samples, packets: () => samples.map(({ data, decodeTime }) => [decodeTime, data.length]) };
}

function packet(timestamp: number): FlvTag {
  return { type: AUDIO_TAG, timestamp, data: Buffer.from([0xaf, 1, 1, 2, 3]) };
}

/** The `index`th packet of a stream that begins at a second, its time rounded as FLV does. */
function packetTime(index: number): number {
  return Math.round(1_000 + (index * PACKET) / 48);
}

describe('a copied picture', () => {
  it('keeps decode times, composition offsets and key frames; each frame lasts until the next', () => {
    const { copier, samples } = picture();
    for (const tag of [frame(1_000, 67, true), frame(1_033, 133), frame(1_067), frame(1_100)])
      copier.take(tag);
    copier.finish();
    expect(samples.map((sample) => [sample.decodeTime, sample.duration, sample.compositionOffset])).toEqual([
      [90_000, 2_970, 6_030],
      [92_970, 3_060, 11_970],
      [96_030, 2_970, 0],
      [99_000, 2_970, 0],
    ]);
    expect(samples.map(({ sync }) => sync)).toEqual([true, false, false, false]);
    expect(samples[0]?.data).toEqual(Buffer.from([9, 9]));
  });

  it('never goes back in time, and shows frames when they are due all the same', () => {
    const { copier, samples } = picture();
    for (const tag of [frame(1_000, 0, true), frame(1_000, 40), frame(990, 80)]) copier.take(tag);
    copier.finish();
    expect(samples.map(({ decodeTime }) => decodeTime / 90)).toEqual([1_000, 1_001, 1_002]);
    expect(samples.map((sample) => (sample.decodeTime + sample.compositionOffset) / 90)).toEqual([
      1_000, 1_040, 1_070,
    ]);
  });

  it('gives no frame that another stretch shows', () => {
    const { copier, samples } = picture();
    for (const tag of [frame(1_000, 0, true), frame(1_040)]) copier.take(tag);
    copier.finish(1_040);
    expect(samples).toHaveLength(1);
  });

  it('is not begun with a set-up that nobody understands', () => {
    const setup = { type: VIDEO_TAG, timestamp: 0, data: Buffer.from('1700000000', 'hex') };
    expect(
      PictureCopier.begin(setup, { handleInit: () => undefined, push: () => undefined }),
    ).toBeUndefined();
  });
});

describe('copied sound', () => {
  it('stands side by side although its times are rounded', () => {
    const { copier, samples } = sound();
    for (let index = 0; index < 500; index += 1) copier.take(packet(packetTime(index)));
    expect(samples.map(({ decodeTime }) => decodeTime)).toEqual(
      Array.from({ length: 500 }, (_, index) => 48_000 + index * PACKET),
    );
    expect(copier.isWavering).toBe(false);
  });

  it('has silence in its holes', () => {
    const { copier, packets } = sound();
    for (const index of [0, 1, 5]) copier.take(packet(packetTime(index)));
    expect(copier.isWavering).toBe(false);
    expect(packets()).toEqual([3, 3, 6, 6, 6, 3].map((length, index) => [48_000 + index * PACKET, length]));
  });

  it('follows what came before it without a crack', () => {
    const { copier, samples } = sound(47_500);
    copier.take(packet(1_000));
    expect(samples[0]?.decodeTime).toBe(47_500);
    const late = sound(47_400);
    late.copier.take(packet(1_000));
    expect(late.samples[0]?.decodeTime).toBe(47_400 + PACKET);
  });

  it('is never further from its time than people notice, whatever the clock does', () => {
    const { copier, samples } = sound();
    let worstMs = 0;
    // A publisher whose sound runs half a percent slow, then fast.
    for (let index = 0; index < 6_000; index += 1) {
      const drift = index < 3_000 ? index * 0.1 : 600 - index * 0.1;
      const ms = packetTime(index) + Math.round(drift);
      const before = samples.length;
      copier.take(packet(ms));
      const last = samples.at(-1);
      if (samples.length > before && last) worstMs = Math.max(worstMs, Math.abs(last.decodeTime / 48 - ms));
    }
    expect(worstMs).toBeLessThan(40);
    const times = samples.map(({ decodeTime }) => decodeTime);
    expect(times.slice(1).every((time, index) => time - (times[index] ?? 0) === PACKET)).toBe(true);
    expect(copier.isWavering).toBe(true);
  });

  it('is copied only when it is what players are told', () => {
    const setup = (hex: string): FlvTag => ({ type: AUDIO_TAG, timestamp: 0, data: Buffer.from(hex, 'hex') });
    expect(
      ['af001190', 'af00119056e500', 'af001210', 'af001188', 'af00'].map((hex) => isUsualSound(setup(hex))),
    ).toEqual([...[true, true], ...[false, false, false]]);
  });
});
