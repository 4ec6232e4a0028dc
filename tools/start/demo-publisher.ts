import { spawnSync } from 'node:child_process';
import { findProgram } from '../servers/find-program.mjs';
import type { Logs } from './logs.ts';
import { Supervised } from './supervise.ts';

const FRAME_RATE = 30;
const BITRATE = '2500k';
const THERE_AND_BACK_S = 90;

export interface DemoStream {
  /** `rtmp://host:port/app` */
  server: string;
  streamKey: string;
  /** A picture wider than the stream's; the camera goes along it. */
  sceneFile: string;
}

/** Publishes a moving picture with a clock and a tone over RTMP, as OBS would, until it is stopped; started again when ingest restarts. */
export function startDemoPublisher({ server, streamKey, sceneFile }: DemoStream, logs: Logs): Supervised {
  const ffmpeg = findProgram('ffmpeg') ?? 'ffmpeg';
  const publisher = new Supervised({
    name: 'demo publisher',
    command: ffmpeg,
    args: publisherArgs(`${server}/${streamKey}`, sceneFile, hasText(ffmpeg)),
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], TZ: process.env['TZ'] },
    cwd: '/',
    remedy: `All its lines: ${logs.fileOf('demo-publisher')}.`,
    onLine: (line) => logs.line('demo-publisher', line.replaceAll(streamKey, '[stream key]')),
    onCrash: ({ how, againInMs }) =>
      logs.say(`The demo publisher ended (${how}): starting it again in ${(againInMs ?? 0) / 1000} s.`),
  });
  publisher.start();
  return publisher;
}

/** ffmpeg's arguments: 720p at 30 frames a second with a key frame every two seconds, AAC stereo. */
function publisherArgs(url: string, sceneFile: string, withText: boolean): string[] {
  return [
    ...['-hide_banner', '-loglevel', 'warning', '-nostdin', '-i', sceneFile],
    ...['-re', '-f', 'lavfi', '-i', 'sine=frequency=330:beep_factor=3:sample_rate=48000,volume=0.15'],
    ...['-filter_complex', `[0:v]${camera(withText)}[picture]`, '-map', '[picture]', '-map', '1:a'],
    ...['-r', String(FRAME_RATE), '-c:v', 'libx264', '-preset', 'veryfast', '-tune', 'zerolatency'],
    ...['-profile:v', 'main', '-b:v', BITRATE, '-maxrate', BITRATE, '-bufsize', BITRATE],
    ...['-g', String(FRAME_RATE * 2), '-keyint_min', String(FRAME_RATE * 2), '-sc_threshold', '0'],
    ...['-c:a', 'aac', '-b:a', '128k', '-ac', '2', '-ar', '48000'],
    ...['-flvflags', 'no_duration_filesize', '-f', 'flv', url],
  ];
}

/** The still scene at the speed of life, a camera that goes along it and back, the time of day and the number of the frame. */
function camera(withText: boolean): string {
  const clock = [
    String.raw`drawtext=text='%{localtime\:%T}':fontsize=84:fontcolor=0x3a2416:x=w-tw-48:y=40`,
    `drawtext=text='Showfloor demo   frame %{n}':fontsize=26:fontcolor=0x3a2416@0.8:x=w-tw-50:y=134`,
  ];
  return [
    'format=yuv444p', // colour as fine as light: the camera moves by single pixels
    `loop=-1:1:0,setpts=N/(${FRAME_RATE}*TB),realtime`,
    `crop=1280:720:x='(iw-ow)*(0.5-0.5*cos(2*PI*t/${THERE_AND_BACK_S}))':y=0,format=yuv420p`,
    ...(withText ? clock : []),
  ].join(',');
}

/** Some builds of ffmpeg come without text (no freetype). */
function hasText(ffmpeg: string): boolean {
  const { stdout } = spawnSync(ffmpeg, ['-hide_banner', '-filters'], { encoding: 'utf8' });
  return / drawtext /.test(stdout ?? '');
}
