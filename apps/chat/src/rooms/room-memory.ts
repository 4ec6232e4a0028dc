import type { ChatLine, ChatRight, RoomModes } from '#contracts';
import { RecentLines } from '../moderation/recent-lines.ts';
import { slowSecondsOf, type RoomRules } from '../moderation/moderate.ts';
import { TokenBuckets } from '../moderation/token-bucket.ts';
import { WordFilter } from '../moderation/word-filter.ts';
import { withoutQuotes } from './room-view.ts';
import type { LineState, RoomStart, Sanction, StoredLine } from './room-ports.ts';

/** Three lines in two seconds per account; staff may be quicker, an address (a family, an office) a little wider. */
const ACCOUNT_LINES = 3;
const STAFF_LINES = 10;
const ADDRESS_LINES = 12;
const RATE_WINDOW_MS = 2_000;
/** Lines and keys remembered for repeats, replies and mentions. */
const MOST_LINES = 2_000;
const MOST_AUTHORS = 20_000;

export interface KnownLine {
  lineId: string;
  seq: number;
  state: LineState;
}

/** What an owner knows of its room beside the view: who is restricted, who said what lately. */
export class RoomMemory implements RoomRules {
  readonly perAccount = new TokenBuckets(ACCOUNT_LINES, RATE_WINDOW_MS);
  readonly perStaff = new TokenBuckets(STAFF_LINES, RATE_WINDOW_MS);
  readonly perAddress = new TokenBuckets(ADDRESS_LINES, RATE_WINDOW_MS);
  readonly recent = new RecentLines();
  words = new WordFilter([]);
  roles = new Map<string, ChatRight[]>();
  readonly #now: () => number;
  readonly #modes: () => RoomModes;
  #sanctions = new Map<string, Sanction>();
  readonly #lastLine = new Map<string, number>();
  readonly #keys = new Map<string, KnownLine>();
  readonly #lines = new Map<string, ChatLine>();
  readonly #names = new Map<string, string>();

  constructor(modes: () => RoomModes, now: () => number) {
    this.#modes = modes;
    this.#now = now;
  }

  get modes(): RoomModes {
    return this.#modes();
  }

  /** Takes over what the store has, before the first line is accepted. */
  load(start: Pick<RoomStart, 'recent' | 'sanctions' | 'roles' | 'words'>): void {
    this.loadPolicy(start);
    for (const stored of start.recent) {
      this.accept(stored.line);
      this.note(stored);
    }
  }

  loadPolicy(policy: Pick<RoomStart, 'sanctions' | 'roles' | 'words'>): void {
    this.#sanctions = new Map(policy.sanctions.map((sanction) => [sanction.userId, sanction]));
    this.roles = new Map(policy.roles.map(({ userId, rights }) => [userId, rights]));
    this.words = new WordFilter(policy.words);
  }

  sanctionOf(userId: string): Sanction | undefined {
    const sanction = this.#sanctions.get(userId);
    if (sanction?.until && sanction.until <= this.#now()) {
      this.#sanctions.delete(userId);
      return undefined;
    }
    return sanction;
  }

  get sanctions(): Sanction[] {
    return [...this.#sanctions.keys()].flatMap((userId) => this.sanctionOf(userId) ?? []);
  }

  setSanction(sanction: Sanction): void {
    this.#sanctions.set(sanction.userId, sanction);
  }

  liftSanction(userId: string): void {
    this.#sanctions.delete(userId);
  }

  lastLineAt(userId: string): number | undefined {
    return this.#lastLine.get(userId);
  }

  /** Milliseconds until slow mode lets this author write again. */
  nextLineIn(userId: string): number {
    const slowMs = slowSecondsOf(this.modes) * 1_000;
    const last = this.#lastLine.get(userId);
    return slowMs === 0 || last === undefined ? 0 : Math.max(0, last + slowMs - this.#now());
  }

  /** A line that passed the rules counts at once for slow mode and repeats; the function returned takes that back. */
  accept(line: ChatLine): () => void {
    const before = this.#lastLine.get(line.author.id);
    renew(this.#lastLine, line.author.id, line.at, MOST_AUTHORS);
    const forget = this.recent.note(line.author.id, line.text, line.at);
    return () => {
      if (before === undefined) this.#lastLine.delete(line.author.id);
      else this.#lastLine.set(line.author.id, before);
      forget();
    };
  }

  /** A stored line, from now on known for repeated keys, replies and mentions. */
  note({ line, state }: StoredLine): void {
    const { author } = line;
    renew(this.#keys, keyOf(author.id, line.key), { lineId: line.id, seq: line.seq, state }, MOST_LINES);
    if (state !== 'shown') return;
    renew(this.#lines, line.id, line, MOST_LINES);
    renew(this.#names, author.name.toLowerCase(), author.id, MOST_AUTHORS);
  }

  knownLine(authorId: string, key: string): KnownLine | undefined {
    return this.#keys.get(keyOf(authorId, key));
  }

  /** A line that may be replied to or pinned. */
  shownLine(lineId: string): ChatLine | undefined {
    return this.#lines.get(lineId);
  }

  removeLines(gone: (line: ChatLine) => boolean): void {
    for (const line of this.#lines.values()) if (gone(line)) this.#lines.delete(line.id);
  }

  /** What known lines quote of deleted ones goes with them. */
  removeQuotes(ids: readonly string[]): void {
    for (const line of withoutQuotes([...this.#lines.values()], ids)) this.#lines.set(line.id, line);
  }

  /** The author of this name who wrote last. */
  authorNamed(name: string): string | undefined {
    return this.#names.get(name.toLowerCase());
  }
}

function keyOf(authorId: string, key: string): string {
  return `${authorId} ${key}`;
}

function renew<V>(map: Map<string, V>, key: string, value: V, most: number): void {
  map.delete(key);
  map.set(key, value);
  if (map.size <= most) return;
  const oldest = map.keys().next();
  if (!oldest.done) map.delete(oldest.value);
}
