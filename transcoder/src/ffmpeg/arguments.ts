import { SOUND_CHANNELS, SOUND_RATE } from '../copy/sound-setup.ts';
import type { Rung } from '../ladder/ladder.ts';

/** Key frames of rungs that cannot follow the source's: every two seconds of programme time. */
export const GRID_MS = 2_000;

/** Arguments of one output: what stands before its address. */
export interface OutputPlan {
  /** Name of the rendition. */
  name: string;
  args: string[];
}

/** Everything that fluent-ffmpeg must be told of a process. */
export interface FfmpegPlan {
  /** Scheduling priority: what viewers can do without gives way to what they cannot. */
  niceness?: number;
  inputArgs: string[];
  filters: string[];
  outputs: OutputPlan[];
}

/**
 * FLV on stdin. Timestamps are kept as they come (`copyts`), so that processes that start at different moments share one
 * timeline. Little is probed: the codec set-ups stand at the head of the stream. `nobuffer` must not be used here, it
 * throws away what was probed.
 */
const INPUT = [
  '-copyts',
  '-analyzeduration',
  '500000',
  '-probesize',
  '100000',
  '-fpsprobesize',
  '0',
  '-f',
  'flv',
];
/** A second decoding thread would hold back a frame. */
const DECODE = ['-threads', '1', ...INPUT];

/**
 * One fragment per sample, with decode times that are not moved to zero (`frag_discont`): parts are put together by us,
 * on the same boundaries in every rendition.
 */
const CMAF = [
  '-f',
  'mp4',
  '-flush_packets',
  '1',
  '-movflags',
  'cmaf+frag_every_frame+frag_discont+delay_moov+skip_trailer',
];

export const AUDIO_KBPS = 128;

/**
 * The sound at one rate and layout, for publishers that send another or whose clock wavers. Holes are filled with silence. The encoder's delay shows
 * as a first packet before the first timestamp, and stays there because timestamps are kept.
 */
export function audioPlan(): FfmpegPlan {
  const args = [
    ...words('-map 0:a:0 -af aresample=async=1:min_hard_comp=0.1'),
    ...words(`-c:a aac -b:a ${AUDIO_KBPS}k -ar ${SOUND_RATE} -ac ${SOUND_CHANNELS}`),
    ...CMAF,
  ];
  return { inputArgs: INPUT, filters: [], outputs: [{ name: 'audio', args }] };
}

/** Where an encoder puts its key frames, and the first frame it encodes. */
export type KeyFrames = { follow: 'source' } | { follow: 'grid'; fromMs: number };

/** Frames a millisecond early by rounding still belong to their moment. */
const ROUNDING_MS = 1;

/** The copied picture and the sound go before encoded rungs. */
const RUNG_NICENESS = 5;

/** An argument list as it would be typed. */
export function words(line: string): string[] {
  return line.split(' ');
}

/** Several rungs out of one decoded picture. */
export function encodePlan(rungs: readonly Rung[], keyFrames: KeyFrames): FfmpegPlan {
  const entry =
    keyFrames.follow === 'grid'
      ? `select=gte(t\\,${((keyFrames.fromMs - ROUNDING_MS) / 1_000).toFixed(3)}),`
      : '';
  const split = rungs.map((_, index) => `[s${index}]`).join('');
  const filters = [
    `[0:v:0]${entry}split=${rungs.length}${split}`,
    ...rungs.map(
      ({ width, height }, index) =>
        `[s${index}]scale=${width}:${height}:flags=bicubic,format=yuv420p[o${index}]`,
    ),
  ];
  const outputs = rungs.map((rung, index) => ({
    name: rung.name,
    args: ['-map', `[o${index}]`, ...x264(rung), '-force_key_frames', keyFrameRule(keyFrames), ...CMAF],
  }));
  return { niceness: RUNG_NICENESS, inputArgs: DECODE, filters, outputs };
}

/** Peak 6 % above the mean and a buffer of 1.2 s: validators of playlists compare measured peaks with announced ones. */
function x264({ kbps, level }: Rung): string[] {
  return [
    ...words(
      `-c:v libx264 -preset veryfast -tune zerolatency -profile:v high -level:v ${(level / 10).toFixed(1)}`,
    ),
    ...words(`-b:v ${kbps}k -maxrate ${Math.round(kbps * 1.06)}k -bufsize ${Math.round(kbps * 1.2)}k`),
    ...words('-g 9999 -sc_threshold 0 -fps_mode passthrough -enc_time_base 1:1000'),
  ];
}

/** ffmpeg counts `t` from the first encoded frame, which stands at `fromMs` of programme time. */
function keyFrameRule(keyFrames: KeyFrames): string {
  if (keyFrames.follow === 'source') return 'source';
  const phase = ((keyFrames.fromMs % GRID_MS) + ROUNDING_MS) / 1_000;
  const cell = (time: string): string => `floor((${time}+${phase.toFixed(3)})/${GRID_MS / 1_000})`;
  return `expr:if(isnan(prev_forced_t),1,gt(${cell('t')},${cell('prev_forced_t')}))`;
}
