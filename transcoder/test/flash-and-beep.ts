import { readFlv, type FlvTag } from '#flv';
import type { TimedSample, TrackInfo } from '#hls';
import { execFileSync } from 'node:child_process';

/** What a flash and a beep begin with, every two seconds. */
const EVERY_S = 2;
const LASTS_S = 0.1;
const SOUND_RATE = 48_000;
const SMALL_SIDE = 8;
/** Of 255: white is far above, black far below. */
const BRIGHT = 128;
/** Of 1: the beep is 0.8 loud; an encoder's echo of it is not. */
const LOUD = 0.25;
const QUIET_S = 0.5;
const MOST_BYTES = 256 * 1024 * 1024;

/** A black picture that flashes white, and silence that beeps, at the same moments; sound with `soundRate` samples a second. */
export function makeFlashAndBeep(durationS: number, soundRate: number): FlvTag[] {
  const when = `lt(mod(t\\,${EVERY_S})\\,${LASTS_S})`;
  const picture = `color=black:size=640x480:rate=30,drawbox=color=white:t=fill:enable='${when}',format=yuv420p`;
  const sound = `aevalsrc='if(${when}\\,0.8*sin(2*PI*1000*t)\\,0)':s=${SOUND_RATE}`;
  const args = [
    ...['-hide_banner', '-loglevel', 'error', '-f', 'lavfi', '-i', picture, '-f', 'lavfi', '-i', sound],
    ...['-t', String(durationS), '-c:v', 'libx264', '-preset', 'ultrafast', '-bf', '2', '-g', '60'],
    ...[
      '-keyint_min',
      '60',
      '-sc_threshold',
      '0',
      '-c:a',
      'aac',
      '-b:a',
      '128k',
      '-ac',
      '2',
      '-ar',
      String(soundRate),
    ],
    ...['-flvflags', 'no_duration_filesize', '-f', 'flv', 'pipe:1'],
  ];
  return readFlv(execFileSync('ffmpeg', args, { maxBuffer: MOST_BYTES }));
}

interface MediaFile {
  bytes: Buffer;
  samples: TimedSample[];
  track: TrackInfo;
}

/** Programme milliseconds of each flash in a picture, as a player shows it. */
export function flashesIn({ bytes, samples, track }: MediaFile): number[] {
  const frameBytes = SMALL_SIDE * SMALL_SIDE;
  const gray = decode(bytes, [
    ...['-vf', `scale=${SMALL_SIDE}:${SMALL_SIDE},format=gray`, '-fps_mode', 'passthrough'],
    ...['-f', 'rawvideo'],
  ]);
  const shownAt = samples
    .map((sample) => ((sample.decodeTime + sample.compositionOffset) * 1_000) / track.timescale)
    .toSorted((a, b) => a - b);
  const isBright = (frame: number): boolean => (gray[frame * frameBytes + frameBytes / 2] ?? 0) > BRIGHT;
  return shownAt.filter((_, frame) => frame > 0 && isBright(frame) && !isBright(frame - 1));
}

/** Programme milliseconds of each beep in a sound, as a player plays it. */
export function beepsIn({ bytes, samples, track }: MediaFile): number[] {
  const pcm = decode(bytes, ['-ac', '1', '-ar', String(SOUND_RATE), '-f', 's16le']);
  const startMs = ((samples[0]?.decodeTime ?? 0) * 1_000) / track.timescale;
  const beeps: number[] = [];
  let quietSince = 0;
  for (let at = 0; at < pcm.length / 2; at++) {
    if (Math.abs(pcm.readInt16LE(at * 2)) / 32_768 < LOUD) continue;
    if (at - quietSince > QUIET_S * SOUND_RATE) beeps.push(startMs + (at * 1_000) / SOUND_RATE);
    quietSince = at;
  }
  return beeps;
}

function decode(bytes: Buffer, args: string[]): Buffer {
  return execFileSync('ffmpeg', ['-hide_banner', '-loglevel', 'error', '-i', 'pipe:0', ...args, 'pipe:1'], {
    input: bytes,
    maxBuffer: MOST_BYTES,
  });
}
