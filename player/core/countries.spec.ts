import { describe, expect, it } from '@jest/globals';
import { countries, likelyCountry } from './countries.ts';

describe('countries', () => {
  it('are named and ordered in the language of the reader', () => {
    const german = countries('de').map(({ label }) => label);
    expect(german.indexOf('Österreich')).toBeGreaterThan(german.indexOf('Oman'));
    expect(german.indexOf('Österreich')).toBeLessThan(german.indexOf('Pakistan'));
    expect(new Set(german).size).toBe(german.length);
  });

  it.each([
    [['de-AT', 'en'], 'AT'],
    [['en'], 'US'],
    [['sv'], 'SE'],
    [[], 'DE'],
  ])('%j suggests %s', (languages, code) => {
    expect(likelyCountry(languages)).toBe(code);
  });
});
