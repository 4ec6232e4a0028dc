import type { WordRule } from '../rooms/room-ports.ts';
import { fold, foldText, type Folded } from './fold.ts';

export interface WordHit {
  action: WordRule['action'];
  pattern: string;
  /** Bounds in the original text. */
  from: number;
  to: number;
}

interface Node {
  next: Map<string, Node>;
  fail: Node | undefined;
  /** Rules whose folded pattern ends here. */
  ends: { rule: WordRule; length: number }[];
}

const node = (): Node => ({ next: new Map(), fail: undefined, ends: [] });

/** Finds any of many words in one pass (Aho and Corasick, 1975), in the folded text, so that disguises do not help. */
export class WordFilter {
  readonly #root: Node = node();
  readonly size: number;

  constructor(rules: readonly WordRule[]) {
    let size = 0;
    for (const rule of rules) size += this.#add(rule) ? 1 : 0;
    this.#link();
    this.size = size;
  }

  /** Every match, in the order in which they end. */
  find(text: string): WordHit[] {
    if (this.size === 0) return [];
    const folded = fold(text);
    const hits: WordHit[] = [];
    let at: Node = this.#root;
    for (let i = 0; i < folded.text.length; i += 1) {
      const char = folded.text[i] ?? '';
      while (at !== this.#root && !at.next.has(char)) at = at.fail ?? this.#root;
      at = at.next.get(char) ?? this.#root;
      for (let out: Node | undefined = at; out; out = out.fail) {
        for (const { rule, length } of out.ends) {
          const start = i - length + 1;
          if (rule.match === 'word' && !isWhole(folded, start, i)) continue;
          hits.push({
            action: rule.action,
            pattern: rule.pattern,
            from: folded.from[start] ?? 0,
            to: folded.to[i] ?? text.length,
          });
        }
      }
    }
    return hits;
  }

  #add(rule: WordRule): boolean {
    const pattern = foldText(rule.pattern);
    if (pattern === '') return false;
    let at = this.#root;
    for (const char of pattern.split('')) {
      let next = at.next.get(char);
      if (!next) at.next.set(char, (next = node()));
      at = next;
    }
    at.ends.push({ rule, length: pattern.length });
    return true;
  }

  #link(): void {
    const queue: Node[] = [...this.#root.next.values()];
    for (const child of queue) child.fail = this.#root;
    for (let parent = queue.shift(); parent; parent = queue.shift()) {
      for (const [char, child] of parent.next) {
        let fail = parent.fail;
        while (fail && !fail.next.has(char)) fail = fail.fail;
        child.fail = fail?.next.get(char) ?? this.#root;
        queue.push(child);
      }
    }
  }
}

/** `text` with every hit covered by stars. */
export function mask(text: string, hits: readonly WordHit[]): string {
  const chars = text.split('');
  for (const { from, to } of hits) for (let i = from; i < to; i += 1) if (chars[i] !== ' ') chars[i] = '*';
  return chars.join('');
}

/** Whether the match stands alone; a plural or stretched end still counts as the same word. */
function isWhole({ text, loose }: Folded, start: number, end: number): boolean {
  const before = text[start - 1];
  if (before !== undefined && before !== ' ' && !loose[start - 1]) return false;
  if (loose[end + 1]) return true;
  const rest = text.slice(end + 1).split(' ', 1)[0] ?? '';
  return rest === '' || rest === 's' || rest === 'es' || [...rest].every((char) => char === text[end]);
}
