import { describe, expect, it } from '@jest/globals';
import { cleanText, isEmotesOnly } from './clean-text.ts';

describe('cleanText', () => {
  it.each([
    ['  two   words \n here ', 'two words here'],
    ['e\u0301', 'é'],
    ['a\u200Bb\u202Ec', 'abc'],
    ['x\u{E0041}y', 'xy'],
    [`z${'\u0335'.repeat(40)}`, `z${'\u0335'.repeat(4)}`],
    ['a\u200Db', 'a\u200Db'],
    [' \u200Dx', 'x'],
    ['👩‍👩‍👧', '👩‍👩‍👧'],
    ['نمی‌خواهم', 'نمی‌خواهم'],
  ])('makes %j into %j', (raw, text) => expect(cleanText(raw)).toEqual({ ok: true, text }));

  it.each([
    ['   ', 'line_empty'],
    ['\u200B\u2060', 'line_empty'],
    ['\uD800 alone', 'line_unreadable'],
    ['private \uE000', 'line_unreadable'],
    ['\uFFFE', 'line_unreadable'],
    ['x'.repeat(301), 'line_too_long'],
  ])('refuses %j as %s', (raw, code) => expect(cleanText(raw)).toEqual({ ok: false, code }));

  it('counts after composing, so that decomposed letters are not longer', () => {
    expect(cleanText('e\u0301'.repeat(300))).toEqual({ ok: true, text: 'é'.repeat(300) });
  });
});

describe('isEmotesOnly', () => {
  it.each(['🔥', '👍🏽 ❤️', '🇪🇺', '👩‍👩‍👧'])('takes %s', (text) => expect(isEmotesOnly(text)).toBe(true));
  it.each(['nice 🔥', 'ok', '!'])('refuses %s', (text) => expect(isEmotesOnly(text)).toBe(false));
});
