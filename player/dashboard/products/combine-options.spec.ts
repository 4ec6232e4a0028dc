import { describe, expect, it } from '@jest/globals';
import { combineOptions } from './combine-options.ts';

describe('combineOptions', () => {
  it('makes one variant without options', () => {
    expect(combineOptions(' \n', 'MUG')).toEqual({
      optionNames: [],
      variants: [{ sku: 'MUG', options: {} }],
    });
  });

  it('makes every combination with a SKU of its own', () => {
    expect(combineOptions('Size: S, L\nColour: deep blue, red', 'TEE')).toEqual({
      optionNames: ['Size', 'Colour'],
      variants: [
        { sku: 'TEE-S-DEEPBLUE', options: { Size: 'S', Colour: 'deep blue' } },
        { sku: 'TEE-S-RED', options: { Size: 'S', Colour: 'red' } },
        { sku: 'TEE-L-DEEPBLUE', options: { Size: 'L', Colour: 'deep blue' } },
        { sku: 'TEE-L-RED', options: { Size: 'L', Colour: 'red' } },
      ],
    });
  });

  it.each([
    ['Size', /“Size” is not of the form/],
    ['Size:', /is not of the form/],
    ['Size: S\nSize: L', /twice/],
    ['A: 1\nB: 1\nC: 1\nD: 1', /3 options/],
    [`A: ${Array.from({ length: 101 }, (_, index) => index).join(',')}`, /100 combinations/],
  ])('says what is wrong with %j', (text, fault) => {
    expect(combineOptions(text, 'X')).toEqual({ fault: expect.stringMatching(fault) as unknown });
  });

  it('counts a repeated value once', () => {
    const combined = combineOptions('Size: S, S', 'X');
    expect('variants' in combined && combined.variants).toHaveLength(1);
  });
});
