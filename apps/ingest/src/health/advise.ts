import type { StreamAdvice } from '#contracts';
import type { StreamFigures } from './stream-meter.ts';

/** Beyond this the top rung must be encoded instead of copied. */
const LONGEST_GOP_MS = 3_050;
const UNSTEADY_MS = 1_000;
const LOW_RATE = 20;
/** Bits per point and frame below which H.264 shows blocks. */
const POOR_BITS_PER_POINT = 0.035;
const HIGH_KBPS = 10_000;
const DROPS_WORTH_TELLING = 5;

/** What a host should know, most urgent first. */
export function advise(figures: StreamFigures): StreamAdvice[] {
  const { video, audio } = figures;
  const advice: (StreamAdvice | undefined)[] = [
    video && adviseKeyFrames(figures),
    figures.framesDroppedLately >= DROPS_WORTH_TELLING
      ? problem(
          'frames_dropped',
          'Frames are missing. Your upload or your encoder cannot keep up: lower the bitrate or the resolution.',
        )
      : undefined,
    figures.jitterMs > UNSTEADY_MS
      ? warning(
          'unsteady_upload',
          'Your upload comes in bursts. Use a cable instead of Wi-Fi, or lower the bitrate.',
        )
      : undefined,
    audio
      ? undefined
      : warning('no_audio', 'No sound arrives. Check the audio mixer if viewers should hear you.'),
    audio && figures.audioGaps > 0
      ? hint('audio_gaps', 'The sound had gaps. Close programs that use the processor.')
      : undefined,
    video && adviseBitrate(video),
    video && video.measuredFrameRate > 0 && video.measuredFrameRate < LOW_RATE
      ? hint(
          'low_frame_rate',
          `Only ${Math.round(video.measuredFrameRate)} frames per second arrive. 30 look smoother.`,
        )
      : undefined,
    video && (video.width % 2 === 1 || video.height % 2 === 1)
      ? hint(
          'odd_size',
          `The picture has ${video.width}x${video.height} points. Use even numbers, e.g. 1280x720.`,
        )
      : undefined,
    video?.bFrames
      ? hint(
          'b_frames',
          'B-frames are on; each adds a little delay. Set "B-frames" to 0 or choose the tune "zerolatency" for the least.',
        )
      : undefined,
  ];
  return advice.filter((one) => one !== undefined).toSorted((a, b) => RANK[a.level] - RANK[b.level]);
}

const RANK: Record<StreamAdvice['level'], number> = { problem: 0, warning: 1, hint: 2 };

function adviseKeyFrames({
  keyFrameIntervalMs,
  shortestKeyFrameIntervalMs,
}: StreamFigures): StreamAdvice | undefined {
  if (keyFrameIntervalMs === undefined) return undefined;
  if (keyFrameIntervalMs > LONGEST_GOP_MS) {
    const seconds = (keyFrameIntervalMs / 1_000).toFixed(1);
    return warning(
      'key_frames_far_apart',
      `Key frames are ${seconds} s apart. Set the key-frame interval to 2 s (OBS: Settings, Output, Keyframe Interval); until then your picture is encoded a second time and loses some quality.`,
    );
  }
  if (shortestKeyFrameIntervalMs !== undefined && shortestKeyFrameIntervalMs < keyFrameIntervalMs / 2) {
    return hint(
      'key_frames_irregular',
      'Key frames come at uneven times. A fixed key-frame interval of 2 s starts faster for viewers.',
    );
  }
  return undefined;
}

function adviseBitrate({
  width,
  height,
  measuredFrameRate,
  bitrateKbps,
}: NonNullable<StreamFigures['video']>) {
  const points = width * height * measuredFrameRate;
  if (bitrateKbps > HIGH_KBPS) {
    return warning(
      'high_bitrate',
      `${mbit(bitrateKbps)} is more than most viewers can load. 4 to 6 Mbit/s are plenty for 1080p.`,
    );
  }
  if (points > 0 && bitrateKbps > 0 && (bitrateKbps * 1_000) / points < POOR_BITS_PER_POINT) {
    return hint(
      'low_bitrate',
      `${mbit(bitrateKbps)} is little for ${width}x${height}. Raise the bitrate or lower the resolution.`,
    );
  }
  return undefined;
}

function mbit(kbps: number): string {
  return `${(kbps / 1_000).toFixed(1)} Mbit/s`;
}

const problem = (code: StreamAdvice['code'], text: string): StreamAdvice => ({
  code,
  level: 'problem',
  text,
});
const warning = (code: StreamAdvice['code'], text: string): StreamAdvice => ({
  code,
  level: 'warning',
  text,
});
const hint = (code: StreamAdvice['code'], text: string): StreamAdvice => ({ code, level: 'hint', text });
