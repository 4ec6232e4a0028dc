/** Widths that pictures are served in, and what each is for. */
export const PICTURE_WIDTHS = { large: 1_600, medium: 800, small: 320 } as const;

export type PictureSize = keyof typeof PICTURE_WIDTHS;

const NAME = /^[0-9a-f]{64}-(?:1600|800|320)\.webp$/;

/** The file of a picture in one size. */
export function pictureName(hash: string, size: PictureSize): string {
  return `${hash}-${PICTURE_WIDTHS[size]}.webp`;
}

/** Where browsers find it, from the root of the site. */
export function pictureUrl(hash: string, size: PictureSize): string {
  return `/media/${pictureName(hash, size)}`;
}

/** Whether `name` is one that `pictureName` gives: nothing else is ever read from the disk. */
export function isPictureName(name: string): boolean {
  return NAME.test(name);
}
