import sharp from 'sharp';

/** The SVG drawing as PNG, `width` pixels wide. */
export function renderPng(svg: string, width: number): Promise<Buffer> {
  return sharp(Buffer.from(svg), { density: 96 }).resize({ width }).png({ compressionLevel: 6 }).toBuffer();
}
