import ffmpeg from 'fluent-ffmpeg';
import { words } from './arguments.ts';

/** A rung as most viewers of a phone get it, out of a picture as most hosts send it. */
const SOURCE = 'testsrc2=size=1280x720:rate=30';
const WIDTH = 854;
const HEIGHT = 480;
const FRAMES = 40;
/** A machine that cannot say within this time what it can do is left to its assumption. */
const TIMEOUT_S = 20;

/**
 * Encodes a little as rungs are encoded and gives the points that one processor encodes per second of its own time, so
 * that a machine which is busy at this moment is not taken for a slow one. Undefined when ffmpeg did not say.
 */
export async function pixelsPerProcessorSecond(): Promise<number | undefined> {
  const said: string[] = [];
  await new Promise<void>((resolve) => {
    ffmpeg({ timeout: TIMEOUT_S, stdoutLines: 1 })
      .input(SOURCE)
      .inputOptions(words('-benchmark -threads 1 -f lavfi'))
      .outputOptions([
        ...words(`-frames:v ${FRAMES} -vf scale=${WIDTH}:${HEIGHT}:flags=bicubic,format=yuv420p`),
        ...words('-c:v libx264 -preset veryfast -tune zerolatency -threads 1 -f null'),
      ])
      .output('-')
      .on('stderr', (line: string) => said.push(line))
      .on('end', () => resolve())
      .on('error', () => resolve())
      .run();
  });
  const seconds = processorSeconds(said);
  return seconds === undefined ? undefined : (WIDTH * HEIGHT * FRAMES) / seconds;
}

/** From ffmpeg's `bench: utime=0.512s stime=0.021s rtime=0.540s`. */
export function processorSeconds(lines: readonly string[]): number | undefined {
  for (const line of lines.toReversed()) {
    const [, user, system] = /\bbench: utime=([\d.]+)s stime=([\d.]+)s/.exec(line) ?? [];
    const seconds = Number(user) + Number(system);
    if (seconds > 0) return seconds;
  }
  return undefined;
}
