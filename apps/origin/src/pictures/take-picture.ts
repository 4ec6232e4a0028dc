import type { FfmpegRunner } from '../ffmpeg/run-ffmpeg.ts';

/** Width of posters: what a card needs on a phone of high density. */
const POSTER_WIDTH = 640;

/** Size of one storyboard tile. */
export const TILE = { width: 160, height: 90 } as const;

/** Tiles of a sheet, in each direction. */
export const SHEET_SIDE = 5;

const TIMEOUT_MS = 10_000;

/** A frame as a poster and as a storyboard tile, both JPEG. */
export interface Picture {
  poster: Buffer;
  tile: Buffer;
}

/** Decodes the first frame of a fragment that can be decoded alone. Throws FfmpegError. */
export async function takePicture(
  runner: FfmpegRunner,
  init: Uint8Array,
  fragment: Uint8Array,
): Promise<Picture> {
  const { width, height } = TILE;
  const fit = `scale=${width}:${height}:force_original_aspect_ratio=decrease,pad=${width}:${height}:-1:-1`;
  const graph = `[0:v]split=2[a][b];[a]scale='min(${POSTER_WIDTH},iw)':-2[poster];[b]${fit}[tile]`;
  const [poster, tile] = await runner.run({
    args: [
      ...['-threads', '1', '-f', 'mp4', '-i', 'pipe:0', '-filter_complex', graph],
      ...['-map', '[poster]', '-frames:v', '1', '-c:v', 'mjpeg', '-q:v', '4', '-f', 'image2pipe', 'pipe:1'],
      ...['-map', '[tile]', '-frames:v', '1', '-c:v', 'mjpeg', '-q:v', '6', '-f', 'image2pipe', 'pipe:3'],
    ],
    input: [init, fragment],
    outputs: 2,
    timeoutMs: TIMEOUT_MS,
  });
  if (!poster?.length || !tile?.length) throw new Error('ffmpeg made no picture of a key frame');
  return { poster, tile };
}

/** Puts tiles side by side into one sheet, row by row; free places stay black. Throws FfmpegError. */
export async function makeSheet(runner: FfmpegRunner, tiles: readonly Uint8Array[]): Promise<Buffer> {
  const [sheet] = await runner.run({
    args: [
      ...['-threads', '1', '-f', 'image2pipe', '-c:v', 'mjpeg', '-i', 'pipe:0'],
      ...['-vf', `tile=${SHEET_SIDE}x${SHEET_SIDE}`, '-frames:v', '1', '-c:v', 'mjpeg', '-q:v', '6'],
      ...['-f', 'image2pipe', 'pipe:1'],
    ],
    input: tiles,
    outputs: 1,
    timeoutMs: TIMEOUT_MS,
  });
  if (!sheet?.length) throw new Error('ffmpeg made no sheet');
  return sheet;
}
