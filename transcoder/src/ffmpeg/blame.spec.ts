import { describe, expect, it } from '@jest/globals';
import { blame, lastWords } from './blame.ts';
import { ProgressReader } from './progress.ts';

const end = (parts: Partial<Parameters<typeof blame>[0]>) => ({ code: 1, signal: null, lines: [], ...parts });

describe('whose fault an end is', () => {
  it.each([
    ['av_interleaved_write_frame(): No space left on device', 'machine'],
    ['[libx264 @ 0x1] malloc of size 3 failed; Cannot allocate memory', 'machine'],
    ['pipe:0: Invalid data found when processing input', 'publisher'],
    ['[h264 @ 0x1] non-existing PPS 0 referenced', 'publisher'],
    ['[aac @ 0x1] channel element 1.0 is not allocated', 'publisher'],
    ["Unrecognized option 'foo'.", 'us'],
    ['', 'us'],
  ] as const)('%s: %s', (line, whose) => {
    expect(blame(end({ lines: ['earlier', line] }))).toBe(whose);
  });

  it('a kill from outside is the machine’s', () => {
    expect(
      blame(end({ code: null, signal: 'SIGKILL', lines: ['Invalid data found when processing input'] })),
    ).toBe('machine');
    expect(blame(end({ code: null, signal: 'SIGSEGV' }))).toBe('us');
  });

  it('a full disk is the machine’s although the input complains too', () => {
    expect(
      blame(end({ lines: ['Invalid data found when processing input', 'No space left on device'] })),
    ).toBe('machine');
  });

  it('tells the last words, or how it ended', () => {
    expect(lastWords(end({ lines: ['one', 'two', ' '] }))).toBe('two');
    expect(lastWords(end({ code: 3 }))).toBe('exit 3');
    expect(lastWords(end({ code: null, signal: 'SIGKILL' }))).toBe('exit SIGKILL');
  });
});

describe('progress', () => {
  it('is read from blocks however they are cut', () => {
    const reader = new ProgressReader();
    const text =
      'frame=30\nfps=29.9\ndrop_frames=1\ndup_frames=2\nspeed=1.01x\nprogress=continue\nframe=60\nspeed=N/A\nprogress=end\n';
    const reports = text.match(/[^]{1,7}/g)?.flatMap((piece) => reader.push(piece));
    expect(reports).toEqual([
      { frames: 30, droppedFrames: 1, duplicatedFrames: 2, speed: 1.01, isLast: false },
      { frames: 60, droppedFrames: 0, duplicatedFrames: 0, speed: undefined, isLast: true },
    ]);
  });
});
