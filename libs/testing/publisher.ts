import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';

/** What a synthetic publisher sends. */
export interface PublisherOptions {
  /** `rtmp://host:port/live/<key>` */
  url: string;
  size?: string;
  frameRate?: number;
  /** Seconds between key frames. */
  keyFrameIntervalS?: number;
  bFrames?: number;
  videoKbps?: number;
  audio?: boolean;
  /** Seconds of sending; until stopped when left out. */
  durationS?: number;
  /** Squares along the top edge that carry the wall clock of each frame; see `time-code.ts`. */
  timeCode?: boolean;
  /** False sends as fast as the machine can. */
  realTime?: boolean;
  /** Replaces the encoder arguments, e.g. for another codec. */
  videoArgs?: string[];
  audioArgs?: string[];
}

export interface SyntheticPublisher {
  readonly process: ChildProcess;
  /** Exit code, or the signal's name. */
  readonly exited: Promise<number | string>;
  /** What ffmpeg said, newest last. */
  log(): string;
  /** Ends it as OBS's "Stop streaming" does. */
  stop(): Promise<void>;
  /** Ends it without a word. */
  kill(): Promise<void>;
}

const LOG_CHARS = 20_000;

/** Starts ffmpeg as an encoder: moving test picture with a clock, and a tone, at the speed of life. */
export function startPublisher(options: PublisherOptions): SyntheticPublisher {
  const child = spawn('ffmpeg', publisherArgs(options), { stdio: ['pipe', 'ignore', 'pipe'] });
  let log = '';
  child.stderr.on('data', (chunk: Buffer) => {
    log = (log + chunk.toString()).slice(-LOG_CHARS);
  });
  const exited = once(child, 'exit').then(([code, signal]) => (code ?? signal) as number | string);
  return {
    process: child,
    exited,
    log: () => log,
    async stop() {
      child.stdin.end('q');
      await exited;
    },
    async kill() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

/** The argument list of such an encoder. */
export function publisherArgs(options: PublisherOptions): string[] {
  const { url, size = '640x360', frameRate = 30, keyFrameIntervalS = 2, bFrames = 0, audio = true } = options;
  const gop = Math.round(frameRate * keyFrameIntervalS);
  const rate = `${options.videoKbps ?? 1_200}k`;
  const { realTime = true } = options;
  const filters = [
    ...(realTime ? ['realtime'] : []),
    ...(options.timeCode ? [timeCodeFilters(size, frameRate)] : []),
    'format=yuv420p',
  ];
  return [
    ...words('-hide_banner -loglevel warning -f lavfi -i'),
    `testsrc2=size=${size}:rate=${frameRate},${filters.join(',')}`,
    ...(audio
      ? [
          '-f',
          'lavfi',
          '-i',
          `sine=frequency=440:beep_factor=4:sample_rate=48000${realTime ? ',arealtime' : ''}`,
        ]
      : []),
    ...(options.durationS ? ['-t', String(options.durationS)] : []),
    ...(options.videoArgs ?? [
      ...words('-c:v libx264 -preset ultrafast -tune zerolatency -profile:v main'),
      ...words(`-b:v ${rate} -maxrate ${rate} -bufsize ${rate} -bf ${bFrames}`),
      ...words(`-g ${gop} -keyint_min ${gop} -sc_threshold 0`),
    ]),
    ...(audio ? (options.audioArgs ?? words('-c:a aac -b:a 128k -ac 2')) : []),
    ...words('-flvflags no_duration_filesize -f flv'),
    url,
  ];
}

function words(line: string): string[] {
  return line.split(' ');
}

/** Bits of the time code: milliseconds modulo 2^20, about 17 minutes. */
export const TIME_CODE_BITS = 20;

/**
 * Draws the wall clock (milliseconds, modulo 2^20) as black and white squares, most significant first, into each frame's
 * top edge: readable after any scaling and compression. Two calibration squares stand before them: white, then black.
 */
function timeCodeFilters(size: string, frameRate: number): string {
  const width = Number(size.split('x')[0]);
  const side = Math.floor(width / (TIME_CODE_BITS + 2));
  const box = (column: number, colour: string, when = ''): string =>
    `drawbox=x=${column * side}:y=0:w=${side}:h=${side}:color=${colour}:t=fill${when}`;
  const bits = Array.from({ length: TIME_CODE_BITS }, (_, bit) => {
    const weight = 2 ** (TIME_CODE_BITS - 1 - bit);
    return box(bit + 2, 'white', `:enable='gte(mod(t*1000\\,${2 * weight})\\,${weight})'`);
  });
  const black = `drawbox=x=0:y=0:w=${side * (TIME_CODE_BITS + 2)}:h=${side}:color=black:t=fill`;
  return [
    // Time is the wall clock while the squares are drawn, and the frame count again afterwards.
    `settb=1/1000,setpts=mod(RTCTIME/1000\\,${2 ** TIME_CODE_BITS})`,
    black,
    box(0, 'white'),
    ...bits,
    `settb=1/${frameRate},setpts=N`,
  ].join(',');
}
