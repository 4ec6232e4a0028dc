import type { TimedSample, TrackInfo } from '#hls';
import type { Logger } from '#process';
import { SOUND_CHANNELS, SOUND_INIT, SOUND_RATE, SOUND_TRACK } from '../copy/sound-setup.ts';
import { AUDIO_KBPS, words, type FfmpegPlan } from '../ffmpeg/arguments.ts';
import { runFfmpeg } from '../ffmpeg/run-ffmpeg.ts';
import { h264Level } from '../ladder/h264-level.ts';
import { slatePicture } from './slate-picture.ts';

export const SLATE_FRAME_RATE = 30;
/** One group of pictures: what is repeated. */
export const SLATE_LOOP_MS = 2_000;
/** Pictures of this many sizes are kept, about 100 KB each. */
const KEPT_SIZES = 32;
const SILENCE_S = 0.4;
/** Half a second of work, which a busy machine may take long over. */
const MAKE_WITHIN_MS = 60_000;
/** Slates are made while streams run. */
const NICENESS = 10;
const BYTES_PER_SAMPLE = 4;

/** A rendition's slate: samples that can be repeated for ever, with times from 0. */
export interface SlateMedia {
  init: Uint8Array;
  track: TrackInfo;
  samples: TimedSample[];
}

const FRAGMENTS = ['-f', 'mp4', '-movflags', 'cmaf+frag_every_frame+delay_moov+skip_trailer'];

/** Makes slates once and keeps them. */
export class SlateShelf {
  private readonly logger: Logger;
  private readonly pictures = new Map<string, Promise<SlateMedia>>();
  private sound: Promise<SlateMedia> | undefined;

  constructor(logger: Logger) {
    this.logger = logger;
  }

  /** The picture in a size; encoded at the first call. */
  picture(width: number, height: number): Promise<SlateMedia> {
    const key = `${width}x${height}`;
    const known = this.pictures.get(key);
    if (known) return known;
    const made = encode(picturePlan(width, height), slatePicture(width, height), this.logger);
    this.pictures.set(key, made);
    made.catch(() => this.pictures.delete(key));
    const oldest = this.pictures.keys().next();
    if (this.pictures.size > KEPT_SIZES && !oldest.done) this.pictures.delete(oldest.value);
    return made;
  }

  /** One packet of silence. */
  silence(): Promise<SlateMedia> {
    this.sound ??= encode(
      silencePlan(),
      Buffer.alloc(SOUND_RATE * SILENCE_S * BYTES_PER_SAMPLE),
      this.logger,
    ).then((media) => ({
      init: SOUND_INIT,
      track: SOUND_TRACK,
      // The first packets carry the encoder's start; one from the middle repeats cleanly.
      samples: media.samples.slice(6, 7),
    }));
    this.sound.catch(() => (this.sound = undefined));
    return this.sound;
  }
}

function picturePlan(width: number, height: number): FfmpegPlan {
  const frames = (SLATE_FRAME_RATE * SLATE_LOOP_MS) / 1_000;
  const level = (h264Level(width, height, SLATE_FRAME_RATE) / 10).toFixed(1);
  const args = [
    ...words(`-vf loop=loop=${frames - 1}:size=1:start=0,format=yuv420p -frames:v ${frames}`),
    ...words(`-c:v libx264 -preset veryfast -tune zerolatency -profile:v high -level:v ${level}`),
    ...words(`-crf 20 -g ${frames} -sc_threshold 0`),
    ...FRAGMENTS,
  ];
  const size = `${width}x${height}`;
  const inputArgs = ['-f', 'rawvideo', '-pix_fmt', 'rgb24', '-s', size, '-r', String(SLATE_FRAME_RATE)];
  return { niceness: NICENESS, inputArgs, filters: [], outputs: [{ name: 'slate', args }] };
}

function silencePlan(): FfmpegPlan {
  const args = ['-c:a', 'aac', '-b:a', `${AUDIO_KBPS}k`, ...FRAGMENTS];
  const inputArgs = ['-f', 's16le', '-ar', String(SOUND_RATE), '-ac', String(SOUND_CHANNELS)];
  return { niceness: NICENESS, inputArgs, filters: [], outputs: [{ name: 'slate', args }] };
}

async function encode(plan: FfmpegPlan, input: Buffer, logger: Logger): Promise<SlateMedia> {
  let init: Uint8Array | undefined;
  let track: TrackInfo | undefined;
  const samples: TimedSample[] = [];
  const process = await runFfmpeg(
    plan,
    {
      handleInit: (_output, bytes, info) => {
        init = bytes;
        track = info;
      },
      handleSamples: (_output, more) => void samples.push(...more),
      handleExit: () => undefined,
    },
    logger,
  );
  process.write(input);
  process.end(MAKE_WITHIN_MS);
  const end = await process.exited;
  if (!init || !track || samples.length === 0) {
    throw new Error(`no slate could be made: ${end.lines.join(' | ') || `exit ${end.code ?? end.signal}`}`);
  }
  return { init, track, samples };
}
