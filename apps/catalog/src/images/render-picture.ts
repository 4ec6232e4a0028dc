import { hash } from 'node:crypto';
import sharp from 'sharp';
import { PICTURE_WIDTHS, type PictureSize } from './picture-address.ts';
import { sniffPicture } from './sniff-picture.ts';

/** A camera's 50 megapixels; more is a mistake or an attack on memory. */
const MOST_PIXELS = 50_000_000;
/** Smaller than this on a side shows nothing. */
const LEAST_SIDE_PX = 64;
/** A height that no page lays out well; longer pictures are panoramas on end. */
const MOST_HEIGHT_PER_WIDTH = 4;
const QUALITY = 82;
/** Decoding takes a core and up to 200 MB: few at once, a short line, and the rest is told to come back. */
const MOST_AT_WORK = 2;
const MOST_WAITING = 16;

sharp.concurrency(1);
sharp.cache(false);

export interface RenderedPicture {
  /** SHA-256 of the largest rendering, in hex. */
  hash: string;
  width: number;
  height: number;
  files: Record<PictureSize, Buffer>;
}

export type RenderOutcome =
  | { ok: true; picture: RenderedPicture }
  | { ok: false; code: 'image_unreadable' | 'image_too_large' | 'unavailable' };

let atWork = 0;
const waiting: (() => void)[] = [];

/**
 * Decodes an upload and encodes it anew in three widths: what is served was made here, upright, in sRGB, without
 * the camera's notes (place, owner) or anything hidden in the file. Of an animation the first frame stays.
 */
export async function renderPicture(bytes: Buffer): Promise<RenderOutcome> {
  if (!sniffPicture(bytes)) return { ok: false, code: 'image_unreadable' };
  if (atWork < MOST_AT_WORK) atWork += 1;
  else if (waiting.length >= MOST_WAITING) return { ok: false, code: 'unavailable' };
  else await new Promise<void>((resolve) => waiting.push(resolve));
  try {
    return await render(bytes);
  } finally {
    const next = waiting.shift();
    if (next) next();
    else atWork -= 1;
  }
}

async function render(bytes: Buffer): Promise<RenderOutcome> {
  const source = sharp(bytes, { limitInputPixels: MOST_PIXELS, failOn: 'error', pages: 1 });
  let size: { width: number; height: number };
  try {
    size = (await source.metadata()).autoOrient;
  } catch (error) {
    return { ok: false, code: isTooLarge(error) ? 'image_too_large' : 'image_unreadable' };
  }
  const { width, height } = size;
  const flat = Math.min(width, height) < LEAST_SIDE_PX || height > width * MOST_HEIGHT_PER_WIDTH;
  if (flat || width * height > MOST_PIXELS) return { ok: false, code: 'image_too_large' };
  try {
    const upright = source.autoOrient().toColourspace('srgb');
    const encode = (size: PictureSize) =>
      upright
        .clone()
        .resize({ width: PICTURE_WIDTHS[size], withoutEnlargement: true })
        .webp({ quality: QUALITY })
        .toBuffer({ resolveWithObject: true });
    const large = await encode('large');
    const files = {
      large: large.data,
      medium: (await encode('medium')).data,
      small: (await encode('small')).data,
    };
    const { width, height } = large.info;
    return { ok: true, picture: { hash: hash('sha256', large.data), width, height, files } };
  } catch (error) {
    return { ok: false, code: isTooLarge(error) ? 'image_too_large' : 'image_unreadable' };
  }
}

function isTooLarge(error: unknown): boolean {
  return error instanceof Error && error.message.includes('exceeds pixel limit');
}
