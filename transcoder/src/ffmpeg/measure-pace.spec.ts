import { describe, expect, it } from '@jest/globals';
import { processorSeconds } from './measure-pace.ts';

describe('the processor time that ffmpeg used', () => {
  it('is the sum of its own and the system’s, from the last line that tells it', () => {
    expect(
      processorSeconds([
        'frame=   40 fps=0.0 q=-1.0 Lsize=N/A time=00:00:01.30',
        '[libx264 @ 0x55] frame I:1 Avg QP:19.14  size: 25313',
        'bench: utime=0.512s stime=0.038s rtime=0.540s',
        'bench: maxrss=110592kB',
      ]),
    ).toBeCloseTo(0.55);
  });

  it.each([[[]], [['bench: maxrss=110592kB']], [['bench: utime=0.000s stime=0.000s rtime=0.000s']]])(
    'is unknown from %j',
    (lines: string[]) => {
      expect(processorSeconds(lines)).toBeUndefined();
    },
  );
});
