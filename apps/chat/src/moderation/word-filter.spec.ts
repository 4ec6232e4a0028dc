import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { foldText } from './fold.ts';
import { mask, WordFilter } from './word-filter.ts';

const filter = new WordFilter([
  { pattern: 'scam', action: 'block', match: 'word' },
  { pattern: 'idiot', action: 'mask', match: 'word' },
  { pattern: 'cheapsite', action: 'hold', match: 'part' },
]);
const actionsIn = (text: string): string[] => filter.find(text).map((hit) => hit.action);

describe('fold', () => {
  it.each([
    ['SCAM', 'scam'],
    ['ѕсаm', 'scam'],
    ['5c4m', 'scam'],
    ['s.c.a.m', 'scam'],
    ['s c a m', 'scam'],
    ['s*c*a*m now', 'scam now'],
    ['ｓｃａｍ', 'scam'],
    ['śćàm', 'scam'],
    ['scaaaaaam', 'scaam'],
    ['a b it', 'a b it'],
    ['𝓼𝓬𝓪𝓶', 'scam'],
  ])('reads %j as %j', (text, folded) => expect(foldText(text)).toBe(folded));
});

describe('WordFilter', () => {
  it.each(['what a scam', 'what a 5CAM!', 'it is a s-c-a-m', 'scams everywhere', 'scammmm'])(
    'finds it in %j',
    (text) => expect(actionsIn(text)).toEqual(['block']),
  );
  it.each(['scampi for dinner', 'escamillo', 'a fine day', 'Scunthorpe'])('leaves %j alone', (text) =>
    expect(actionsIn(text)).toEqual([]),
  );
  it('finds parts of words where the rule says so', () => {
    expect(actionsIn('visit mycheapsitetoday')).toEqual(['hold']);
  });
  it('masks what was written, in its own length', () => {
    const text = 'you íd1ot, you';
    expect(mask(text, filter.find(text))).toBe('you *****, you');
  });
  it('masks letters that are set apart without touching the rest', () => {
    const text = 'hey i.d.i.o.t ok';
    expect(mask(text, filter.find(text))).toBe('hey ********* ok');
  });
  it('agrees with looking for each word by itself, whatever the lists and texts', () => {
    const word = fc.stringMatching(/^[abc]{1,4}$/);
    fc.assert(
      fc.property(
        fc.uniqueArray(word, { maxLength: 8 }),
        fc.array(word, { maxLength: 12 }),
        (patterns, words) => {
          const text = words.join(' ');
          const many = new WordFilter(
            patterns.map((pattern) => ({ pattern, action: 'block', match: 'part' })),
          );
          const folded = foldText(text);
          const expected = patterns.filter((pattern) => folded.includes(foldText(pattern)));
          expect([...new Set(many.find(text).map((hit) => hit.pattern))].toSorted()).toEqual(
            expected.toSorted(),
          );
        },
      ),
    );
  });
  it('gives bounds that lie inside the original text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 60 }), (text) => {
        for (const hit of new WordFilter([{ pattern: 'a', action: 'mask', match: 'part' }]).find(text)) {
          expect(hit.from).toBeGreaterThanOrEqual(0);
          expect(hit.to).toBeGreaterThan(hit.from);
          expect(hit.to).toBeLessThanOrEqual(text.length);
        }
      }),
    );
  });
});
