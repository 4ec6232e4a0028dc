/** Letters of other scripts, and digits and signs, that are put in place of Latin letters to slip past a list of words. */
const LOOKALIKES: Readonly<Record<string, string>> = {
  а: 'a',
  в: 'b',
  с: 'c',
  ԁ: 'd',
  е: 'e',
  ё: 'e',
  ғ: 'f',
  н: 'h',
  і: 'i',
  ї: 'i',
  ј: 'j',
  к: 'k',
  ӏ: 'l',
  м: 'm',
  п: 'n',
  о: 'o',
  р: 'p',
  ԛ: 'q',
  г: 'r',
  ѕ: 's',
  т: 't',
  υ: 'u',
  ѵ: 'v',
  ԝ: 'w',
  х: 'x',
  у: 'y',
  ʏ: 'y',
  α: 'a',
  β: 'b',
  ε: 'e',
  η: 'n',
  ι: 'i',
  κ: 'k',
  ν: 'v',
  ο: 'o',
  ρ: 'p',
  τ: 't',
  χ: 'x',
  γ: 'y',
  ω: 'w',
  ı: 'i',
  ł: 'l',
  ø: 'o',
  đ: 'd',
  ħ: 'h',
  ŧ: 't',
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  '0': 'o',
  '1': 'i',
  '3': 'e',
  '4': 'a',
  '5': 's',
  '7': 't',
  '8': 'b',
  '9': 'g',
  '@': 'a',
  $: 's',
  '€': 'e',
  '!': 'i',
  '|': 'i',
  '+': 't',
  '(': 'c',
  '¡': 'i',
};

/** A text as filters see it. `from[i]` and `to[i]` bound the characters of the original that made folded character `i`. */
export interface Folded {
  text: string;
  from: number[];
  to: number[];
  /** Whether the character was one of several letters set apart. */
  loose: boolean[];
}

interface Piece {
  char: string;
  from: number;
  to: number;
  /** One of several letters that were set apart: where a word begins among them is not known. */
  loose?: boolean;
}

const SPELLED_OUT_LETTERS = 3;
/** Signs that stand for a letter inside a word, and are only signs at its end. */
const SIGNS = '@$€!|+(¡';

/**
 * Reads a text the way a person does: accents, scripts that look Latin, digits for letters, stretched letters and
 * letters set apart by spaces or points all become plain words in lower case, divided by single spaces.
 */
export function fold(text: string): Folded {
  const pieces = joinSpelledOut(dropStretching(divide(plain(text))));
  return {
    text: pieces.map(({ char }) => char).join(''),
    from: pieces.map(({ from }) => from),
    to: pieces.map(({ to }) => to),
    loose: pieces.map(({ loose }) => loose ?? false),
  };
}

/** The folded text alone, for comparing. */
export function foldText(text: string): string {
  return fold(text).text.trim();
}

function plain(text: string): Piece[] {
  const pieces: Piece[] = [];
  let at = 0;
  for (const original of text) {
    const to = at + original.length;
    const decomposed = original.normalize('NFKD').toLowerCase().normalize('NFD').replace(/\p{M}/gu, '');
    for (const char of decomposed) {
      const stands = !SIGNS.includes(char) || /^[\p{L}\p{N}]/u.test(text.slice(to));
      for (const letter of (stands && LOOKALIKES[char]) || char) pieces.push({ char: letter, from: at, to });
    }
    const last = pieces.at(-1);
    if (decomposed === '' && last) last.to = to;
    at = to;
  }
  return pieces;
}

/** Whatever is neither letter nor digit divides words; several of them count as one. */
function divide(pieces: Piece[]): Piece[] {
  const divided: Piece[] = [];
  for (const piece of pieces) {
    if (/[\p{L}\p{N}]/u.test(piece.char)) divided.push(piece);
    else if (divided.at(-1)?.char !== ' ') divided.push({ ...piece, char: ' ' });
  }
  return divided;
}

/** "coooool" reads as "cool": no letter more than twice in a row. */
function dropStretching(pieces: Piece[]): Piece[] {
  const kept: Piece[] = [];
  for (const piece of pieces) {
    const last = kept.at(-1);
    if (last && last.char === piece.char && kept.at(-2)?.char === piece.char) last.to = piece.to;
    else kept.push({ ...piece });
  }
  return kept;
}

/** "b.a d w o r d" reads as "badword": three and more single letters in a row are one word. */
function joinSpelledOut(pieces: Piece[]): Piece[] {
  const words: { letters: Piece[]; gap: Piece | undefined }[] = [{ letters: [], gap: undefined }];
  for (const piece of pieces) {
    const last = words.at(-1);
    if (piece.char !== ' ') last?.letters.push(piece);
    else if (last) {
      last.gap = piece;
      words.push({ letters: [], gap: undefined });
    }
  }
  const joined: Piece[] = [];
  for (let from = 0; from < words.length;) {
    let to = from;
    while (words[to]?.letters.length === 1) to += 1;
    const spelledOut = to - from >= SPELLED_OUT_LETTERS;
    const end = spelledOut ? to : from + 1;
    for (const { letters, gap } of words.slice(from, end)) {
      joined.push(...(spelledOut ? letters.map((letter) => ({ ...letter, loose: true })) : letters));
      if (gap && !spelledOut) joined.push(gap);
    }
    const lastGap = words[end - 1]?.gap;
    if (spelledOut && lastGap) joined.push(lastGap);
    from = end;
  }
  return joined;
}
