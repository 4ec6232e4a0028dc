import { describe, expect, it } from '@jest/globals';
import { PassThrough } from 'node:stream';
import { ladderBelow } from '../ladder/ladder.ts';
import { audioPlan, encodePlan, words, type FfmpegPlan } from './arguments.ts';
import { buildCommand } from './run-ffmpeg.ts';

const CMAF = words(
  '-f mp4 -flush_packets 1 -movflags cmaf+frag_every_frame+frag_discont+delay_moov+skip_trailer',
);
const INPUT = words('-copyts -analyzeduration 500000 -probesize 100000 -fpsprobesize 0 -f flv');
const GLOBAL = words(
  '-hide_banner -loglevel warning -nostats -stats_period 1 -progress unix:/run/x/progress.sock',
);
const RUNGS = ladderBelow({ codecs: '', width: 1280, height: 720, frameRate: 30 });

describe('what ffmpeg is told', () => {
  it('to encode the sound', () => {
    expect(told(audioPlan())).toEqual([
      ...INPUT,
      ...GLOBAL,
      ...words(
        '-i pipe:0 -map 0:a:0 -af aresample=async=1:min_hard_comp=0.1 -c:a aac -b:a 128k -ar 48000 -ac 2',
      ),
      ...CMAF,
      'unix:/run/x/out0.sock',
    ]);
  });

  it('to encode two rungs on the source’s key frames', () => {
    expect(told(encodePlan(RUNGS, { follow: 'source' }))).toEqual([
      ...words('-threads 1'),
      ...INPUT,
      ...GLOBAL,
      ...words('-i pipe:0 -filter_complex'),
      '[0:v:0]split=2[s0][s1];[s0]scale=854:480:flags=bicubic,format=yuv420p[o0];[s1]scale=640:360:flags=bicubic,format=yuv420p[o1]',
      ...words('-map [o0] -c:v libx264 -preset veryfast -tune zerolatency -profile:v high -level:v 3.1'),
      ...words('-b:v 1200k -maxrate 1272k -bufsize 1440k'),
      ...words(
        '-g 9999 -sc_threshold 0 -fps_mode passthrough -enc_time_base 1:1000 -force_key_frames source',
      ),
      ...CMAF,
      'unix:/run/x/out0.sock',
      ...words('-map [o1] -c:v libx264 -preset veryfast -tune zerolatency -profile:v high -level:v 3.0'),
      ...words('-b:v 700k -maxrate 742k -bufsize 840k'),
      ...words(
        '-g 9999 -sc_threshold 0 -fps_mode passthrough -enc_time_base 1:1000 -force_key_frames source',
      ),
      ...CMAF,
      'unix:/run/x/out1.sock',
    ]);
  });

  it('to encode from a moment on, with key frames on the programme’s grid', () => {
    const args = told(encodePlan(RUNGS.slice(0, 1), { follow: 'grid', fromMs: 13_034 }));
    expect(args).toContain(
      '[0:v:0]select=gte(t\\,13.033),split=1[s0];[s0]scale=854:480:flags=bicubic,format=yuv420p[o0]',
    );
    expect(args[args.indexOf('-force_key_frames') + 1]).toBe(
      'expr:if(isnan(prev_forced_t),1,gt(floor((t+1.035)/2),floor((prev_forced_t+1.035)/2)))',
    );
  });
});

function told(plan: FfmpegPlan): string[] {
  const command = buildCommand(plan, '/run/x', new PassThrough()) as unknown as { _getArguments(): string[] };
  return command._getArguments();
}
