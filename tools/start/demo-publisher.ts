import { spawnSync } from 'node:child_process';
import { findProgram } from '../servers/find-program.mjs';
import type { Logs } from './logs.ts';
import { Supervised } from './supervise.ts';

const FRAME_RATE = 30;
const BITRATE = '2500k';

/** Publishes a moving picture with a clock and a tone over RTMP, as OBS would, until it is stopped; started again when ingest restarts. */
export function startDemoPublisher(server: string, streamKey: string, logs: Logs): Supervised {
  const ffmpeg = findProgram('ffmpeg') ?? 'ffmpeg';
  const publisher = new Supervised({
    name: 'demo publisher',
    command: ffmpeg,
    args: publisherArgs(`${server}/${streamKey}`, hasText(ffmpeg)),
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
export function publisherArgs(url: string, withText: boolean): string[] {
  return [
    ...['-hide_banner', '-loglevel', 'warning', '-nostdin'],
    ...['-re', '-f', 'lavfi', '-i', withText ? clockPicture() : `testsrc2=s=1280x720:r=${FRAME_RATE}`],
    ...['-re', '-f', 'lavfi', '-i', 'sine=frequency=330:beep_factor=3:sample_rate=48000,volume=0.15'],
    ...['-c:v', 'libx264', '-preset', 'veryfast', '-tune', 'zerolatency', '-profile:v', 'main'],
    ...['-pix_fmt', 'yuv420p', '-b:v', BITRATE, '-maxrate', BITRATE, '-bufsize', BITRATE],
    ...['-g', String(FRAME_RATE * 2), '-keyint_min', String(FRAME_RATE * 2), '-sc_threshold', '0'],
    ...['-c:a', 'aac', '-b:a', '128k', '-ac', '2', '-ar', '48000'],
    ...['-flvflags', 'no_duration_filesize', '-f', 'flv', url],
  ];
}

/** A slow gradient, made small and scaled up because that costs a fifth, with the time of day and the number of the frame. */
function clockPicture(): string {
  return [
    `gradients=s=320x180:r=${FRAME_RATE}:c0=0x0f172a:c1=0xe8553d:c2=0xf5b971:n=3:speed=0.006`,
    'scale=1280:720:flags=bicubic',
    `drawbox=x='(iw-220)*(0.5+0.5*sin(t*0.9))':y='ih*0.78':w=220:h=10:color=white@0.85:t=fill`,
    String.raw`drawtext=text='%{localtime\:%T}':fontsize=150:fontcolor=white:shadowcolor=black@0.35:shadowx=3:shadowy=4:x=(w-tw)/2:y=(h-th)/2-30`,
    `drawtext=text='Showfloor demo show  |  frame %{n}':fontsize=34:fontcolor=white@0.9:x=(w-tw)/2:y=h*0.66`,
  ].join(',');
}

/** Some builds of ffmpeg come without text (no freetype). */
function hasText(ffmpeg: string): boolean {
  const { stdout } = spawnSync(ffmpeg, ['-hide_banner', '-filters'], { encoding: 'utf8' });
  return / drawtext /.test(stdout ?? '');
}
