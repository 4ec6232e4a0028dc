import type { FlvTag } from '#flv';
import { describe, expect, it } from '@jest/globals';
import { advise } from './advise.ts';
import { adviceOf } from './advice-of.ts';
import { StreamMeter } from './stream-meter.ts';

const AVC_720P30 = Buffer.from(
  '17000000000164001fffe1001b6764001facd9405005bb016a02020280000003008000001e478c18cb01000568ebecb22c',
  'hex',
);
const AAC = Buffer.from('af001190', 'hex');

interface Stream {
  seconds: number;
  frameRate?: number;
  keyEveryMs?: number;
  frameBytes?: number;
  audio?: boolean;
  bFrames?: boolean;
  /** Which frames never arrive. */
  lost?: (frame: number) => boolean;
  /** How late a frame arrives, milliseconds. */
  delay?: (frame: number) => number;
  audioLost?: (ms: number) => boolean;
}

describe('a stream that nobody transcodes', () => {
  const meter = new StreamMeter();
  feed(meter, { seconds: 10 });
  const codes = (unreadSince: number | undefined) =>
    adviceOf({ unreadSince, meter }, [], 10_000).map(({ code }) => code);

  it('is told to its host, once a take-over would be done', () => {
    expect(codes(undefined)).toEqual([]);
    expect(codes(9_000)).toEqual([]);
    expect(codes(3_000)).toEqual(['transcoder_missing']);
  });
});

describe('health of a stream', () => {
  it('measures a good one and has no advice', () => {
    const { figures, advice } = measure({ seconds: 10 });
    expect(figures).toMatchObject({
      video: { width: 1280, height: 720, bitrateKbps: 2_400, bFrames: false },
      audio: { sampleRate: 48_000, channels: 2 },
      keyFrameIntervalMs: 2_000,
      framesDropped: 0,
      audioGaps: 0,
    });
    expect(figures.video?.measuredFrameRate).toBeCloseTo(30, 0);
    expect(advice).toEqual([]);
  });

  it.each<[string, Partial<Stream>, string[]]>([
    ['OBS’s default distance of key frames', { keyEveryMs: 8_333 }, ['key_frames_far_apart']],
    ['a first key frame that stays the only one', { keyEveryMs: 100_000 }, ['key_frames_far_apart']],
    ['key frames wherever the encoder likes', { keyEveryMs: -1 }, ['key_frames_irregular']],
    ['lost frames', { lost: (frame) => frame % 20 === 7 }, ['frames_dropped']],
    ['an upload in bursts', { delay: (frame) => (frame % 90 < 45 ? 1_200 : 0) }, ['unsteady_upload']],
    ['no sound', { audio: false }, ['no_audio']],
    ['sound with holes', { audioLost: (ms) => ms % 3_000 > 2_600 }, ['audio_gaps']],
    ['few frames', { frameRate: 15, frameBytes: 20_000 }, ['low_frame_rate']],
    ['B-frames', { bFrames: true }, ['b_frames']],
    ['too few bits', { frameBytes: 2_000 }, ['low_bitrate']],
    ['too many bits', { frameBytes: 60_000 }, ['high_bitrate']],
  ])('%s', (_name, stream, codes) => {
    expect(measure({ seconds: 12, ...stream }).advice.map(({ code }) => code)).toEqual(codes);
  });

  it('counts each lost frame', () => {
    const { figures } = measure({ seconds: 10, lost: (frame) => frame >= 200 && frame < 215 });
    expect(figures.framesDropped).toBe(15);
  });

  it('tells the most urgent first, with what to do', () => {
    const { advice } = measure({
      seconds: 12,
      keyEveryMs: 8_333,
      bFrames: true,
      lost: (frame) => frame % 10 === 3,
    });
    expect(advice.map(({ level }) => level)).toEqual(['problem', 'warning', 'hint']);
    expect(advice.find(({ code }) => code === 'key_frames_far_apart')?.text).toContain(
      'Set the key-frame interval to 2 s',
    );
  });

  it('forgets a stream that has fallen silent', () => {
    const meter = new StreamMeter();
    feed(meter, { seconds: 3 });
    expect(meter.figures(60_000).video?.bitrateKbps).toBe(0);
  });
});

function measure(stream: Stream) {
  const meter = new StreamMeter();
  feed(meter, stream);
  const figures = meter.figures(stream.seconds * 1_000);
  return { figures, advice: advise(figures) };
}

function feed(meter: StreamMeter, stream: Stream): void {
  const { seconds, frameRate = 30, keyEveryMs = 2_000, frameBytes = 10_000, audio = true } = stream;
  const tags: { tag: FlvTag; at: number }[] = [{ tag: { type: 9, timestamp: 0, data: AVC_720P30 }, at: 0 }];
  let keyAt = -Infinity;
  let arrival = 0;
  for (let frame = 0; frame < seconds * frameRate; frame += 1) {
    const timestamp = Math.round((frame * 1_000) / frameRate);
    if (stream.lost?.(frame)) continue;
    const isKey =
      keyEveryMs > 0 ? timestamp - keyAt >= keyEveryMs : [0, 25, 85, 95, 150, 180].includes(frame % 190);
    if (isKey) keyAt = timestamp;
    const data = Buffer.alloc(frameBytes);
    data.set([isKey ? 0x17 : 0x27, 1, 0, 0, stream.bFrames ? 67 : 0]);
    // TCP keeps the order: whatever comes after a late frame is as late.
    arrival = Math.max(arrival, timestamp + (stream.delay?.(frame) ?? 0));
    tags.push({ tag: { type: 9, timestamp, data }, at: arrival });
  }
  if (audio) {
    tags.push({ tag: { type: 8, timestamp: 0, data: AAC }, at: 0 });
    for (let packet = 0; packet * 21.333 < seconds * 1_000; packet += 1) {
      const timestamp = Math.round(packet * 21.333);
      if (!stream.audioLost?.(timestamp))
        tags.push({ tag: { type: 8, timestamp, data: Buffer.from('af01cafe', 'hex') }, at: timestamp });
    }
  }
  for (const { tag, at } of tags.toSorted((a, b) => a.at - b.at)) meter.add(tag, at);
}
