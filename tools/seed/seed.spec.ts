import { Id } from '#contracts';
import { describe, expect, it } from '@jest/globals';
import sharp from 'sharp';
import { DEMO_PRODUCTS } from './demo-products.ts';
import { teapot } from './pictures/ceramics.ts';
import { posterPng } from './pictures/poster.ts';
import { renderPng } from './pictures/render.ts';
import { mix } from './pictures/scene.ts';
import { stableId } from './stable-id.ts';

describe('demo products', () => {
  it('have SKUs of their own, a value for every option, and no combination twice', () => {
    const skus = DEMO_PRODUCTS.flatMap((product) => product.variants.map(({ sku }) => sku));
    expect(new Set(skus).size).toBe(skus.length);
    for (const { title, optionNames, variants } of DEMO_PRODUCTS) {
      const combinations = variants.map(({ options }) => optionNames.map((name) => options[name]).join('/'));
      expect([title, combinations.some((combination) => combination.includes('undefined'))]).toEqual([
        title,
        false,
      ]);
      expect([title, new Set(combinations).size]).toEqual([title, variants.length]);
      expect(variants.every(({ price, stock }) => price > 0 && stock > 0)).toBe(true);
    }
  });

  it('are drawn: every picture has colours, none is like another', async () => {
    const seen = new Set<string>();
    for (const { svg, alt } of DEMO_PRODUCTS.flatMap((product) => product.pictures)) {
      expect(alt).not.toBe('');
      const png = await renderPng(svg, 96);
      const { entropy } = await sharp(png).stats();
      expect(entropy).toBeGreaterThan(4);
      seen.add(png.toString('base64'));
    }
    expect(seen.size).toBe(DEMO_PRODUCTS.flatMap((product) => product.pictures).length);
  });
});

describe('drawing', () => {
  it('mixes colours channel by channel', () => {
    expect([mix('#000000', '#ffffff', 0.5), mix('#ff0000', '#0000ff', 0.25)]).toEqual(['#808080', '#bf0040']);
  });

  it('puts products side by side on a wide card', async () => {
    const look = { wall: ['#ffffff', '#dddddd'], table: '#aa8866', disc: '#ffcc99' } as const;
    const { width, height, format } = await sharp(
      await posterPng(look, [teapot('#41617f', '#c79a66')]),
    ).metadata();
    expect([width, height, format]).toEqual([1_280, 720, 'png']);
  });
});

describe('stable ids', () => {
  it('are the same for the same words, and have the form of ours', () => {
    expect(stableId('a', 'b')).toBe(stableId('a', 'b'));
    expect(stableId('a', 'b')).not.toBe(stableId('a', 'c'));
    for (let n = 0; n < 64; n += 1) expect(Id.safeParse(stableId('n', String(n))).success).toBe(true);
  });
});
