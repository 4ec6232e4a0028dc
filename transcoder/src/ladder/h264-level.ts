/** Most macroblocks per frame and per second of each level (H.264 table A-1); levels times ten. */
const LEVELS = [
  { level: 30, frame: 1_620, second: 40_500 },
  { level: 31, frame: 3_600, second: 108_000 },
  { level: 32, frame: 5_120, second: 216_000 },
  { level: 40, frame: 8_192, second: 245_760 },
  { level: 42, frame: 8_704, second: 522_240 },
  { level: 51, frame: 36_864, second: 983_040 },
  { level: 52, frame: 36_864, second: 2_073_600 },
] as const;

const HIGHEST = 52;

/** The lowest level that fits a picture, times ten. */
export function h264Level(width: number, height: number, frameRate: number): number {
  const frame = Math.ceil(width / 16) * Math.ceil(height / 16);
  return LEVELS.find((entry) => frame <= entry.frame && frame * frameRate <= entry.second)?.level ?? HIGHEST;
}

/** RFC 6381 string of High profile at a level, as x264 writes it. */
export function h264Codecs(level: number): string {
  return `avc1.6400${level.toString(16).padStart(2, '0')}`;
}
