import { h264Codecs, h264Level } from './h264-level.ts';

/** The picture that a publisher sends. */
export interface SourcePicture {
  codecs: string;
  width: number;
  height: number;
  frameRate: number;
}

/** An encoded picture of the ladder. */
export interface Rung {
  /** Name of the rendition: `v720`, or `source` for a top rung that cannot be copied. */
  name: string;
  width: number;
  height: number;
  frameRate: number;
  kbps: number;
  /** H.264 level times ten. */
  level: number;
  codecs: string;
}

/** Short sides and their rates at 30 frames per second; what creators' own encoders use for the same sizes. */
const STEPS = [
  { side: 1080, kbps: 4_500 },
  { side: 720, kbps: 2_500 },
  { side: 480, kbps: 1_200 },
  { side: 360, kbps: 700 },
] as const;
/** A rung this close below the source would cost much and save little. */
const CLOSEST = 0.9;
/** Fast motion needs more, not twice as much. */
const HIGH_RATE_FACTOR = 1.4;
const HIGH_RATE_FROM = 40;

/** The rungs below a source, largest first; none is as large as the source. Portrait pictures count by their width. */
export function ladderBelow(source: SourcePicture): Rung[] {
  const side = Math.min(source.width, source.height);
  return STEPS.filter((step) => step.side <= side * CLOSEST).map((step) =>
    rungOf(`v${step.side}`, source, step.side, step.kbps),
  );
}

/** The source's own rung when it has to be encoded, no larger than `maxSide` on its short side. */
export function encodedTop(source: SourcePicture, maxSide = 1_080): Rung {
  const side = Math.min(source.width, source.height, maxSide);
  const step = STEPS.find((candidate) => candidate.side <= side) ?? STEPS[STEPS.length - 1];
  return rungOf('source', source, side, step?.kbps ?? 700);
}

/** Points per second that encoding a rung takes from a worker's capacity. */
export function pixelRate({
  width,
  height,
  frameRate,
}: Pick<Rung, 'width' | 'height' | 'frameRate'>): number {
  return width * height * frameRate;
}

function rungOf(name: string, source: SourcePicture, side: number, kbpsAt30: number): Rung {
  const scale = side / Math.min(source.width, source.height);
  const width = even(source.width * scale);
  const height = even(source.height * scale);
  const { frameRate } = source;
  const kbps = Math.round(frameRate >= HIGH_RATE_FROM ? kbpsAt30 * HIGH_RATE_FACTOR : kbpsAt30);
  const level = h264Level(width, height, frameRate);
  return { name, width, height, frameRate, kbps, level, codecs: h264Codecs(level) };
}

function even(points: number): number {
  return Math.max(2, Math.round(points / 2) * 2);
}
