const number = new Intl.NumberFormat();

/** A number with its word: "1 order", "2 orders". */
export function countOf(count: number, word: string): string {
  return `${number.format(count)} ${word}${count === 1 ? '' : 's'}`;
}
