import type { ChatLine, ReplayLine } from '#contracts';
import { createStore, type Readable } from '../store.ts';

/** Asks for the lines between two moments, one page at a time. */
export type AskLines = (
  from: number,
  to: number,
  cursor?: string,
) => Promise<{ items: readonly ReplayLine[]; nextCursor: string | null } | null>;

/** Lines are fetched this far ahead of the picture, and this much at once. */
const AHEAD_MS = 30_000;
const WINDOW_MS = 120_000;
/** Somebody who jumps in sees what was said just before. */
const BEFORE_MS = 60_000;
const SHOWN = 150;
const MOST_REST = 40;

/** The chat of a recording, in step with its picture. */
export class ReplayLines implements Readable<readonly ChatLine[]> {
  private readonly shown = createStore<readonly ChatLine[]>([]);
  private known: ReplayLine[] = [];
  private from = 0;
  private to = 0;
  private asking = false;
  private jump = 0;
  private failures = 0;
  /** Looks to leave out after a failure: a server that is away is not asked twice a second. */
  private rest = 0;
  readonly get = this.shown.get;
  readonly subscribe = this.shown.subscribe;
  private readonly ask: AskLines;

  constructor(ask: AskLines) {
    this.ask = ask;
  }

  /** The picture is at `picture` (programme time): shows what had been said by then, and fetches what comes. */
  at(picture: number): void {
    if (picture < this.from || picture > this.to + WINDOW_MS) this.reset(picture);
    if (this.rest > 0) this.rest -= 1;
    else if (picture + AHEAD_MS > this.to) void this.fetch();
    const said = this.known.filter((entry) => momentOf(entry) <= picture).slice(-SHOWN);
    const last = this.get();
    if (said.length !== last.length || said.at(-1)?.line.id !== last.at(-1)?.id)
      this.shown.set(said.map(({ line }) => line));
  }

  private reset(picture: number): void {
    this.jump += 1;
    this.known = [];
    this.from = Math.max(0, picture - BEFORE_MS);
    this.to = this.from;
    this.asking = false;
  }

  private async fetch(): Promise<void> {
    if (this.asking) return;
    this.asking = true;
    const { jump, to: from } = this;
    const to = from + WINDOW_MS;
    const lines = await this.fetchAll(from, to);
    if (jump !== this.jump) return; // the viewer jumped elsewhere meanwhile
    this.asking = false;
    this.failures = lines ? 0 : this.failures + 1;
    this.rest = Math.min(MOST_REST, this.failures * 4);
    if (!lines) return;
    this.to = to;
    this.known = [...this.known, ...lines].toSorted((a, b) => momentOf(a) - momentOf(b));
  }

  private async fetchAll(from: number, to: number): Promise<ReplayLine[] | null> {
    const lines: ReplayLine[] = [];
    let cursor: string | undefined;
    do {
      const page = await this.ask(from, to, cursor);
      if (!page) return null;
      lines.push(...page.items);
      cursor = page.nextCursor ?? undefined;
    } while (cursor);
    return lines;
  }
}

/** A line is shown when the picture reaches the moment it was said at. */
function momentOf({ line, mediaTime }: ReplayLine): number {
  return mediaTime ?? line.at;
}
