import { LINE_MAX_CHARS } from '#contracts';

/** Marks on one letter beyond what any script needs: "zalgo" text grows over its neighbours. */
const MOST_MARKS = 4;

/** Characters that show nothing and only serve to hide or reorder text; joiners that scripts and emoji need stay. */
const INVISIBLE = new RegExp(
  [
    '[\\u00AD\\u061C\\u115F\\u1160\\u180E\\u200B\\u200E\\u200F\\u202A-\\u202E\\u2060-\\u2064\\u2066-\\u206F]',
    '[\\u3164\\uFEFF\\uFFA0\\uFFF9-\\uFFFB]',
    '\\u034F',
    '[\\u17B4\\u17B5]',
    '[\\u{E0000}-\\u{E007F}]',
  ].join('|'),
  'gu',
);
const JOINER_WITHOUT_NEIGHBOUR =
  /(?<![\p{L}\p{M}\p{Extended_Pictographic}\p{Emoji_Modifier}\uFE0F])[\u200C\u200D]|[\u200C\u200D](?![\p{L}\p{Extended_Pictographic}])/gu;
/** Pictures, skin tones, flags, key caps, and what joins them. */
const EMOTES = new RegExp(
  `^(?:${['[\\p{Extended_Pictographic}\\p{Emoji_Modifier}\\p{Regional_Indicator}\\s]', '\\u200D', '\\uFE0F', '\\u20E3'].join('|')})+$`,
  'u',
);
const MANY_MARKS = new RegExp(`(\\p{M}{${MOST_MARKS}})\\p{M}+`, 'gu');

export type CleanText =
  { ok: true; text: string } | { ok: false; code: 'line_empty' | 'line_too_long' | 'line_unreadable' };

/** A line as it is stored: composed Unicode, one line, nothing hidden in it, at most 300 characters as people count. */
export function cleanText(raw: string): CleanText {
  if (!raw.isWellFormed() || /[\p{Co}\uFDD0-\uFDEF\uFFFE\uFFFF]/u.test(raw))
    return { ok: false, code: 'line_unreadable' };
  const text = raw
    .normalize('NFC')
    .replace(INVISIBLE, '')
    .replace(JOINER_WITHOUT_NEIGHBOUR, '')
    .replace(MANY_MARKS, '$1')
    .replace(/[\p{Cc}\p{Z}\s]+/gu, ' ')
    .trim();
  if (text === '' || !/[\p{L}\p{N}\p{P}\p{S}]/u.test(text)) return { ok: false, code: 'line_empty' };
  if (text.length > LINE_MAX_CHARS) return { ok: false, code: 'line_too_long' };
  return { ok: true, text };
}

/** Whether a line has nothing but emoji in it. */
export function isEmotesOnly(text: string): boolean {
  return EMOTES.test(text);
}
