import { describe, expect, it } from '@jest/globals';
import { fitsOptions, optionsKey, optionValues, variantTitle } from './variant-options.ts';

const names = ['Size', 'Colour'];

describe('variant options', () => {
  it.each([
    [{ Size: 'L', Colour: 'Blue' }, true],
    [{ Colour: 'Blue', Size: 'L' }, true],
    [{ Size: 'L' }, false],
    [{ Size: 'L', Colour: 'Blue', Fit: 'slim' }, false],
    [{ Size: 'L', toString: 'Blue' }, false],
    [{}, false],
  ])('%j fits Size and Colour: %s', (options, fits) => {
    expect(fitsOptions(names, options as Record<string, string>)).toBe(fits);
  });

  it('has one key per combination, whatever order and case', () => {
    expect(optionsKey(names, { Colour: 'blue', Size: 'l' })).toBe(
      optionsKey(names, { Size: 'L', Colour: 'Blue' }),
    );
    expect(optionsKey(names, { Size: 'a","b', Colour: '' })).not.toBe(
      optionsKey(names, { Size: 'a', Colour: 'b' }),
    );
  });

  it('is told in the order of the product', () => {
    expect(variantTitle(names, { Colour: 'Blue', Size: 'L' })).toBe('L / Blue');
    expect(variantTitle([], {})).toBe('');
    const variants = [{ options: { Size: 'L', Colour: 'Blue' } }, { options: { Size: 'S', Colour: 'Blue' } }];
    expect(optionValues(names, variants)).toEqual([
      { name: 'Size', values: ['L', 'S'] },
      { name: 'Colour', values: ['Blue'] },
    ]);
  });
});
