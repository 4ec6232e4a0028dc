import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, mkdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ObjectStore } from '#storage';
import { openMediaFile } from '../delivery/open-media-file.ts';
import type { FfmpegRunner } from '../ffmpeg/run-ffmpeg.ts';
import { referenceRendition } from '../playlists/whole-playlist.ts';
import type { SegmentSpan } from '../playlists/whole-playlist.ts';
import { mediaNames } from '../streams/media-names.ts';
import type { RenditionRows, SegmentRow } from '../streams/media-rows.ts';
import type { ShowStream } from '../streams/show-stream.ts';

/** Copying takes a second; encoding a clip over a discontinuity up to its own length. */
const COPY_TIMEOUT_MS = 60_000;
const ENCODE_TIMEOUT_MS = 300_000;

/** Clips that may wait for a place; more are turned away. */
export const CLIPS_WAITING_MAX = 8;

export interface MakeClipParts {
  runner: FfmpegRunner;
  store: ObjectStore;
  /** Folder for what is being made. */
  folder: string;
}

/** One MP4 file, to be read once; it is gone from the disk afterwards. */
export interface Clip {
  size: number;
  stream: Readable;
}

/** Segments of one encoder run, picture and sound: what can be joined without encoding. */
interface Piece {
  video: SegmentRow[];
  audio: SegmentRow[];
}

/**
 * A stretch of a show as one MP4 file: copied when it comes from one encoder run, encoded when runs differ (the publisher
 * came back with another size). Throws FfmpegError, StorageError.
 */
export async function makeClip(stream: ShowStream, span: SegmentSpan, parts: MakeClipParts): Promise<Clip> {
  await mkdir(parts.folder, { recursive: true });
  const folder = await mkdtemp(join(parts.folder, 'clip-'));
  try {
    const path = await joinPieces(stream, span, folder, parts);
    const { size } = await stat(path);
    const clip = createReadStream(path);
    clip.once('close', () => void rm(folder, { recursive: true, force: true }));
    return { size, stream: clip };
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

async function joinPieces(
  stream: ShowStream,
  span: SegmentSpan,
  folder: string,
  parts: MakeClipParts,
): Promise<string> {
  const video = referenceRendition(stream.rows);
  if (!video) throw new Error(`show ${stream.showId} has no picture to cut`);
  const audio = [...stream.rows.renditions.values()].find(({ declaration }) => declaration.kind === 'audio');
  const pieces = piecesOf(video, audio, span);
  const paths: string[] = [];
  for (const [index, piece] of pieces.entries()) {
    paths.push(await copyPiece(stream, video, audio, piece, join(folder, String(index)), parts));
  }
  const [only, ...more] = paths;
  if (only === undefined) throw new Error(`show ${stream.showId} has nothing in the span`);
  // Sound that is missing in one piece cannot be joined; a clip without any is better than none.
  const withSound = pieces.every(({ audio: sound }) => sound.length > 0);
  return more.length === 0 ? only : encodeTogether(paths, withSound, folder, parts.runner);
}

function piecesOf(
  video: RenditionRows,
  audio: RenditionRows | undefined,
  { from, to }: SegmentSpan,
): Piece[] {
  const sounds = new Map(audio?.segments.map((row) => [row.msn, row]));
  const pieces: (Piece & { key: string })[] = [];
  for (const row of video.segments) {
    if (row.msn < from || row.msn > to || !row.closed) continue;
    const sound = sounds.get(row.msn);
    const key = `${row.run} ${sound?.run}`;
    let piece = pieces.at(-1);
    if (piece?.key !== key) pieces.push((piece = { key, video: [], audio: [] }));
    piece.video.push(row);
    if (sound?.closed) piece.audio.push(sound);
  }
  return pieces;
}

async function copyPiece(
  stream: ShowStream,
  video: RenditionRows,
  audio: RenditionRows | undefined,
  piece: Piece,
  path: string,
  { runner, store }: MakeClipParts,
): Promise<string> {
  const inputs = [await joinFiles(stream, store, video.name, piece.video, `${path}-video.mp4`)];
  if (audio && piece.audio.length > 0) {
    inputs.push(await joinFiles(stream, store, audio.name, piece.audio, `${path}-audio.mp4`));
  }
  const out = `${path}.mp4`;
  // -copyts keeps picture and sound where they are to each other; make_zero then moves both to the beginning.
  const args = [
    ...inputs.flatMap((input) => ['-copyts', '-i', input]),
    ...inputs.flatMap((_, index) => ['-map', String(index)]),
    ...['-c', 'copy', '-avoid_negative_ts', 'make_zero', '-movflags', '+faststart', out],
  ];
  await runner.run({ args, timeoutMs: COPY_TIMEOUT_MS });
  await Promise.all(inputs.map((input) => rm(input)));
  return out;
}

async function encodeTogether(
  paths: readonly string[],
  withSound: boolean,
  folder: string,
  runner: FfmpegRunner,
): Promise<string> {
  const out = join(folder, 'joined.mp4');
  const size =
    'scale=1280:720:force_original_aspect_ratio=decrease,pad=1280:720:-1:-1,setsar=1,fps=30,format=yuv420p';
  const sound = 'aresample=48000,aformat=channel_layouts=stereo';
  const inputs = paths.map((_, index) => `[${index}:v]${size}[v${index}]`);
  if (withSound) inputs.push(...paths.map((_, index) => `[${index}:a]${sound}[a${index}]`));
  const all = paths.map((_, index) => `[v${index}]${withSound ? `[a${index}]` : ''}`).join('');
  const joined = `${all}concat=n=${paths.length}:v=1:a=${withSound ? '1[v][a]' : '0[v]'}`;
  const args = [
    ...paths.flatMap((path) => ['-i', path]),
    ...['-filter_complex', [...inputs, joined].join(';'), '-map', '[v]'],
    ...(withSound ? ['-map', '[a]', '-c:a', 'aac', '-b:a', '128k'] : []),
    ...['-c:v', 'libx264', '-preset', 'veryfast', '-crf', '21', '-movflags', '+faststart', out],
  ];
  await runner.run({ args, timeoutMs: ENCODE_TIMEOUT_MS });
  return out;
}

async function joinFiles(
  stream: ShowStream,
  store: ObjectStore,
  rendition: string,
  rows: readonly SegmentRow[],
  path: string,
): Promise<string> {
  const [first] = rows;
  const names = [
    ...(first ? [mediaNames.init(first.run)] : []),
    ...rows.map((row) => mediaNames.segment(row.run, row.msn)),
  ];
  const out = createWriteStream(path);
  for (const name of names) {
    const file = await openMediaFile(stream, store, rendition, name);
    if (!file) throw new Error(`${rendition}/${name} of show ${stream.showId} is missing`);
    await pipeline(file.stream, out, { end: false });
  }
  await new Promise<void>((resolve, reject) => {
    out.once('error', reject);
    out.end(resolve);
  });
  return path;
}
