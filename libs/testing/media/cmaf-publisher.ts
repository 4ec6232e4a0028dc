import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { CmafReader, readFragment, readInitSegment } from '#hls';
import type { CmafPiece, TrackInfo } from '#hls';
import type { RenditionDeclaration } from '#contracts';
import { PartsWriter } from './parts-writer.ts';

/** A picture rung of the synthetic show. */
export interface SyntheticRung {
  name: string;
  width: number;
  height: number;
}

export interface CmafPublisherOptions {
  originUrl: string;
  internalToken: string;
  showId: string;
  generation?: number;
  rungs?: SyntheticRung[];
  frameRate?: number;
  /** Bit/s of each picture; flat colours need little. */
  videoBitrate?: number;
  /** Called after each part was answered, with the time from the encoder's output to the answer. */
  onPart?: (rendition: string, msn: number, index: number, tookMs: number) => void;
}

/** A show on the air without RTMP and transcoder: ffmpeg's test picture and a tone, put to the origin as they are made. */
export interface CmafPublisher {
  /** Rejects when a part was refused or ffmpeg ended by itself. */
  readonly failed: Promise<never>;
  /** Ends the show: the origin writes ENDLIST. With `abandon` it just stops, as a killed worker would. */
  stop(how?: 'end' | 'abandon'): Promise<void>;
}

const SEGMENT_S = 2;
const CMAF =
  '-f mp4 -flush_packets 1 -movflags cmaf+frag_keyframe+delay_moov+skip_trailer -frag_duration 500000';

/** Starts publishing; resolves once the renditions are declared. */
export async function startCmafPublisher(options: CmafPublisherOptions): Promise<CmafPublisher> {
  const { rungs = [{ name: 'source', width: 640, height: 360 }], frameRate = 30, generation = 1 } = options;
  const writer = new PartsWriter(options.originUrl, options.internalToken, options.showId, generation);
  const { nextSequence } = await writer.seal();
  const run = `g${generation}n${nextSequence}`;
  for (const rung of rungs)
    await expectDone(writer.declare(rung.name, declarationOf(rung, run, frameRate, rungs[0])));
  await expectDone(writer.declare('audio', AUDIO(run)));
  await expectDone(writer.state('live'));
  const ffmpeg = spawn('ffmpeg', ffmpegArguments(rungs, frameRate, options.videoBitrate ?? 600_000), {
    stdio: ['ignore', 'ignore', 'inherit', ...[...rungs, 'audio'].map(() => 'pipe' as const)],
  });
  const anchorMs = Date.now();
  const tracks = [...rungs.map(({ name }) => name), 'audio'].map((name, index) =>
    pushTrack(
      new TrackPusher({ writer, name, run, nextSequence, anchorMs, onPart: options.onPart }),
      ffmpeg,
      index + 3,
    ),
  );
  const all = Promise.all(tracks);
  let stopping = false;
  const failed = (async (): Promise<never> => {
    await all;
    if (!stopping) throw new Error(`ffmpeg ended by itself (${ffmpeg.exitCode ?? ffmpeg.signalCode})`);
    return new Promise<never>(() => undefined);
  })();
  failed.catch(() => undefined);
  return {
    failed,
    async stop(how = 'end') {
      stopping = true;
      if (ffmpeg.exitCode === null && ffmpeg.signalCode === null) {
        ffmpeg.kill('SIGKILL');
        await once(ffmpeg, 'exit');
      }
      await all.catch(() => undefined);
      if (how === 'end') await expectDone(writer.state('ended'));
    },
  };
}

async function pushTrack(pusher: TrackPusher, ffmpeg: ChildProcess, fd: number): Promise<void> {
  const reader = new CmafReader();
  for await (const chunk of ffmpeg.stdio[fd] as Readable) {
    for (const piece of reader.push(chunk as Buffer)) await pusher.push(piece);
  }
}

interface TrackOptions {
  writer: PartsWriter;
  name: string;
  run: string;
  nextSequence: number;
  anchorMs: number;
  onPart: CmafPublisherOptions['onPart'];
}

class TrackPusher {
  private readonly options: TrackOptions;
  private track: TrackInfo | undefined;
  private msn = -1;
  private index = 0;

  constructor(options: TrackOptions) {
    this.options = options;
  }

  async push({ kind, bytes }: CmafPiece): Promise<void> {
    const { writer, name, run, nextSequence, anchorMs } = this.options;
    if (kind === 'init') {
      [this.track] = readInitSegment(bytes);
      return expectDone(writer.init(name, run, bytes));
    }
    const received = performance.now();
    const track = this.track;
    const [fragment] = track ? readFragment(bytes, [track]) : [];
    if (!track || !fragment) throw new Error('a fragment before its init segment');
    const start = fragment.baseDecodeTime / track.timescale;
    const begins = this.beginsSegment(track.kind, start, fragment.startsWithSync);
    if (begins) {
      const msn = nextSequence + Math.floor(start / SEGMENT_S + 1e-6);
      if (this.msn >= 0) await expectDone(writer.end(name, this.msn));
      this.msn = msn;
      this.index = 0;
    }
    const query = {
      duration: fragment.duration / track.timescale,
      independent: fragment.startsWithSync,
      run,
      ...(begins
        ? { pdt: anchorMs + start * 1_000, discontinuity: nextSequence > 0 && start < SEGMENT_S }
        : {}),
    };
    await expectDone(writer.part(name, [this.msn, this.index], query, bytes));
    this.options.onPart?.(name, this.msn, this.index, performance.now() - received);
    this.index++;
  }

  private beginsSegment(kind: TrackInfo['kind'], start: number, sync: boolean): boolean {
    if (this.msn < 0 || kind === 'video') return this.msn < 0 || sync;
    return this.options.nextSequence + Math.floor(start / SEGMENT_S + 1e-6) > this.msn;
  }
}

function declarationOf(
  rung: SyntheticRung,
  run: string,
  frameRate: number,
  first?: SyntheticRung,
): RenditionDeclaration {
  const { width, height } = rung;
  return {
    kind: 'video',
    codecs: 'avc1.64001f',
    width,
    height,
    frameRate,
    bandwidth: 1_000_000,
    name: `${height}p`,
    run,
    default: rung === first,
    state: 'running',
  };
}

const AUDIO = (run: string): RenditionDeclaration => ({
  kind: 'audio',
  codecs: 'mp4a.40.2',
  bandwidth: 128_000,
  name: 'Sound',
  run,
  channels: 2,
  default: true,
  state: 'running',
});

function ffmpegArguments(rungs: SyntheticRung[], frameRate: number, bitrate: number): string[] {
  const [top] = rungs;
  const encoder = `-c:v libx264 -preset ultrafast -tune zerolatency -profile:v high -pix_fmt yuv420p -b:v ${bitrate}`;
  const keyFrames = `-g 9999 -sc_threshold 0 -force_key_frames expr:gte(t,n_forced*${SEGMENT_S})`;
  const pictures = rungs.map(
    ({ width, height }, index) =>
      `-map 0:v -vf scale=${width}:${height} ${encoder} ${keyFrames} ${CMAF} pipe:${index + 3}`,
  );
  const line = [
    '-hide_banner -loglevel error -nostdin',
    `-re -f lavfi -i testsrc2=size=${top?.width}x${top?.height}:rate=${frameRate}`,
    '-re -f lavfi -i sine=frequency=440:sample_rate=48000',
    ...pictures,
    `-map 1:a -c:a aac -b:a 96k -ac 2 ${CMAF} pipe:${rungs.length + 3}`,
  ];
  return line.join(' ').split(' ');
}

async function expectDone(answer: Promise<Response>): Promise<void> {
  const response = await answer;
  if (!response.ok) throw new Error(`the origin refused: ${response.status} ${await response.text()}`);
  await response.arrayBuffer();
}
