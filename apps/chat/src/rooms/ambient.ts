import type { LiveAmbient, ReactionKind, SaleState } from '#contracts';

/** Sums and last values that change too often for an entry each; a tick takes what gathered since the one before. */
export class AmbientLane {
  #reactions: Partial<Record<ReactionKind, number>> = {};
  #taps = 0;
  #viewers: { shown: number; at: number } = { shown: 0, at: -Infinity };
  #present = 0;
  readonly #stock = new Map<string, SaleState>();
  #poll: { pollId: string; counts: number[]; changed: boolean } | undefined;
  #unseen = 0;
  reactionTotal = 0;

  react(kind: ReactionKind, count: number): void {
    this.#reactions[kind] = (this.#reactions[kind] ?? 0) + count;
    this.#taps += count;
    this.reactionTotal += count;
  }

  setViewers(viewers: number): void {
    this.#present = viewers;
  }

  setStock(sale: SaleState): void {
    const known = this.#stock.get(sale.saleId);
    if (!known || known.version < sale.version) this.#stock.set(sale.saleId, sale);
  }

  addUnseen(lines: number): void {
    this.#unseen += lines;
  }

  startPoll(pollId: string, options: number): void {
    if (this.#poll?.pollId === pollId) return;
    this.#poll = { pollId, counts: Array.from({ length: options }, () => 0), changed: false };
  }

  resumePoll(pollId: string, counts: readonly number[]): void {
    this.#poll = { pollId, counts: [...counts], changed: true };
  }

  endPoll(pollId: string): void {
    if (this.#poll?.pollId === pollId) this.#poll = undefined;
  }

  addVote(pollId: string, choice: number): void {
    if (this.#poll?.pollId !== pollId) return;
    this.#poll.counts[choice] = (this.#poll.counts[choice] ?? 0) + 1;
    this.#poll.changed = true;
  }

  /** Whether a tick would have something to say. */
  isDue(now: number): boolean {
    return (
      this.#taps > 0 ||
      this.#stock.size > 0 ||
      this.#unseen > 0 ||
      (this.#poll?.changed ?? false) ||
      this.#viewersDue(now)
    );
  }

  /** What the next tick says, and starts gathering anew. */
  take(now: number): LiveAmbient | undefined {
    if (!this.isDue(now)) return undefined;
    const lane: LiveAmbient = {};
    if (this.#viewersDue(now)) {
      lane.viewers = this.#present;
      this.#viewers = { shown: this.#present, at: now };
    }
    if (this.#taps > 0) {
      lane.reactions = this.#reactions;
      lane.reactionTotal = this.reactionTotal;
      this.#reactions = {};
      this.#taps = 0;
    }
    if (this.#stock.size > 0) {
      lane.stock = [...this.#stock.values()].slice(0, 100);
      this.#stock.clear();
    }
    if (this.#poll?.changed) {
      lane.poll = { pollId: this.#poll.pollId, counts: [...this.#poll.counts] };
      this.#poll.changed = false;
    }
    if (this.#unseen > 0) {
      lane.unseen = this.#unseen;
      this.#unseen = 0;
    }
    return lane;
  }

  /** Once a second at most, and only when the number that people read changes: exact to 100, by one in a hundred above. */
  #viewersDue(now: number): boolean {
    const { shown, at } = this.#viewers;
    const change = Math.abs(this.#present - shown);
    return change > 0 && now - at >= VIEWERS_EVERY_MS && (this.#present <= 100 || change * 100 >= shown);
  }
}

const VIEWERS_EVERY_MS = 1_000;
