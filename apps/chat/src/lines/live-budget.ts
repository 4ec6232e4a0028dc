/** How urgently a line wants to be seen: staff, then buyers and questions, then everybody. */
export type LineRank = 0 | 1 | 2;

interface Ranked {
  rank: LineRank;
  authorId: string;
}

/** Unused room of quiet seconds that a burst may use. */
const BURST_S = 2;
/** Authors remembered as just shown, so that a fair sample prefers the others. */
const MOST_AUTHORS = 500;

/**
 * Keeps the lines that everybody gets at a speed people can read: at most `linesPerS`, the rest is stored but not
 * shown live. Staff are always shown. Zero shows every line.
 */
export class LiveBudget {
  readonly #linesPerS: number;
  readonly #random: () => number;
  #allowance: number;
  #at: number;
  #shown = new Set<string>();

  constructor(linesPerS: number, now: number, random: () => number = Math.random) {
    this.#linesPerS = linesPerS;
    this.#random = random;
    this.#allowance = linesPerS * BURST_S;
    this.#at = now;
  }

  /** Indexes of the lines to show, in the order of `lines`. */
  choose(lines: readonly Ranked[], now: number): Set<number> {
    if (this.#linesPerS === 0) return new Set(lines.keys());
    const earned = (Math.max(0, now - this.#at) / 1_000) * this.#linesPerS;
    this.#at = now;
    this.#allowance = Math.min(this.#linesPerS * BURST_S, this.#allowance + earned);
    const staff = lines.filter((line) => line.rank === 0).length;
    const room = Math.max(Math.floor(this.#allowance), staff);
    const chosen = [...lines.keys()]
      .map((index) => ({ index, key: this.#priority(lines[index]) }))
      .toSorted((a, b) => a.key - b.key)
      .slice(0, room)
      .map(({ index }) => index);
    this.#allowance -= chosen.length;
    for (const index of chosen) this.#remember(lines[index]?.authorId ?? '');
    return new Set(chosen);
  }

  /** Lower goes first; the fraction shuffles equals. */
  #priority(line: Ranked | undefined): number {
    if (!line) return Infinity;
    const again = line.rank > 0 && this.#shown.has(line.authorId) ? 0.5 : 0;
    return line.rank + again + this.#random() * 0.4;
  }

  #remember(authorId: string): void {
    this.#shown.delete(authorId);
    this.#shown.add(authorId);
    if (this.#shown.size > MOST_AUTHORS) {
      const oldest = this.#shown.values().next();
      if (!oldest.done) this.#shown.delete(oldest.value);
    }
  }
}
