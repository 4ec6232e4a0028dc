import { describe, expect, it } from '@jest/globals';
import { qualityNames } from './playback-state.ts';

describe('names of the rungs', () => {
  it('are by lines, best first, keeping the numbers of the player', () => {
    const rungs = [
      { width: 640, height: 360, bitrate: 800_000 },
      { width: 1920, height: 1080, bitrate: 6_000_000, frameRate: 60 },
      { width: 1280, height: 720, bitrate: 2_500_000, frameRate: 30 },
    ];
    expect(qualityNames(rungs)).toEqual([
      { id: 1, label: '1080p60' },
      { id: 2, label: '720p' },
      { id: 0, label: '360p' },
    ]);
  });

  it('tells two rungs of one height apart, and takes the short side of an upright picture', () => {
    const rungs = [
      { width: 720, height: 1280, bitrate: 4_000_000 },
      { width: 720, height: 1280, bitrate: 2_000_000 },
    ];
    expect(qualityNames(rungs).map(({ label }) => label)).toEqual(['720p · 4.0 Mbit/s', '720p · 2.0 Mbit/s']);
  });
});
