import { hash } from 'node:crypto';

/** The same UUID of version 7's form for the same words: names an act of the seed that must happen once. */
export function stableId(...words: string[]): string {
  const hex = hash('sha256', words.join(' '));
  const variant = ((Number.parseInt(hex.slice(16, 17), 16) & 0x3) | 0x8).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-7${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
